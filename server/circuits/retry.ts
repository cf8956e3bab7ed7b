import type { Circuit } from './circuit.ts';

/**
 * Soonest time until a circuit would let a call through, ms from `now` (monotonic); null: not until somebody acts.
 * `forced`: counting in that it may be tried as the last one standing.
 */
export function retryMs(circuit: Circuit, now: number, forced: boolean): number | null {
  const { automatic, override, context } = circuit.automaton;
  const wait = (until: number | null): number | null => (until === null ? null : Math.max(0, until - now));
  const cooled = wait(automatic === 'open' ? context.openUntil : null) ?? 0;
  if (override === 'tripped') {
    const lifted = wait(context.overrideUntil);
    // A throttle keeps its time beneath a trip; everything else is tried when the trip ends.
    return lifted !== null && context.cause === 'throttled' ? Math.max(lifted, cooled) : lifted;
  }
  if (override === 'heldClosed' || automatic === 'halfOpen') return 0;
  if (automatic === 'closed') return circuit.headroom.waitMs(0, now);
  return forced && circuit.mayBeForced() ? Math.min(cooled, wait(circuit.pacing.nextAt) ?? 0) : cooled;
}
