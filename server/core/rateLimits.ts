import type { LimitHeaders } from './dialects/types.ts';
import { plainNumber, waitOf } from './retryAfter.ts';

/** What a provider says is left of one of its limits. */
export interface LimitReading {
  /** The header it was read from: the limit's name. */
  name: string;
  counts: LimitHeaders['counts'];
  /** All of it, or null: not said. */
  limit: number | null;
  remaining: number;
  /** Until all of it is back, ms; null: not said. */
  resetMs: number | null;
  refill: LimitHeaders['refill'];
}

const none: readonly LimitReading[] = [];

/** What an answer's headers (lower-case names) say is left, by the names of a dialect; `wallNow` is ms since 1970. */
export function readRateLimits(
  headers: Readonly<Record<string, string>>,
  names: readonly LimitHeaders[],
  wallNow: number,
): readonly LimitReading[] {
  let readings: LimitReading[] | null = null;
  for (const named of names) {
    const remaining = plainNumber(headers[named.remaining]);
    if (remaining === null) continue;
    const limit = named.limit === null ? null : plainNumber(headers[named.limit]);
    const resetMs = named.reset === null ? null : waitOf(headers[named.reset], wallNow);
    readings ??= [];
    readings.push({
      name: named.remaining,
      counts: named.counts,
      limit: limit !== null && limit > 0 ? limit : null,
      remaining: Math.max(0, remaining),
      resetMs: resetMs === null ? (named.windowMs ?? null) : Math.max(0, resetMs),
      refill: named.refill,
    });
  }
  return readings ?? none;
}

/** Until every limit that is used up is back, ms; null: none is, or none says when. */
export function usedUpMs(readings: readonly LimitReading[]): number | null {
  let longest: number | null = null;
  for (const { remaining, resetMs } of readings) {
    if (remaining <= 0 && resetMs !== null) longest = Math.max(longest ?? 0, resetMs);
  }
  return longest;
}
