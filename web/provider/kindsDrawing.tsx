import { Bar, BarChart, CartesianGrid, ReferenceArea, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ProviderPoint } from '../../server/core/providerPage.ts';
import { tickStyle, tipStyle, valueAxis } from '../charts/style.ts';
import { useZone } from '../zone.tsx';
import { type DrawingProps, middles, unfinishedFrom } from './drawing.ts';
import { Hatching } from './hatching.tsx';
import { failedBy } from './kindSeries.ts';
import { axisTicks, axisWord } from './range.ts';

export interface Band {
  label: string;
  color: string;
  kinds: string[];
}

/** A bar a step; loaded after the page. Nothing in it moves. What is not finished is hatched. */
export default function KindsDrawing({ points, from, now, stepMs, bands }: DrawingProps & { bands: Band[] }) {
  const zone = useZone();
  const word = (at: number) => axisWord(at, zone, { from, now });
  const unfinished = unfinishedFrom(points, now, stepMs);
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 160 }}>
      <BarChart
        data={middles(points, now, stepMs)}
        margin={{ top: 8, right: 14, bottom: 0, left: 0 }}
        barCategoryGap={1}
        accessibilityLayer={false}
      >
        <Hatching id="unfinished-bars" />
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
        <YAxis {...valueAxis} width={52} allowDecimals={false} />
        {bands.map(({ label, color, kinds }) => (
          <Bar
            key={label}
            dataKey={(point: ProviderPoint) => failedBy(point, kinds)}
            name={label}
            stackId="all"
            fill={color}
            stroke="var(--panel)"
            strokeWidth={0.5}
            barSize={barPx(points.length)}
            isAnimationActive={false}
          />
        ))}
        {unfinished !== null && (
          <ReferenceArea x1={unfinished} x2={now} fill="url(#unfinished-bars)" fillOpacity={0.8} zIndex={650} />
        )}
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--line)', fillOpacity: 0.4 }}
          contentStyle={tipStyle}
          labelFormatter={(at) => (typeof at === 'number' ? word(at) : '')}
        />
      </BarChart>
    </ResponsiveContainer>
  );
}

/** On an axis of numbers the library does not know how wide a step is. */
function barPx(steps: number): number {
  return Math.max(2, Math.floor(400 / steps));
}
