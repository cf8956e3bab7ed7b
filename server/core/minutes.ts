import { bucketOf } from './percentile.ts';
import type { RequestRecord } from './records.ts';

/**
 * What is kept of each minute, counted from its requests and attempts: the same figures as the rows give, at a hundredth of
 * the reading. A request counts in the minute it began in, an attempt or a skip in its own. `at` is the start of the minute
 * (or of the longer step asked for), ms since 1970; lengths of time are ms, money is integer nano-dollars.
 */

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** How many of each; what there is none of has no entry. */
export type Counts = Record<string, number>;

export interface ChainMinute {
  at: number;
  chain: string;
  requests: number;
  answered: number;
  /** Those answered, by who answered. */
  answeredBy: Counts;
  /** Answered by another provider than the first of its trail. */
  byFallback: number;
  /** Answers that broke and were gone on with to their end. */
  rescued: number;
  /** Callers who got an error or a broken answer. */
  errors: number;
  /** Callers who left. */
  cancelled: number;
  /** Waits for the first token, by `bucketOf`: `Histogram.of` gives percentiles. */
  firstTokens: Counts;
  firstTokenSumMs: number;
  /** Of those whose cost is known. */
  costNanoUsd: number;
  /** Requests of which it is not. */
  unpriced: number;
  /** Requests whose cost is an estimate. */
  costEstimated: number;
}

export interface ProviderMinute {
  at: number;
  provider: string;
  /** Skips not counted. */
  attempts: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  skipped: number;
  /** `failed` by kind. */
  failures: Counts;
  /** `skipped` by reason. */
  skips: Counts;
  firstTokens: Counts;
  firstTokenSumMs: number;
  /** Lengths of whole answers of those that succeeded, by `bucketOf`; minutes of older versions have none. */
  durations: Counts;
  promptTokens: number;
  completionTokens: number;
  costNanoUsd: number;
  /** Attempts whose cost is not known. */
  unpriced: number;
}

/** What of a request is counted. */
export type Countable = Pick<
  RequestRecord,
  | 'chain'
  | 'client'
  | 'startedAt'
  | 'firstTokenMs'
  | 'outcome'
  | 'servedBy'
  | 'rescued'
  | 'costNanoUsd'
  | 'costEstimated'
  | 'attempts'
>;

export function minuteOf(moment: number): number {
  return Math.floor(moment / minuteMs) * minuteMs;
}

/** The start of the hour that a moment lies in, ms since 1970. */
export function hourOf(moment: number): number {
  return Math.floor(moment / hourMs) * hourMs;
}

/** Answered by another provider than the first of its trail. */
export function isFallback({ servedBy, attempts }: Pick<Countable, 'servedBy'> & Trail): boolean {
  return servedBy !== null && attempts[0] !== undefined && attempts[0].provider !== servedBy;
}

interface Trail {
  attempts: readonly { provider: string }[];
}

/** A minute with this one request in it. */
export function chainMinuteOf(request: Countable): ChainMinute {
  const { chain, outcome, servedBy, firstTokenMs, costNanoUsd } = request;
  const answered = outcome === 'succeeded';
  return {
    at: minuteOf(request.startedAt),
    chain,
    requests: 1,
    answered: one(answered),
    answeredBy: answered && servedBy !== null ? { [servedBy]: 1 } : {},
    byFallback: one(answered && isFallback(request)),
    rescued: one(request.rescued),
    errors: one(outcome === 'failed' || outcome === 'interrupted'),
    cancelled: one(outcome === 'cancelled'),
    firstTokens: firstTokenMs === null ? {} : { [bucketOf(firstTokenMs)]: 1 },
    firstTokenSumMs: firstTokenMs ?? 0,
    costNanoUsd: costNanoUsd ?? 0,
    unpriced: one(costNanoUsd === null),
    costEstimated: one(request.costEstimated),
  };
}

/** A minute with this one attempt, or skip, in it. */
export function providerMinuteOf(attempt: Countable['attempts'][number]): ProviderMinute {
  const { outcome, failureKind, firstTokenMs, durationMs, usage, costNanoUsd } = attempt;
  const skipped = outcome === 'skipped';
  const kind = { [failureKind ?? 'unknown']: 1 };
  return {
    at: minuteOf(attempt.startedAt),
    provider: attempt.provider,
    attempts: one(!skipped),
    succeeded: one(outcome === 'succeeded'),
    failed: one(outcome === 'failed'),
    cancelled: one(outcome === 'cancelled'),
    skipped: one(skipped),
    failures: outcome === 'failed' ? kind : {},
    skips: skipped ? kind : {},
    firstTokens: firstTokenMs === null ? {} : { [bucketOf(firstTokenMs)]: 1 },
    firstTokenSumMs: firstTokenMs ?? 0,
    durations: outcome === 'succeeded' ? { [bucketOf(durationMs)]: 1 } : {},
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
    costNanoUsd: costNanoUsd ?? 0,
    unpriced: one(!skipped && costNanoUsd === null),
  };
}

const chainFigures = [
  'requests',
  'answered',
  'byFallback',
  'rescued',
  'errors',
  'cancelled',
  'firstTokenSumMs',
  'costNanoUsd',
  'unpriced',
  'costEstimated',
] as const;

const providerFigures = [
  'attempts',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
  'firstTokenSumMs',
  'promptTokens',
  'completionTokens',
  'costNanoUsd',
  'unpriced',
] as const;

/** Adds every figure of another minute to one; its `at` and its name stay. */
export function addChainMinute(sum: ChainMinute, other: ChainMinute): void {
  for (const figure of chainFigures) sum[figure] += other[figure];
  addCounts(sum.answeredBy, other.answeredBy);
  addCounts(sum.firstTokens, other.firstTokens);
}

export function addProviderMinute(sum: ProviderMinute, other: ProviderMinute): void {
  for (const figure of providerFigures) sum[figure] += other[figure];
  addCounts(sum.failures, other.failures);
  addCounts(sum.skips, other.skips);
  addCounts(sum.firstTokens, other.firstTokens);
  addCounts(sum.durations, other.durations);
}

function addCounts(sum: Counts, other: Readonly<Counts>): void {
  for (const name in other) sum[name] = (sum[name] ?? 0) + (other[name] ?? 0);
}

function one(is: boolean): number {
  return is ? 1 : 0;
}
