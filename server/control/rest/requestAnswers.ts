import { z } from 'zod';
import { automaticStates, type CircuitEvent, openCauses } from '../../core/circuit/types.ts';
import type { AttemptRecord, RequestRow } from '../../core/records.ts';
import type { ExplainedRequest } from '../../operations/explain.ts';
import { at, money, pageOf, state } from './answers.ts';

/** Requests, as the REST API answers them. */

const ms = z.number().describe('Milliseconds');
const usage = z
  .object({ promptTokens: z.number(), cachedTokens: z.number(), completionTokens: z.number(), estimated: z.boolean() })
  .nullable();

const shared = {
  id: z.string(),
  node: z.string(),
  chain: z.string(),
  client: z.string().nullable(),
  stream: z.boolean(),
  needs: z
    .object({ images: z.boolean(), tools: z.boolean(), jsonSchema: z.boolean(), promptTokens: z.number() })
    .nullable(),
  startedAt: at,
  firstTokenMs: ms.nullable(),
  durationMs: ms,
  outcome: z
    .enum(['succeeded', 'failed', 'refused', 'cancelled', 'interrupted'])
    .describe('`refused`: the request itself was at fault; `failed` and `interrupted` are what callers felt'),
  status: z.number().describe('HTTP status the caller got'),
  errorCode: z.string().nullable(),
  servedBy: z.string().nullable(),
  usage,
  costNanoUsd: money,
  costEstimated: z.boolean(),
  rescued: z.boolean().describe('The answer broke after its first content, and another provider went on to its end'),
};

const attempt = z.object({
  ordinal: z.number(),
  provider: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'cancelled', 'skipped']),
  word: z.string().describe('The word in the trail: `ok`, a status, `firstToken`, `open`, …'),
  failureKind: z.string().nullable(),
  status: z.number().nullable(),
  circuitState: state,
  epoch: z.number(),
  permit: z.enum(['closed', 'probe', 'forced', 'held']).nullable(),
  until: at.nullable(),
  waitMs: ms,
  startedAt: at,
  firstTokenMs: ms.nullable(),
  durationMs: ms,
  usage,
  costNanoUsd: money,
  costEstimated: z.boolean(),
  way: z.enum(['prefill', 'splice', 'discard']).nullable(),
  raced: z.enum(['probe', 'suspicion', 'hedge', 'deadline']).nullable(),
  drill: z.string().nullable(),
}) satisfies z.ZodType<AttemptRecord>;

const step = attempt.pick({
  ordinal: true,
  provider: true,
  outcome: true,
  word: true,
  failureKind: true,
  status: true,
  durationMs: true,
  firstTokenMs: true,
  permit: true,
  raced: true,
  way: true,
});

const causes = [
  ...openCauses,
  ...(['cooldown', 'probe', 'forced', 'recheck', 'trip', 'hold', 'reset', 'release', 'expired', 'removed'] as const),
] satisfies CircuitEvent['cause'][];

const transition = z.object({
  node: z.string(),
  seq: z.number(),
  provider: z.string(),
  epoch: z.number(),
  from: state,
  to: state,
  automatic: z.enum(automaticStates),
  cause: z.enum(causes),
  evidence: z.array(z.string()),
  by: z.string(),
  reason: z.string().nullable(),
  until: at.nullable(),
  at,
}) satisfies z.ZodType<CircuitEvent>;

const row = z.object({ ...shared, attempts: z.array(step) }) satisfies z.ZodType<RequestRow>;

export const requestPage = pageOf(row);

export const request = z.object({
  ...shared,
  attempts: z.array(attempt),
  transitions: z
    .record(z.string(), transition)
    .describe('By the ordinal of a skip: what had put its circuit into that state'),
  sparedMs: ms.nullable().describe('About so long would the attempts that open circuits spared have taken'),
  firstChoice: z
    .object({ provider: z.string(), extraNanoUsd: z.number() })
    .nullable()
    .describe('What the answer cost beyond the first choice, at what that costs now; null: not known, or it answered'),
  clocks: z
    .record(
      z.string(),
      z.object({
        connectMs: ms,
        firstTokenMs: ms.nullable().describe('Null: it is not asked for a stream'),
        answerMs: ms.nullable().describe('To the headers of an answer that is no stream; null: it is one'),
        idleMs: ms,
        totalMs: ms,
      }),
    )
    .describe('By the names of those that were tried: the clocks over such a call, as they are set now'),
  deadlineMs: ms.nullable().describe('For its first token, as its chain has it now; null: there is no such chain'),
}) satisfies z.ZodType<ExplainedRequest>;
