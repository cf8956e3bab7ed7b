import { axisOf } from '../incidents/laneGeometry.ts';
import { day, timeOfDay, type Zone } from '../time.ts';
import { isMoment } from '../ui/range.ts';

/** How far back the page of a provider looks. */
export const ranges = ['1h', '6h', '24h', '7d'] as const;

export interface ProviderSearch {
  range?: (typeof ranges)[number];
  /** Ms since 1970: a link with it shows the same tomorrow. Absent: now. */
  to?: number;
}

/** From the address; absent: the last hour. */
export function readRange({ range, to }: Record<string, unknown>): ProviderSearch {
  const known = ranges.find((one) => one === range);
  return { ...(known && { range: known }), ...(isMoment(to) && { to }) };
}

/** What a chart stretches over, ms since 1970; `now` is its right end. */
export interface Stretch {
  from: number;
  now: number;
}

const mostTicks = 7;
const longestOfOneDayMs = 24 * 3_600_000;

/** A moment on an axis: `14:05`, and where there are several days `11-22 14:05`. */
export function axisWord(at: number, zone: Zone, { from, now }: Stretch): string {
  const time = timeOfDay(at, zone).slice(0, 5);
  return now - from > longestOfOneDayMs ? `${day(at, zone).slice(5)} ${time}` : time;
}

/** Moments to name under a chart, ms since 1970: whole steps, so that they are round. */
export function axisTicks({ from, now }: Stretch): number[] {
  return axisOf({ from, to: now }, mostTicks).at;
}
