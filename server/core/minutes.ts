import { isFelt } from './felt.ts';
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
  /** What callers felt (`isFelt`): those who got an error that was not their own doing, or a broken answer. */
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

/** A minute with nothing in it. `moment`: any in it, ms since 1970. */
export function emptyChainMinute(chain: string, moment: number): ChainMinute {
  return {
    at: minuteOf(moment),
    chain,
    requests: 0,
    answered: 0,
    answeredBy: {},
    byFallback: 0,
    rescued: 0,
    errors: 0,
    cancelled: 0,
    firstTokens: {},
    firstTokenSumMs: 0,
    costNanoUsd: 0,
    unpriced: 0,
    costEstimated: 0,
  };
}

/** Counts a request into its minute: in place, since a minute of its own for each costs more than writing its row. */
export function countRequest(minute: ChainMinute, request: Countable): void {
  const { outcome, servedBy, firstTokenMs, costNanoUsd } = request;
  minute.requests += 1;
  if (outcome === 'succeeded') {
    minute.answered += 1;
    if (servedBy !== null) addOne(minute.answeredBy, servedBy);
    if (isFallback(request)) minute.byFallback += 1;
  } else if (outcome === 'cancelled') minute.cancelled += 1;
  else if (isFelt(request)) minute.errors += 1;
  if (request.rescued) minute.rescued += 1;
  if (firstTokenMs !== null) {
    addOne(minute.firstTokens, bucketOf(firstTokenMs));
    minute.firstTokenSumMs += firstTokenMs;
  }
  if (costNanoUsd === null) minute.unpriced += 1;
  else minute.costNanoUsd += costNanoUsd;
  if (request.costEstimated) minute.costEstimated += 1;
}

/** A minute with nothing in it. `moment`: any in it, ms since 1970. */
export function emptyProviderMinute(provider: string, moment: number): ProviderMinute {
  return {
    at: minuteOf(moment),
    provider,
    attempts: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    skipped: 0,
    failures: {},
    skips: {},
    firstTokens: {},
    firstTokenSumMs: 0,
    durations: {},
    promptTokens: 0,
    completionTokens: 0,
    costNanoUsd: 0,
    unpriced: 0,
  };
}

/** Counts an attempt, or a skip, into its minute. */
export function countAttempt(minute: ProviderMinute, attempt: Countable['attempts'][number]): void {
  const { outcome, failureKind, firstTokenMs, usage, costNanoUsd } = attempt;
  minute[outcome] += 1;
  if (outcome === 'skipped') addOne(minute.skips, failureKind ?? 'unknown');
  else {
    minute.attempts += 1;
    if (costNanoUsd === null) minute.unpriced += 1;
  }
  if (outcome === 'failed') addOne(minute.failures, failureKind ?? 'unknown');
  if (outcome === 'succeeded') addOne(minute.durations, bucketOf(attempt.durationMs));
  if (firstTokenMs !== null) {
    addOne(minute.firstTokens, bucketOf(firstTokenMs));
    minute.firstTokenSumMs += firstTokenMs;
  }
  minute.promptTokens += usage?.promptTokens ?? 0;
  minute.completionTokens += usage?.completionTokens ?? 0;
  minute.costNanoUsd += costNanoUsd ?? 0;
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

function addOne(counts: Counts, name: string | number): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
