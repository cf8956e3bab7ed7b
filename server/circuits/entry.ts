import type { Room } from '../core/circuit/headroom.ts';
import type { CircuitEntry, CircuitEvent, StoredCircuit } from '../core/circuit/types.ts';
import type { Circuit } from './circuit.ts';
import type { Move } from './move.ts';
import { allowedInFlight } from './refuse.ts';

/** A circuit as the control plane shows it. Reading changes nothing and uses up no probe. */
export function entryOf(circuit: Circuit, carries: string[]): CircuitEntry {
  const { automaton, deps, samples, ramp } = circuit;
  const { clock, settings } = deps;
  const { context, automatic, override, shown } = automaton;
  const now = clock.now();
  const { calls, failures } = samples.within(now);
  const share = ramp.share(now);
  const spentMs = automatic === 'closed' ? circuit.headroom.waitMs(0, now) : 0;
  const rampEnd = ramp.endsAt(now);
  const room = circuit.headroom.room(now);
  return {
    provider: deps.provider,
    state: shown,
    automatic,
    override,
    since: circuit.since,
    cause: automatic === 'closed' ? null : context.cause,
    by: circuit.by,
    reason: circuit.reason,
    until: wallOf(circuit, override === 'none' ? openUntil(circuit) : context.overrideUntil),
    epoch: context.epoch,
    ...samples.streaks(now),
    window: { calls, failures, rate: calls === 0 ? null : failures / calls, ms: settings.windowMs },
    ramp: share === null || rampEnd === null ? null : { share, until: wallOf(circuit, rampEnd) ?? clock.wall() },
    probe: { out: circuit.slotsOut, of: settings.probes, failed: context.probesFailed },
    evidence: context.evidence,
    inFlight: circuit.inFlight,
    allowed: allowedInFlight(circuit, now),
    spentUntil: spentMs > 0 ? wallOf(circuit, now + spentMs) : null,
    headroom: room && headroomOf(circuit, room, now),
    carries,
    limits: {
      failures: settings.failures,
      timeouts: settings.timeouts,
      rate: settings.rate,
      calls: settings.calls,
    },
    lastSuccessAt: circuit.lastSuccessAt,
  };
}

/** What is kept of it over a restart. */
export function storedOf(circuit: Circuit): StoredCircuit {
  const { automaton, deps } = circuit;
  const { context } = automaton;
  return {
    provider: deps.provider,
    automatic: automaton.automatic,
    override: automaton.override,
    epoch: context.epoch,
    since: circuit.since,
    automaticSince: circuit.automaticSince,
    cause: context.cause,
    openUntil: wallOf(circuit, openUntil(circuit)),
    overrideUntil: wallOf(circuit, context.overrideUntil),
    by: circuit.by,
    reason: circuit.reason,
    probesFailed: context.probesFailed,
    throttles: circuit.throttles,
    evidence: context.evidence,
    lastSuccessAt: circuit.lastSuccessAt,
  };
}

/** The transition a circuit has just made, as a row of the record. */
export function eventOf(
  circuit: Circuit,
  move: Move & { from: CircuitEvent['from'] },
  number: { node: string; seq: number },
): CircuitEvent {
  const { automaton, deps } = circuit;
  const { override, context } = automaton;
  return {
    ...number,
    provider: deps.provider,
    epoch: context.epoch,
    from: move.from,
    to: automaton.shown,
    automatic: automaton.automatic,
    cause: move.cause,
    evidence: move.evidence,
    by: move.by,
    reason: move.reason,
    until: wallOf(circuit, override === 'none' ? openUntil(circuit) : context.overrideUntil),
    at: deps.clock.wall(),
  };
}

function openUntil(circuit: Circuit): number | null {
  return circuit.automaton.automatic === 'open' ? circuit.automaton.context.openUntil : null;
}

function headroomOf(circuit: Circuit, { resetMs, ...room }: Room, now: number): CircuitEntry['headroom'] {
  return { ...room, until: wallOf(circuit, now + resetMs) ?? circuit.deps.clock.wall() };
}

/** A monotonic deadline as wall time, whole ms. */
function wallOf(circuit: Circuit, deadline: number | null): number | null {
  return deadline === null ? null : circuit.deps.wallTimes.of(deadline);
}
