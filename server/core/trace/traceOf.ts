import type { CircuitEvent } from '../circuit/types.ts';
import { ITSELF } from '../circuit/types.ts';
import type { AttemptRecord, ProbeRecord } from '../records.ts';
import type { ProviderSettings } from '../settings.ts';
import { toldBy, toldByProbe } from './told.ts';
import { type CallStep, stateSkips, type Trace, type TraceStep, traceFormat, traceVersion } from './trace.ts';

/** What the record has of one provider between `from` and `to`, ms since 1970. In any order. */
export interface OutageRecord {
  from: number;
  to: number;
  /** `id`: `<request id>/<ordinal>`, by which transitions name their evidence; it goes into no trace. */
  attempts: readonly (TracedAttempt & { id: string })[];
  probes: readonly ProbeRecord[];
  events: readonly CircuitEvent[];
}

export type TracedAttempt = Pick<
  AttemptRecord,
  | 'outcome'
  | 'failureKind'
  | 'status'
  | 'permit'
  | 'circuitState'
  | 'startedAt'
  | 'firstTokenMs'
  | 'durationMs'
  | 'drill'
>;

/** An outage as a trace; pure: the same record gives the same trace. The circuit was closed at `from`. */
export function traceOf(record: OutageRecord, provider: ProviderSettings): Trace {
  const { from, to } = record;
  const events = [...record.events].sort((one, other) => one.at - other.at || one.seq - other.seq);
  const throttles = throttlesOf(events);
  const ended = new Map<string, number>();
  const calls: TraceStep[] = [];
  for (const attempt of record.attempts) {
    const step = stepOf(attempt, { from, provider, retryAfterMs: throttles.get(attempt.id) });
    if (!step) continue;
    calls.push(step);
    if (step.do === 'call') ended.set(attempt.id, step.at + step.ms);
  }
  const pings = record.probes.map((probe) => pingOf(probe, { from, events }));
  const moves = events.map((event) => moveOf(event, { from, ended }));
  return {
    format: traceFormat,
    version: traceVersion,
    provider: provider.name,
    settings: provider.breaker,
    concurrency: provider.concurrency,
    firstTokenClockMs: provider.timeouts.firstTokenMs,
    durationMs: to - from,
    steps: inOrder([...calls, ...pings, ...moves]),
  };
}

interface Around {
  from: number;
  provider: ProviderSettings;
  retryAfterMs: number | undefined;
}

/** Null: its circuit was not asked, or not for a reason of its state, or heard nothing of it. */
function stepOf(attempt: TracedAttempt, { from, provider, retryAfterMs }: Around): TraceStep | null {
  const { outcome, failureKind, permit, firstTokenMs, status } = attempt;
  const at = Math.max(0, Math.round(attempt.startedAt - from));
  if (attempt.drill !== null) return null;
  if (outcome === 'skipped') {
    const why = stateSkips.find((reason) => reason === failureKind);
    // A closed circuit of which a provider's own limit is used up.
    return why === undefined || (why === 'throttled' && attempt.circuitState === 'closed')
      ? null
      : { at, do: 'skip', why };
  }
  if (permit === null) return null;
  const told = toldBy(attempt, provider.timeouts.connectMs);
  const call: CallStep = { at, do: 'call', permit, ms: Math.round(attempt.durationMs), ...told };
  if (told.result === 'throttled' && retryAfterMs !== undefined) call.retryAfterMs = retryAfterMs;
  if (firstTokenMs !== null) call.firstTokenMs = Math.round(firstTokenMs);
  if (failureKind !== null) call.kind = failureKind;
  if (status !== null && outcome !== 'succeeded') call.status = status;
  return call;
}

/** For how long each throttled attempt kept the circuit open, by its id. */
function throttlesOf(events: readonly CircuitEvent[]): Map<string, number> {
  const throttles = new Map<string, number>();
  for (const { cause, evidence, until, at } of events) {
    const attempt = evidence.at(-1);
    if (cause === 'throttled' && attempt !== undefined && until !== null) {
      throttles.set(attempt, Math.max(0, Math.round(until - at)));
    }
  }
  return throttles;
}

/** A ping counts as a probe only where it took the place of one; else only what it proved does, which is a move. */
function pingOf(probe: ProbeRecord, { from, events }: { from: number; events: readonly CircuitEvent[] }): TraceStep {
  const before = events.filter(({ at }) => at <= probe.at).at(-1);
  const probed = before?.to === 'halfOpen';
  return {
    at: Math.max(0, Math.round(probe.at - from)),
    do: 'ping',
    ms: Math.round(probe.durationMs),
    ...(probed ? toldByProbe(probe) : { result: 'neutral' as const }),
  };
}

/** At the end of the attempt that brought it about, where there is one: the record has the two to different fractions. */
function moveOf(event: CircuitEvent, { from, ended }: { from: number; ended: ReadonlyMap<string, number> }): TraceStep {
  const rounded = Math.max(0, Math.round(event.at - from));
  const last = event.evidence.at(-1);
  const end = last === undefined ? undefined : ended.get(last);
  const at = end !== undefined && Math.abs(end - rounded) <= 2 ? end : rounded;
  const { cause, automatic, to } = event;
  if (event.by === ITSELF || !isAct(cause)) return { at, do: 'moved', to, automatic, cause };
  const forMs = event.until === null || cause === 'reset' || cause === 'release' ? undefined : event.until - event.at;
  return { at, do: 'act', act: cause, automatic, ...(forMs === undefined ? {} : { forMs: Math.round(forMs) }) };
}

function isAct(cause: CircuitEvent['cause']): cause is 'trip' | 'hold' | 'reset' | 'release' {
  return cause === 'trip' || cause === 'hold' || cause === 'reset' || cause === 'release';
}

/** By time; at the same millisecond what moved comes before what met it. */
function inOrder(steps: TraceStep[]): TraceStep[] {
  const rank = (step: TraceStep): number => (step.do === 'moved' || step.do === 'act' ? 0 : 1);
  return steps.sort((one, other) => one.at - other.at || rank(one) - rank(other));
}
