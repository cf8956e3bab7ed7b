import type { Samples } from './samples.ts';
import type { BreakerSettings } from './types.ts';

/** On the ramp so few failures in a row open it again: it has only just come back. */
const FAILURES_ON_RAMP = 2;

type Verdict = { cause: 'failures' | 'timeouts' | 'rate'; evidence: string[] };

/**
 * Should a closed circuit open now? Null: no. Asked after each failure.
 * In a row alone would never open at 60 % failing; a rate alone would wait for many calls.
 */
export function shouldOpen(
  samples: Samples,
  settings: BreakerSettings,
  at: { now: number; onRamp: boolean },
): Verdict | null {
  const { failuresInARow, timeoutsInARow } = samples;
  if (timeoutsInARow >= settings.timeouts) return { cause: 'timeouts', evidence: samples.evidence(timeoutsInARow) };
  const enough = at.onRamp ? Math.min(FAILURES_ON_RAMP, settings.failures) : settings.failures;
  if (failuresInARow >= enough) return { cause: 'failures', evidence: samples.evidence(failuresInARow) };
  const { calls, failures } = samples.within(at.now);
  if (calls >= settings.calls && failures / calls >= settings.rate) {
    return { cause: 'rate', evidence: samples.evidence(failures) };
  }
  return null;
}
