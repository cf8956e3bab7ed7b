import { memo } from 'react';
import {
  Area,
  AreaChart,
  CartesianGrid,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { timeOfDay } from '../time.ts';
import { useZone } from '../zone.tsx';
import { outlineOf, type Point, type Series, type Shade } from './series.ts';
import { tickStyle, tipStyle, valueAxis } from './style.ts';

export interface DrawingProps {
  series: Series;
  shades: Shade[];
  acts: { at: number; words: string }[];
}

/** The stacked areas. The only file that knows the chart library; loaded after the page. Nothing in it moves. */
export default memo(AreaDrawing, (one, other) => JSON.stringify(one) === JSON.stringify(other));

/** Bands are told apart without colour. */
const edge = { stroke: 'var(--panel)', strokeWidth: 1.5 } as const;
const minuteMs = 60_000;
const shortestLabelledMs = 4 * 60_000;

function AreaDrawing({ series, shades, acts }: DrawingProps) {
  const zone = useZone();
  const { bands, others, unfinishedFrom } = series;
  const points = outlineOf(series.points);
  const first = points[0]?.at ?? 0;
  const last = points.at(-1)?.at ?? 0;
  const clock = (at: number) => timeOfDay(at, zone).slice(0, 5);
  const within = (at: number) => Math.min(last, Math.max(first, at));
  const flat = {
    type: 'linear',
    stackId: 'all',
    isAnimationActive: false,
    fillOpacity: 0.55,
    activeDot: false,
  } as const;
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 214 }}>
      <AreaChart data={points} margin={{ top: 8, right: 14, bottom: 0, left: 0 }} accessibilityLayer={false}>
        {hatching}
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[first, last]}
          ticks={ticksOf(first, last)}
          tickFormatter={clock}
          tick={tickStyle}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
        />
        <YAxis {...valueAxis} width={44} />
        {shades.map((shade) => (
          <ReferenceArea
            key={shade.from}
            x1={within(shade.from)}
            x2={within(shade.to)}
            fill={shadeColor(shade)}
            fillOpacity={0.13}
            zIndex={50}
            label={shadeLabel(shade, (first + last) / 2)}
          />
        ))}
        {bands.map((provider, index) => {
          const color = `var(--band-${index + 1})`;
          const rate = ({ rates }: Point) => rates[index] ?? null;
          return <Area key={provider} {...flat} name={provider} dataKey={rate} fill={color} {...edge} />;
        })}
        {others.length > 0 && <Area {...flat} name="others" dataKey="othersRate" fill="var(--band-others)" {...edge} />}
        <Area {...flat} name="nobody" dataKey="errorsRate" fill="var(--open)" stroke="none" fillOpacity={0.9} />
        {unfinishedFrom !== null && (
          <ReferenceArea x1={within(unfinishedFrom)} x2={last} fill="url(#unfinished)" fillOpacity={0.8} zIndex={150} />
        )}
        {acts.map(({ at, words }) => (
          <ReferenceLine key={`${at} ${words}`} x={within(at)} stroke="var(--manual)" strokeDasharray="3 3">
            <title>{words}</title>
          </ReferenceLine>
        ))}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--muted)' }}
          contentStyle={tipStyle}
          labelFormatter={(at) => (typeof at === 'number' ? clock(at) : '')}
          formatter={(value) => (typeof value === 'number' ? `${value.toFixed(1)}/s` : '')}
        />
      </AreaChart>
    </ResponsiveContainer>
  );
}

/** What is not finished looks so. */
const hatching = (
  <defs>
    <pattern id="unfinished" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="3" height="5" fill="var(--panel)" />
    </pattern>
  </defs>
);

function shadeColor({ byHand }: Shade): string {
  return byHand ? 'var(--manual)' : 'var(--open)';
}

/** Beside its own edge, and always within the drawing; a short one has no room for words. */
function shadeLabel(shade: Shade, middle: number) {
  const { from, to, providers, byHand } = shade;
  if (to - from < shortestLabelledMs) return false;
  const who = providers.length === 1 ? providers[0] : String(providers.length);
  const value = `${who} ${byHand ? 'tripped' : 'open'}`;
  const position: 'insideTopLeft' | 'insideTopRight' = from < middle ? 'insideTopLeft' : 'insideTopRight';
  return { value, position, fill: shadeColor(shade), fontSize: 11 };
}

/** Round minutes, about four of them. */
function ticksOf(first: number, last: number): number[] {
  const stepMs = (last - first > 40 * minuteMs ? 15 : 5) * minuteMs;
  const ticks: number[] = [];
  for (let at = Math.ceil(first / stepMs) * stepMs; at <= last; at += stepMs) ticks.push(at);
  return ticks;
}
