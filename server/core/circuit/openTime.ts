import type { BreakerSettings } from './types.ts';

/** Being asked to slow down is obeyed for an hour at most. */
export const THROTTLE_MAX_MS = 3_600_000;
const THROTTLE_FIRST_MS = 1_000;
const THROTTLE_UNSAID_MAX_MS = 60_000;

/**
 * How long to leave a provider alone, ms: `openMs`, doubled for each probe that failed in a row, up to `openMaxMs`.
 * `draw` in [0, 1) spreads it by `jitter`: on top, or where that would pass `openMaxMs`, up to it.
 */
export function openMs(settings: BreakerSettings, probesFailed: number, draw: number): number {
  const grown = settings.openMs * 2 ** Math.min(probesFailed, 30);
  const most = Math.max(settings.openMs, settings.openMaxMs);
  return Math.min(most, Math.min(grown, most / (1 + settings.jitter)) * (1 + settings.jitter * draw));
}

/**
 * How long a 429 keeps us away, ms: as long as it said, never sooner, an hour at most.
 * Where it did not say: 1 s, 2 s, 4 s … 60 s by the throttles in a row so far.
 */
export function throttleMs(retryAfterMs: number | null, throttlesBefore: number): number {
  if (retryAfterMs !== null && retryAfterMs > 0) return Math.min(retryAfterMs, THROTTLE_MAX_MS);
  return Math.min(THROTTLE_UNSAID_MAX_MS, THROTTLE_FIRST_MS * 2 ** Math.min(throttlesBefore, 10));
}
