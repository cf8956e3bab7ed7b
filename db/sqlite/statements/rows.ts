import { asc, type InferSelectModel, inArray } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { isFallback } from '../../../server/core/minutes.ts';
import type { AttemptRecord, RequestNeeds, RequestRecord, Usage } from '../../../server/core/records.ts';
import { attempts, type requests } from '../../schema.ts';
import type { ColumnsOf } from './insert.ts';

/** Between the records of the program and the rows of the tables. */

type RequestColumns = InferSelectModel<typeof requests>;
type AttemptColumns = InferSelectModel<typeof attempts>;

export const requestColumns: ColumnsOf<typeof requests, RequestRecord> = {
  id: ({ id }) => id,
  node: ({ node }) => node,
  chain: ({ chain }) => chain,
  client: ({ client }) => client,
  stream: ({ stream }) => stream,
  needsImages: ({ needs }) => needs?.images,
  needsTools: ({ needs }) => needs?.tools,
  needsJsonSchema: ({ needs }) => needs?.jsonSchema,
  needsPromptTokens: ({ needs }) => needs?.promptTokens,
  startedAt: ({ startedAt }) => startedAt,
  firstTokenMs: ({ firstTokenMs }) => firstTokenMs,
  durationMs: ({ durationMs }) => durationMs,
  outcome: ({ outcome }) => outcome,
  status: ({ status }) => status,
  errorCode: ({ errorCode }) => errorCode,
  servedBy: ({ servedBy }) => servedBy,
  fallback: isFallback,
  rescued: ({ rescued }) => rescued,
  counted: () => true,
  ...chargeColumns<RequestRecord>((record) => record),
};

/** One attempt, and the request it belongs to. */
export interface AttemptOf {
  request: RequestRecord;
  attempt: AttemptRecord;
}

export const attemptColumns: ColumnsOf<typeof attempts, AttemptOf> = {
  requestId: ({ request }) => request.id,
  ordinal: ({ attempt }) => attempt.ordinal,
  node: ({ request }) => request.node,
  provider: ({ attempt }) => attempt.provider,
  outcome: ({ attempt }) => attempt.outcome,
  word: ({ attempt }) => attempt.word,
  failureKind: ({ attempt }) => attempt.failureKind,
  status: ({ attempt }) => attempt.status,
  circuitState: ({ attempt }) => attempt.circuitState,
  epoch: ({ attempt }) => attempt.epoch,
  permit: ({ attempt }) => attempt.permit,
  until: ({ attempt }) => attempt.until,
  waitMs: ({ attempt }) => attempt.waitMs,
  startedAt: ({ attempt }) => attempt.startedAt,
  firstTokenMs: ({ attempt }) => attempt.firstTokenMs,
  durationMs: ({ attempt }) => attempt.durationMs,
  way: ({ attempt }) => attempt.way,
  raced: ({ attempt }) => attempt.raced,
  drill: ({ attempt }) => attempt.drill,
  ...chargeColumns<AttemptOf>(({ attempt }) => attempt),
};

export function requestOf(row: RequestColumns): Omit<RequestRecord, 'attempts'> {
  const { fallback: _, counted: __, promptTokens, cachedTokens, completionTokens, usageEstimated, ...rest } = row;
  const { needsImages, needsTools, needsJsonSchema, needsPromptTokens, ...values } = rest;
  return {
    ...values,
    needs: needsOf({ needsImages, needsTools, needsJsonSchema, needsPromptTokens }),
    usage: usageOf({ promptTokens, cachedTokens, completionTokens, usageEstimated }),
  };
}

export function attemptOf(row: AttemptColumns): AttemptRecord {
  const { requestId: _, node: __, promptTokens, cachedTokens, completionTokens, usageEstimated, ...values } = row;
  return { ...values, usage: usageOf({ promptTokens, cachedTokens, completionTokens, usageEstimated }) };
}

/** The whole trails of these requests, by their ids, in order. */
export function attemptsOf(orm: BetterSQLite3Database, ids: string[]): Map<string, AttemptRecord[]> {
  const rows = orm
    .select()
    .from(attempts)
    .where(inArray(attempts.requestId, ids))
    .orderBy(asc(attempts.requestId), asc(attempts.ordinal))
    .all();
  const trails = new Map<string, AttemptRecord[]>();
  for (const row of rows) {
    const trail = trails.get(row.requestId);
    if (trail) trail.push(attemptOf(row));
    else trails.set(row.requestId, [attemptOf(row)]);
  }
  return trails;
}

type UsageColumns = Pick<RequestColumns, 'promptTokens' | 'cachedTokens' | 'completionTokens' | 'usageEstimated'>;

type NeedsColumns = Pick<RequestColumns, 'needsImages' | 'needsTools' | 'needsJsonSchema' | 'needsPromptTokens'>;

/** Tokens and cost, which requests and attempts have alike. */
function chargeColumns<Source>(of: (source: Source) => Pick<RequestRecord, 'usage' | 'costNanoUsd' | 'costEstimated'>) {
  return {
    promptTokens: (source: Source) => of(source).usage?.promptTokens,
    cachedTokens: (source: Source) => of(source).usage?.cachedTokens,
    completionTokens: (source: Source) => of(source).usage?.completionTokens,
    usageEstimated: (source: Source) => of(source).usage?.estimated,
    costNanoUsd: (source: Source) => of(source).costNanoUsd,
    costEstimated: (source: Source) => of(source).costEstimated,
  };
}

function needsOf(row: NeedsColumns): RequestNeeds | null {
  if (row.needsPromptTokens === null) return null;
  return {
    images: row.needsImages ?? false,
    tools: row.needsTools ?? false,
    jsonSchema: row.needsJsonSchema ?? false,
    promptTokens: row.needsPromptTokens,
  };
}

function usageOf(row: UsageColumns): Usage | null {
  if (row.usageEstimated === null) return null;
  return {
    promptTokens: row.promptTokens ?? 0,
    cachedTokens: row.cachedTokens ?? 0,
    completionTokens: row.completionTokens ?? 0,
    estimated: row.usageEstimated,
  };
}
