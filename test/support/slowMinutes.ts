import type { ChainMinute, Counts, ProviderMinute } from '../../server/core/minutes.ts';
import { bucketOf } from '../../server/core/percentile.ts';
import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';

/** The figures of the minute tables, each counted from all raw records anew: slow, and simple enough to be believed. */

interface Span {
  from: number;
  to: number;
  stepMs: number;
}

const stepsOf = ({ from, to, stepMs }: Span): number[] =>
  Array.from({ length: Math.ceil((to - from) / stepMs) }, (_, at) => from + at * stepMs);
const total = (list: (number | null)[]): number => list.reduce<number>((sum, each) => sum + (each ?? 0), 0);
const names = (list: string[]): string[] => [...new Set(list)].sort();

function counts(list: (string | number)[]): Counts {
  return Object.fromEntries(list.map((each) => [each, list.filter((other) => other === each).length]));
}

const tokens = (list: (number | null)[]): number[] => list.filter((each) => each !== null);

export function slowChainMinutes(requests: RequestRecord[], span: Span): ChainMinute[] {
  return stepsOf(span).flatMap((at) => {
    const begun = requests.filter(({ startedAt }) => startedAt >= at && startedAt < at + span.stepMs);
    return names(begun.map(({ chain }) => chain)).map((chain) => {
      const mine = begun.filter((each) => each.chain === chain);
      const answered = mine.filter(({ outcome }) => outcome === 'succeeded');
      const firstTokens = tokens(mine.map(({ firstTokenMs }) => firstTokenMs));
      return {
        at,
        chain,
        requests: mine.length,
        answered: answered.length,
        answeredBy: counts(answered.flatMap(({ servedBy }) => servedBy ?? [])),
        byFallback: answered.filter(
          ({ attempts, servedBy }) => servedBy !== null && attempts.length > 0 && attempts[0]?.provider !== servedBy,
        ).length,
        rescued: mine.filter(({ rescued }) => rescued).length,
        errors: mine.filter(({ outcome }) => outcome === 'failed' || outcome === 'interrupted').length,
        cancelled: mine.filter(({ outcome }) => outcome === 'cancelled').length,
        firstTokens: counts(firstTokens.map(bucketOf)),
        firstTokenSumMs: total(firstTokens),
        costNanoUsd: total(mine.map(({ costNanoUsd }) => costNanoUsd)),
        unpriced: mine.filter(({ costNanoUsd }) => costNanoUsd === null).length,
        costEstimated: mine.filter(({ costEstimated }) => costEstimated).length,
      };
    });
  });
}

export function slowProviderMinutes(requests: RequestRecord[], span: Span): ProviderMinute[] {
  const steps = requests.flatMap(({ attempts }) => attempts);
  return stepsOf(span).flatMap((at) => {
    const begun = steps.filter(({ startedAt }) => startedAt >= at && startedAt < at + span.stepMs);
    return names(begun.map(({ provider }) => provider)).map((provider) => {
      const all = begun.filter((each) => each.provider === provider);
      const ended = (how: AttemptRecord['outcome']): AttemptRecord[] => all.filter(({ outcome }) => outcome === how);
      const tried = all.filter(({ outcome }) => outcome !== 'skipped');
      const firstTokens = tokens(all.map(({ firstTokenMs }) => firstTokenMs));
      return {
        at,
        provider,
        attempts: tried.length,
        succeeded: ended('succeeded').length,
        failed: ended('failed').length,
        cancelled: ended('cancelled').length,
        skipped: ended('skipped').length,
        failures: counts(ended('failed').flatMap(({ failureKind }) => failureKind ?? [])),
        skips: counts(ended('skipped').flatMap(({ failureKind }) => failureKind ?? [])),
        firstTokens: counts(firstTokens.map(bucketOf)),
        firstTokenSumMs: total(firstTokens),
        durations: counts(ended('succeeded').map(({ durationMs }) => bucketOf(durationMs))),
        promptTokens: total(all.map(({ usage }) => usage?.promptTokens ?? 0)),
        completionTokens: total(all.map(({ usage }) => usage?.completionTokens ?? 0)),
        costNanoUsd: total(all.map(({ costNanoUsd }) => costNanoUsd)),
        unpriced: tried.filter(({ costNanoUsd }) => costNanoUsd === null).length,
      };
    });
  });
}
