import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';

const startedAt = 1_760_000_000_000;

/** A good attempt of qwen-72b, but for what is given. */
export function attemptOf(changes: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    ordinal: 0,
    provider: 'qwen-72b',
    outcome: 'succeeded',
    word: 'ok',
    failureKind: null,
    status: 200,
    circuitState: 'closed',
    epoch: 1,
    permit: 'closed',
    until: null,
    waitMs: 0,
    startedAt,
    firstTokenMs: null,
    durationMs: 500,
    usage: null,
    costNanoUsd: null,
    costEstimated: false,
    way: null,
    raced: null,
    drill: null,
    ...changes,
  };
}

/** A good request of lucy, but for what is given. */
export function requestOf(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'r-1',
    node: 'a',
    chain: 'lucy',
    client: null,
    stream: true,
    needs: null,
    startedAt,
    firstTokenMs: 400,
    durationMs: 900,
    outcome: 'succeeded',
    status: 200,
    errorCode: null,
    servedBy: 'qwen-72b',
    usage: null,
    costNanoUsd: null,
    costEstimated: false,
    rescued: false,
    attempts: [attemptOf()],
    ...changes,
  };
}
