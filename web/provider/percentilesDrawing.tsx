import { CartesianGrid, Line, LineChart, ReferenceArea, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { tickStyle, tipStyle, valueAxis } from '../charts/style.ts';
import { showMs } from '../time.ts';
import { useZone } from '../zone.tsx';
import { type DrawingProps, middles, unfinishedFrom } from './drawing.ts';
import { Hatching } from './hatching.tsx';
import { lines } from './percentileLines.ts';
import { axisTicks, axisWord } from './range.ts';

/** The lines; loaded after the page. Nothing in it moves. What is not finished is hatched. */
export default function PercentilesDrawing({ points, from, now, stepMs }: DrawingProps) {
  const zone = useZone();
  const word = (at: number) => axisWord(at, zone, { from, now });
  const unfinished = unfinishedFrom(points, now, stepMs);
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 214 }}>
      <LineChart
        data={middles(points, now, stepMs)}
        margin={{ top: 8, right: 14, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <Hatching id="unfinished-lines" />
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[from, now]}
          ticks={axisTicks({ from, now })}
          tickFormatter={word}
          tick={tickStyle}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
        />
        <YAxis {...valueAxis} width={52} tickFormatter={(ms) => (ms === 0 ? '0 s' : showMs(Number(ms)))} />
        {lines.map(({ name, label, color, dashed, of }) => (
          <Line
            key={name}
            dataKey={of}
            name={label}
            stroke={color}
            strokeWidth={1.8}
            {...(dashed ? { strokeDasharray: '4 3' } : {})}
            dot={{ r: 1.6, fill: color, strokeWidth: 0, strokeDasharray: 'none' }}
            activeDot={false}
            isAnimationActive={false}
          />
        ))}
        {unfinished !== null && (
          <ReferenceArea x1={unfinished} x2={now} fill="url(#unfinished-lines)" fillOpacity={1} zIndex={650} />
        )}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--muted)' }}
          contentStyle={tipStyle}
          labelFormatter={(at) => (typeof at === 'number' ? word(at) : '')}
          formatter={(value) => showMs(typeof value === 'number' ? value : null)}
        />
      </LineChart>
    </ResponsiveContainer>
  );
}
