import { throttleMs } from '../core/circuit/openTime.ts';
import type { Settlement } from '../core/circuit/settle.ts';
import { shouldOpen } from '../core/circuit/trip.ts';
import type { Circuit } from './circuit.ts';
import { itself } from './move.ts';
import type { Ticket } from './permit.ts';

type Learned = Exclude<Settlement, { result: 'neutral' }>;

/** What a finished call of the present epoch teaches its circuit. */
export function learn(circuit: Circuit, ticket: Ticket, settlement: Learned): void {
  const { automatic, context } = circuit.automaton;
  const isCharged = settlement.result !== 'failure' || charge(circuit, settlement.ambiguous);
  const isProof = automatic === 'halfOpen' || (context.provisional && ticket.kind !== 'closed');
  // Of what is to prove that the provider is back, every failure counts: it has not.
  if (!isCharged && !isProof) return;
  // Only the last one standing is called while open.
  if (automatic === 'open') learnForced(circuit, settlement);
  else if (settlement.result === 'success') learnSuccess(circuit);
  else if (settlement.result === 'throttled') learnThrottle(circuit, ticket, settlement);
  else if (settlement.result === 'refused') learnRefusal(circuit, settlement);
  else if (isProof) probeFailed(circuit, settlement.timeout, [settlement.attempt]);
  else learnFailure(circuit, settlement);
}

/** Opens the circuit again: what proved it did not hold. */
export function probeFailed(circuit: Circuit, timeout: boolean, evidence: string[]): void {
  const { clock, random } = circuit.deps;
  const cause = timeout ? 'timeouts' : 'failures';
  circuit.move({ type: 'PROBE_FAILED', cause, now: clock.now(), draw: random(), evidence }, itself('probe', evidence));
}

/** One body is charged once, wherever else it fails: a poisonous prompt is not an outage. False: it has been. */
function charge(circuit: Circuit, bodyHash: string | null): boolean {
  const { poison, clock, settings } = circuit.deps;
  return bodyHash === null || poison.charge(bodyHash, clock.now(), settings.windowMs);
}

function learnSuccess(circuit: Circuit): void {
  circuit.throttles = 0;
  const now = circuit.deps.clock.now();
  circuit.allowance.succeeded(now);
  circuit.samples.success(now);
  if (circuit.automaton.context.provisional) circuit.automaton.send({ type: 'PROBE_SUCCEEDED' });
}

function learnFailure(circuit: Circuit, failure: Extract<Learned, { result: 'failure' }>): void {
  const { samples, ramp, deps } = circuit;
  const now = deps.clock.now();
  samples.failure(now, failure.timeout, failure.attempt);
  const verdict = shouldOpen(samples, deps.settings, { now, onRamp: ramp.share(now) !== null });
  if (!verdict) return;
  const event = { type: 'TOO_MANY_FAILURES', ...verdict, now, draw: deps.random() } as const;
  circuit.move(event, itself(verdict.cause, verdict.evidence));
}

function learnThrottle(circuit: Circuit, ticket: Ticket, throttle: Extract<Learned, { result: 'throttled' }>): void {
  if (ticket.kind === 'closed') circuit.allowance.throttled(circuit.deps.clock.now(), ticket.inFlight);
  const evidence = [throttle.attempt];
  const forMs = throttleMs(throttle.retryAfterMs, circuit.throttles);
  // A time of nothing says as little as none.
  if (throttle.retryAfterMs === null || throttle.retryAfterMs <= 0) circuit.throttles += 1;
  circuit.move({ type: 'THROTTLED', forMs, now: circuit.deps.clock.now(), evidence }, itself('throttled', evidence));
}

function learnRefusal(circuit: Circuit, refusal: Extract<Learned, { result: 'refused' }>): void {
  const { clock, random } = circuit.deps;
  const { cause } = refusal;
  const evidence = [refusal.attempt];
  circuit.move({ type: 'REFUSED', cause, now: clock.now(), draw: random(), evidence }, itself(cause, evidence));
}

/** A forced call that failed moves neither the deadline nor the growth: only its own pace. */
function learnForced(circuit: Circuit, settlement: Learned): void {
  if (settlement.result === 'success') return;
  const now = circuit.deps.clock.now();
  circuit.forcedGood = 0;
  circuit.pacing.failed(now);
  if (settlement.result === 'throttled' && settlement.retryAfterMs !== null) {
    circuit.pacing.notBefore(now + throttleMs(settlement.retryAfterMs, 0));
  }
}
