import {
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { tickStyle, tipStyle, valueAxis } from '../charts/style.ts';
import { showDollars } from '../time.ts';
import type { DayBar } from './days.tsx';
import { moneyTicks, signedRange } from './words.ts';

/** A bar a day, from the low of the net to the high. Loaded after the page; nothing moves. Days that are not whole are hatched. */
export default function DaysDrawing({ bars }: { bars: DayBar[] }) {
  const nets = bars.flatMap(({ dollars }) => dollars ?? []);
  const { ticks, digits } = moneyTicks({ low: Math.min(0, ...nets), high: Math.max(0, ...nets) });
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 214 }}>
      <BarChart data={bars} margin={{ top: 8, right: 14, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <defs>
          <pattern id="part-day" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="3" height="5" fill="var(--band-1)" />
          </pattern>
        </defs>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="day"
          tickFormatter={(day) => String(day).slice(5)}
          tick={tickStyle}
          tickLine={false}
          axisLine={false}
          minTickGap={14}
        />
        <YAxis
          {...valueAxis}
          width={84}
          ticks={ticks}
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 0]}
          tickFormatter={(dollars) => showDollars(Number(dollars), digits)}
        />
        <ReferenceLine y={0} stroke="var(--muted)" />
        <Bar dataKey="dollars" name="net" isAnimationActive={false} maxBarSize={22} minPointSize={2}>
          {bars.map(({ day, whole }) => (
            <Cell key={day} fill={whole ? 'var(--band-1)' : 'url(#part-day)'} stroke="var(--band-1)" />
          ))}
        </Bar>
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--line)', fillOpacity: 0.4 }}
          contentStyle={tipStyle}
          formatter={(value) =>
            Array.isArray(value) ? signedRange({ low: Number(value[0]) * 1e9, high: Number(value[1]) * 1e9 }) : ''
          }
        />
      </BarChart>
    </ResponsiveContainer>
  );
}
