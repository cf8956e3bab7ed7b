import type { BackoffSettings } from './settings.ts';

/** Keeps the growth a finite number, however often it is multiplied. */
const largestGrowth = Number.MAX_SAFE_INTEGER;

/**
 * How long to wait before the next try that reaches the network, in whole milliseconds, at most `maxMs`.
 *
 * `waitsBefore` counts the waits already made in this request; `draw` is in [0, 1). With `equal` jitter the drawn half lies
 * between half the base and the base, and it is the result that is cut at `maxMs`, not the base: so with a factor of
 * at least 2 no wait is shorter than the one before it.
 */
export function backoffMs(settings: BackoffSettings, waitsBefore: number, draw: number): number {
  const base = settings.initialMs * Math.min(largestGrowth, settings.factor ** waitsBefore);
  switch (settings.jitter) {
    case 'none':
      return Math.round(Math.min(settings.maxMs, base));
    case 'full':
      return Math.round(Math.min(settings.maxMs, base) * draw);
    case 'equal':
      return Math.round(Math.min(settings.maxMs, base / 2 + (base / 2) * draw));
  }
}
