import { axisOf } from '../incidents/laneGeometry.ts';
import { day, timeOfDay, type Zone } from '../time.ts';
import { type RangeSearch, type RangeTerms, readRange } from '../ui/range.ts';

/** What the page of a provider can be asked for. */
export const providerTerms = {
  names: ['1h', '6h', '24h', '7d'],
  standard: '1h',
  longest: { ms: 7 * 86_400_000, words: '7 days' },
} as const satisfies RangeTerms;

/** From the address; absent: the last hour. */
export function readProviderSearch(raw: Record<string, unknown>): RangeSearch {
  return readRange(raw, providerTerms);
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
