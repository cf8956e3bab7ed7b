import type { InferInsertModel, InferSelectModel } from 'drizzle-orm';
import type { AttemptRecord, RequestNeeds, RequestRecord, Usage } from '../../../server/core/records.ts';
import type { attempts, requests } from '../../schema.ts';

/** Between the records of the program and the rows of the tables. */

type RequestColumns = InferSelectModel<typeof requests>;
type AttemptColumns = InferSelectModel<typeof attempts>;

export function requestValues(record: RequestRecord): InferInsertModel<typeof requests> {
  const { attempts: trail, usage, needs, ...values } = record;
  const fallback = record.servedBy !== null && trail[0] !== undefined && trail[0].provider !== record.servedBy;
  return { ...values, ...usageColumns(usage), ...needsColumns(needs), fallback };
}

export function attemptValues(request: RequestRecord, attempt: AttemptRecord): InferInsertModel<typeof attempts> {
  const { usage, ...values } = attempt;
  return { ...values, ...usageColumns(usage), requestId: request.id, node: request.node };
}

export function requestOf(row: RequestColumns): Omit<RequestRecord, 'attempts'> {
  const { fallback: _, promptTokens, cachedTokens, completionTokens, usageEstimated, ...rest } = row;
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

type UsageColumns = Pick<RequestColumns, 'promptTokens' | 'cachedTokens' | 'completionTokens' | 'usageEstimated'>;

function usageColumns(usage: Usage | null): UsageColumns {
  return {
    promptTokens: usage?.promptTokens ?? null,
    cachedTokens: usage?.cachedTokens ?? null,
    completionTokens: usage?.completionTokens ?? null,
    usageEstimated: usage?.estimated ?? null,
  };
}

type NeedsColumns = Pick<RequestColumns, 'needsImages' | 'needsTools' | 'needsJsonSchema' | 'needsPromptTokens'>;

function needsColumns(needs: RequestNeeds | null): NeedsColumns {
  return {
    needsImages: needs?.images ?? null,
    needsTools: needs?.tools ?? null,
    needsJsonSchema: needs?.jsonSchema ?? null,
    needsPromptTokens: needs?.promptTokens ?? null,
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
