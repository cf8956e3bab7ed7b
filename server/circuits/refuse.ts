import type { SkipReason } from '../core/circuit/settle.ts';
import type { Circuit } from './circuit.ts';
import type { AcquireOptions, Refusal } from './permit.ts';
import { retryMs } from './retry.ts';

/** Why a circuit does not let a call through at `now` (monotonic), or null: it does. On the ramp, asking counts. */
export function refusalOf(circuit: Circuit, options: AcquireOptions, now: number): Refusal | null {
  const { automatic, override, context, shown } = circuit.automaton;
  const isClosed = override === 'none' && automatic === 'closed';
  const refuse = (reason: SkipReason, whenAlone = false): Refusal => ({
    reason,
    whenAlone,
    retryMs: retryMs(circuit, now, true),
    ownRetryMs: retryMs(circuit, now, false),
    state: shown,
    epoch: context.epoch,
  });
  if (override === 'tripped') return refuse('tripped');
  if (override === 'none' && automatic === 'open') return refuse(context.cause === 'throttled' ? 'throttled' : 'open');
  if (override === 'none' && automatic === 'halfOpen') {
    // A ping that the provider only finds fault with proves nothing, as often as it is sent: then a caller's call is to.
    const isForPings = circuit.deps.settings.probe === 'ping' && circuit.vainEpoch !== context.epoch;
    if (isForPings || !circuit.slotFree()) return refuse('halfOpen');
  }
  if (isFull(circuit)) return refuse('busy');
  if (!isClosed || options.ramp === 'ignore') return null;
  if (circuit.inFlight >= circuit.allowance.limit(now)) return refuse('busy', true);
  if (circuit.headroom.waitMs(options.tokens ?? 0, now) > 0) return refuse('throttled', true);
  return circuit.ramp.admit(now) ? null : refuse('ramping', true);
}

/** As many calls in flight as the config allows. */
export function isFull(circuit: Circuit): boolean {
  return circuit.inFlight >= circuit.deps.concurrency;
}

/** Calls in flight at which it sends further ones on: by the config, or by what its 429s taught while it is trusted. */
export function allowedInFlight(circuit: Circuit, now: number): number {
  const { automatic, override } = circuit.automaton;
  // A probe is one call, and a hold is an order.
  return automatic === 'closed' && override === 'none' ? circuit.allowance.limit(now) : circuit.deps.concurrency;
}
