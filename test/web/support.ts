import type { CircuitEntry, CircuitEvent, ShownState } from '../../server/core/circuit/types.ts';
import type { LiveEvent } from '../../server/core/live.ts';
import type { AttemptRecord, RequestRecord, RequestRow } from '../../server/core/records.ts';

/** What the server would tell: circuits, transitions and requests with sensible values in every field. */

export const now = 1_760_000_000_000;

export function entryOf(provider: string, state: ShownState = 'closed', epoch = 1): CircuitEntry {
  return {
    provider,
    state,
    automatic: state === 'open' || state === 'halfOpen' ? state : 'closed',
    override: state === 'tripped' || state === 'heldClosed' ? state : 'none',
    since: now,
    cause: state === 'open' ? 'failures' : null,
    by: 'itself',
    reason: null,
    until: null,
    epoch,
    failuresInARow: 0,
    timeoutsInARow: 0,
    window: { calls: 0, failures: 0, rate: null, ms: 60_000 },
    ramp: null,
    probe: { out: 0, of: 1, failed: 0 },
    evidence: [],
    inFlight: 0,
    allowed: 256,
    spentUntil: null,
    headroom: null,
    carries: [],
    limits: { failures: 5, timeouts: 3, rate: 0.5, calls: 10 },
    lastSuccessAt: null,
  };
}

export function eventOf(seq: number, provider: string, to: ShownState): CircuitEvent {
  return {
    node: 'a',
    seq,
    provider,
    epoch: seq,
    from: to === 'closed' ? 'open' : 'closed',
    to,
    automatic: 'closed',
    cause: 'failures',
    evidence: [],
    by: 'itself',
    reason: null,
    until: null,
    at: now + seq,
  };
}

export function transition(seq: number, provider: string, to: ShownState): Extract<LiveEvent, { type: 'circuit' }> {
  return { type: 'circuit', event: eventOf(seq, provider, to), entry: entryOf(provider, to, seq) };
}

export function snapshot(seq: number, circuits: CircuitEntry[], at = now): Extract<LiveEvent, { type: 'snapshot' }> {
  return {
    type: 'snapshot',
    now: at,
    seq,
    circuits,
    events: [],
    requests: [],
    storage: { state: 'ok', problem: null, since: now },
  };
}

export function attemptOf(attempt: Partial<AttemptRecord>): AttemptRecord {
  return {
    ordinal: 0,
    provider: 'deepseek-v3',
    outcome: 'succeeded',
    word: 'ok',
    failureKind: null,
    status: 200,
    circuitState: 'closed',
    epoch: 1,
    permit: 'closed',
    until: null,
    waitMs: 0,
    startedAt: now,
    firstTokenMs: 400,
    durationMs: 2_000,
    usage: { promptTokens: 128, cachedTokens: 0, completionTokens: 214, estimated: false },
    costNanoUsd: 270_000,
    costEstimated: false,
    way: null,
    raced: null,
    drill: null,
    ...attempt,
  };
}

export function requestOf(request: Partial<RequestRecord>): RequestRecord {
  return {
    id: 'r1',
    node: 'a',
    chain: 'lucy',
    client: null,
    stream: true,
    needs: null,
    startedAt: now,
    firstTokenMs: 400,
    durationMs: 2_000,
    outcome: 'succeeded',
    status: 200,
    errorCode: null,
    servedBy: 'deepseek-v3',
    usage: null,
    costNanoUsd: null,
    costEstimated: false,
    rescued: false,
    attempts: [attemptOf({})],
    ...request,
  };
}

export function rowOf(id: string, request: Partial<RequestRecord> = {}): RequestRow {
  return requestOf({ ...request, id });
}
