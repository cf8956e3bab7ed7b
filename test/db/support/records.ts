import type { Batch } from '../../../db/storage.ts';
import type { CircuitEvent, StoredCircuit } from '../../../server/core/circuit/types.ts';
import type { AttemptRecord, AuditRecord, ProbeRecord, RequestRecord } from '../../../server/core/records.ts';

/** Records of a made-up day; a test names what it is about and leaves the rest. */

export const noon = 1_760_000_000_000;

export function attempt(changes: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    ordinal: 0,
    provider: 'deepseek-v3',
    outcome: 'succeeded',
    word: 'ok',
    failureKind: null,
    status: 200,
    circuitState: 'closed',
    epoch: 3,
    permit: 'closed',
    until: null,
    waitMs: 0,
    startedAt: noon,
    firstTokenMs: 210.5,
    durationMs: 1_900.25,
    usage: { promptTokens: 900, cachedTokens: 512, completionTokens: 140, estimated: false },
    costNanoUsd: 294_580,
    costEstimated: false,
    way: null,
    raced: null,
    drill: null,
    ...changes,
  };
}

export function failure(ordinal: number, provider: string, failureKind = 'serverError'): AttemptRecord {
  return attempt({
    ordinal,
    provider,
    outcome: 'failed',
    word: '503',
    failureKind,
    status: 503,
    firstTokenMs: null,
    usage: null,
    costNanoUsd: null,
  });
}

export function skip(ordinal: number, provider: string): AttemptRecord {
  return attempt({
    ordinal,
    provider,
    outcome: 'skipped',
    word: 'open',
    failureKind: 'open',
    status: null,
    circuitState: 'open',
    permit: null,
    until: noon + 300_000,
    firstTokenMs: null,
    durationMs: 0,
    usage: null,
    costNanoUsd: null,
  });
}

export function probeRow(id: string, changes: Partial<ProbeRecord> = {}): ProbeRecord {
  return {
    id,
    node: 'a',
    provider: 'qwen-72b',
    kind: 'standby',
    by: 'itself',
    at: noon,
    ok: true,
    word: 'ok',
    status: 200,
    durationMs: 412.5,
    costNanoUsd: 900,
    ...changes,
  };
}

export function request(id: string, changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id,
    node: 'a',
    chain: 'lucy',
    client: 'chat-app',
    stream: true,
    needs: { images: false, tools: true, jsonSchema: false, promptTokens: 900 },
    startedAt: noon,
    firstTokenMs: 230.75,
    durationMs: 2_000,
    outcome: 'succeeded',
    status: 200,
    errorCode: null,
    servedBy: 'deepseek-v3',
    usage: { promptTokens: 900, cachedTokens: 512, completionTokens: 140, estimated: false },
    costNanoUsd: 294_580,
    costEstimated: false,
    rescued: false,
    attempts: [attempt()],
    ...changes,
  };
}

export function event(seq: number, changes: Partial<CircuitEvent> = {}): CircuitEvent {
  return {
    node: 'a',
    seq,
    provider: 'deepseek-v3',
    epoch: seq,
    from: 'closed',
    to: 'open',
    automatic: 'open',
    cause: 'failures',
    evidence: ['r1/0', 'r2/0'],
    by: 'itself',
    reason: null,
    until: noon + 300_000,
    at: noon + seq,
    ...changes,
  };
}

export function stored(epoch: number, changes: Partial<StoredCircuit> = {}): StoredCircuit {
  return {
    provider: 'deepseek-v3',
    automatic: 'open',
    override: 'none',
    epoch,
    since: noon,
    automaticSince: noon,
    cause: 'failures',
    openUntil: noon + 300_000,
    overrideUntil: null,
    by: 'itself',
    reason: null,
    probesFailed: 0,
    throttles: 0,
    evidence: ['r1/0', 'r2/0'],
    lastSuccessAt: noon - 5_000,
    ...changes,
  };
}

export function auditRow(id: string, changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    id,
    at: noon,
    who: 'ada',
    what: 'circuits.trip',
    subject: 'deepseek-v3',
    reason: 'the vendor says so',
    before: { state: 'closed', epoch: 3 },
    after: { state: 'tripped', epoch: 4 },
    outcome: 'done',
    from: '127.0.0.1',
    ...changes,
  };
}

export function batch(changes: Partial<Batch> = {}): Batch {
  return { requests: [], events: [], audit: [], probes: [], ...changes };
}

/** Requests `<prefix>0000` …, one a millisecond from noon on. */
export function requests(prefix: string, count: number): RequestRecord[] {
  return Array.from({ length: count }, (_, at) =>
    request(`${prefix}${String(at).padStart(4, '0')}`, { startedAt: noon + at }),
  );
}
