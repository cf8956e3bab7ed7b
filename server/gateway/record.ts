import { addCosts, addUsage } from '../core/money.ts';
import type { AttemptRecord, RequestNeeds, RequestOutcome, RequestRecord } from '../core/records.ts';
import type { Ledger } from './ledger.ts';

/** What a caller got in the end. */
export interface Outcome {
  result: RequestOutcome;
  status: number;
  errorCode: string | null;
  servedBy: string | null;
  firstTokenMs: number | null;
}

/** The record of one finished request. */
export function recordOf(finished: {
  call: { id: string; client: { name: string } | null; startedNow: number; startedAt: number };
  asked: { chain: { name: string }; request: { stream: boolean; facts: RequestNeeds } };
  ledger: Ledger;
  outcome: Outcome;
  /** By `Clock.now()`: when the caller had all of it. */
  endedNow: number;
  node: string;
}): RequestRecord {
  const { call, asked, ledger, outcome, endedNow, node } = finished;
  const { images, tools, jsonSchema, promptTokens } = asked.request.facts;
  const charged = ledger.attempts.filter((attempt) => attempt.usage !== null);
  return {
    id: call.id,
    node,
    chain: asked.chain.name,
    client: call.client?.name ?? null,
    stream: asked.request.stream,
    needs: { images, tools, jsonSchema, promptTokens },
    startedAt: Math.round(call.startedAt),
    firstTokenMs: outcome.firstTokenMs,
    durationMs: Math.round(endedNow - call.startedNow),
    outcome: outcome.result,
    status: outcome.status,
    errorCode: outcome.errorCode,
    servedBy: outcome.servedBy,
    usage: addUsage(charged.map((attempt) => attempt.usage)),
    costNanoUsd: addCosts(charged.map((attempt) => attempt.costNanoUsd)),
    costEstimated: ledger.attempts.some((attempt) => attempt.costEstimated),
    rescued: outcome.result === 'succeeded' && ledger.attempts.some(wentOn),
    attempts: ledger.attempts,
  };
}

function wentOn({ way, outcome }: AttemptRecord): boolean {
  return way !== null && outcome === 'succeeded';
}
