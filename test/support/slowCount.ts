import type { HourMinute, Totals } from '../../server/core/overview.ts';
import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';
import { chains, endOf, names } from './meterTraffic.ts';

/** The figures of the live page, each counted from all raw records anew: slow, and simple enough to be believed. */

const minuteMs = 60_000;
const callersOwn = ['requestRefused'];

/** Which second, ten seconds or minute a moment is in, counted back from now: 0 is the one that runs. */
function back(moment: number, now: number, slotMs: number): number {
  return Math.floor(now / slotMs) - Math.floor(moment / slotMs);
}

const tried = ({ attempts }: RequestRecord): AttemptRecord[] => attempts.filter(({ outcome }) => outcome !== 'skipped');

const answered = ({ outcome }: RequestRecord): boolean => outcome === 'succeeded';
const error = ({ outcome }: RequestRecord): boolean => outcome === 'failed' || outcome === 'interrupted';

export function slowFelt(requests: RequestRecord[], now: number): Totals['felt'] {
  const recent = requests.filter((one) => back(endOf(one), now, 10_000) < 30);
  const good = recent.filter(answered);
  return {
    windowMs: 300_000,
    requests: recent.length,
    answered: good.length,
    byFallback: good.filter(({ attempts, servedBy }) => attempts.length > 0 && attempts[0]?.provider !== servedBy)
      .length,
    errors: recent.filter(error).length,
  };
}

export function slowProvider(requests: RequestRecord[], provider: string, now: number) {
  const inSeconds = (one: RequestRecord): boolean =>
    back(endOf(one), now, 1_000) >= 1 && back(endOf(one), now, 1_000) <= 10;
  const mine = (list: RequestRecord[]): AttemptRecord[] =>
    list.flatMap(tried).filter((attempt) => attempt.provider === provider);
  const recent = mine(requests.filter((one) => back(endOf(one), now, 10_000) < 30));
  const firstTokens = recent.flatMap(({ firstTokenMs }) => (firstTokenMs === null ? [] : [firstTokenMs]));
  const served = requests.filter(({ servedBy }) => servedBy === provider).map((one) => Math.floor(endOf(one) / 1_000));
  const mostCarried = Math.max(
    0,
    ...served.map((second) => served.filter((other) => other <= second && other > second - 60).length),
  );
  const of = chains.filter((chain) => chain.providers.includes(provider)).map(({ name }) => name);
  const callers = requests.filter((one) => of.includes(one.chain) && back(endOf(one), now, minuteMs) < 60);
  const felt = callers.filter((one) => answered(one) || error(one)).length;
  return {
    attemptsPerSecond: mine(requests.filter(inSeconds)).length / 10,
    attempts: recent.length,
    failed: recent.filter(({ outcome, failureKind }) => outcome === 'failed' && !callersOwn.includes(failureKind ?? ''))
      .length,
    firstTokens: firstTokens.sort((one, other) => one - other),
    mostCarriedPerSecond: mostCarried / 60,
    callersShare: felt === 0 ? null : callers.filter(answered).length / felt,
  };
}

export function slowMinutes(
  requests: RequestRecord[],
  now: number,
): Pick<HourMinute, 'answered' | 'errors' | 'attempts'>[] {
  return Array.from({ length: 60 }, (_, at) => {
    const mine = requests.filter((one) => back(endOf(one), now, minuteMs) === 59 - at);
    const counts = (list: (string | null)[]): Record<string, number> =>
      Object.fromEntries(
        names.map((name) => [name, list.filter((each) => each === name).length]).filter(([, count]) => count !== 0),
      );
    return {
      answered: counts(mine.filter(answered).map(({ servedBy }) => servedBy)),
      errors: mine.filter(error).length,
      attempts: counts(mine.flatMap(tried).map(({ provider }) => provider)),
    };
  });
}
