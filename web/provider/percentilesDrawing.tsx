import { CartesianGrid, Line, LineChart, ReferenceArea, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ProviderPoint } from '../../server/core/providerPage.ts';
import { showMs, timeOfDay } from '../time.ts';
import { useZone } from '../zone.tsx';
import { lines } from './percentileLines.ts';

interface DrawingProps {
  points: ProviderPoint[];
  from: number;
  now: number;
  stepMs: number;
}

const tickStyle = { fill: 'var(--muted)', fontSize: 11 };
const tipStyle = {
  padding: '6px 10px',
  border: '1px solid var(--line)',
  borderRadius: 7,
  background: 'var(--raised)',
  fontSize: 12,
};

/** The lines; loaded after the page. Nothing in it moves. What is not finished is hatched. */
export default function PercentilesDrawing({ points, from, now, stepMs }: DrawingProps) {
  const zone = useZone();
  const clock = (at: number) => timeOfDay(at, zone).slice(0, 5);
  const drawn = points.map((point) => ({ ...point, at: (point.at + Math.min(now, point.at + stepMs)) / 2 }));
  const last = points.at(-1);
  const unfinishedFrom = last !== undefined && now < last.at + stepMs ? last.at : null;
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 214 }}>
      <LineChart data={drawn} margin={{ top: 8, right: 14, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <defs>
          <pattern
            id="unfinished-step"
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="2" height="5" fill="var(--line)" />
          </pattern>
        </defs>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[from, now]}
          tickCount={5}
          tickFormatter={clock}
          tick={tickStyle}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
        />
        <YAxis
          width={52}
          tick={tickStyle}
          tickLine={false}
          axisLine={false}
          tickCount={4}
          tickFormatter={(ms) => (ms === 0 ? '0 s' : showMs(Number(ms)))}
        />
        {unfinishedFrom !== null && (
          <ReferenceArea x1={unfinishedFrom} x2={now} fill="url(#unfinished-step)" fillOpacity={1} />
        )}
        {lines.map(({ key, label, color, dashed }) => (
          <Line
            key={key}
            dataKey={key}
            name={label}
            stroke={color}
            strokeWidth={1.8}
            {...(dashed ? { strokeDasharray: '4 3' } : {})}
            dot={{ r: 1.6, fill: color, strokeWidth: 0 }}
            activeDot={false}
            isAnimationActive={false}
          />
        ))}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--muted)' }}
          contentStyle={tipStyle}
          labelFormatter={(at) => (typeof at === 'number' ? clock(at) : '')}
          formatter={(value) => showMs(typeof value === 'number' ? value : null)}
        />
      </LineChart>
    </ResponsiveContainer>
  );
}
