import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';

const attempt: AttemptRecord = {
  ordinal: 0,
  provider: 'a',
  outcome: 'succeeded',
  word: 'ok',
  failureKind: null,
  status: 200,
  circuitState: 'closed',
  epoch: 0,
  permit: 'closed',
  until: null,
  waitMs: 0,
  startedAt: 0,
  firstTokenMs: 0,
  durationMs: 0,
  usage: null,
  costNanoUsd: null,
  costEstimated: false,
  way: null,
  raced: null,
  drill: null,
};

/** The record of one good request at `a`, with these changes. */
export function recordOf(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'id-1',
    node: 'a',
    chain: 'lucy',
    client: null,
    stream: true,
    needs: null,
    startedAt: 0,
    firstTokenMs: 0,
    durationMs: 0,
    outcome: 'succeeded',
    status: 200,
    errorCode: null,
    servedBy: 'a',
    usage: null,
    costNanoUsd: null,
    costEstimated: false,
    rescued: false,
    attempts: [attempt],
    ...changes,
  };
}
