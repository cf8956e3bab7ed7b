import type { CircuitEvent, ShownState } from '../../server/core/circuit/types.ts';
import type { Hour, HourMinute } from '../../server/core/overview.ts';
import { toCsv } from '../exports.ts';

/** The arithmetic of "Who answered". Times are ms since 1970; rates are requests a second. */

/** Bands drawn at most; the smallest providers share the last one. */
export const maxBands = 7;
const minuteMs = 60_000;
/** A minute that has barely begun says nothing of a rate. */
const leastMs = 5_000;
/** A program that has run for less is drawn over so many minutes, not at the edge of an empty hour. */
export const leastMinutes = 15;

export interface Series {
  /** Providers drawn, in the order of the chains; `others` are summed up in one more band. */
  bands: string[];
  others: string[];
  points: Point[];
  /** From when on the last point is unfinished; null: none is. */
  unfinishedFrom: number | null;
}

export interface Point {
  /** Middle, beginning and end of what it counts. */
  at: number;
  from: number;
  to: number;
  /** By band. Null, here and below: the program was not running, which is not the same as no requests. */
  rates: (number | null)[];
  othersRate: number | null;
  /** Requests nobody answered. */
  errorsRate: number | null;
}

/** What the chart draws. `order`: every provider, as the chains name them. */
export function seriesOf(hour: Hour, order: readonly string[]): Series {
  const totals = new Map<string, number>(order.map((provider) => [provider, 0]));
  for (const { answered } of hour.minutes)
    for (const [provider, count] of Object.entries(answered)) totals.set(provider, (totals.get(provider) ?? 0) + count);
  const seen = [...totals].filter(([, total]) => total > 0);
  const largest = new Set(
    [...seen]
      .sort((one, other) => other[1] - one[1])
      .map(([provider]) => provider)
      .slice(0, maxBands),
  );
  const bands = seen.map(([provider]) => provider).filter((provider) => largest.has(provider));
  const others = seen.map(([provider]) => provider).filter((provider) => !largest.has(provider));
  const last = hour.minutes.at(-1);
  const unfinished = last !== undefined && hour.now < last.at + minuteMs ? last.at : null;
  const points = drawnMinutes(hour).flatMap((minute): Point[] => {
    const { at, answered, errors } = minute;
    const lengthMs = at === unfinished ? hour.now - at : minuteMs;
    if (lengthMs < leastMs) return [];
    const counted = wasRunning(minute);
    const rate = (count: number) => (counted ? Math.round((count * 1_000_000) / lengthMs) / 1_000 : null);
    return [
      {
        at: at + lengthMs / 2,
        from: at,
        to: at + lengthMs,
        rates: bands.map((provider) => rate(answered[provider] ?? 0)),
        othersRate: rate(others.reduce((sum, provider) => sum + (answered[provider] ?? 0), 0)),
        errorsRate: rate(errors),
      },
    ];
  });
  const drawn = unfinished !== null && (points.at(-1)?.at ?? 0) > unfinished;
  return { bands, others, points, unfinishedFrom: drawn ? unfinished : null };
}

/** Whether anything is known of a minute: what was not counted is no zero. */
export function wasRunning({ states, answered, errors }: HourMinute): boolean {
  return Object.values(states).some((state) => state !== null) || Object.keys(answered).length > 0 || errors > 0;
}

/** The minutes of the chart: the hour, or its end where the program began in it. */
export function drawnMinutes({ minutes }: Hour): HourMinute[] {
  const began = minutes.findIndex(wasRunning);
  return minutes.slice(Math.max(0, Math.min(began === -1 ? 0 : began, minutes.length - leastMinutes)));
}

/** The points as an area needs them: from the very beginning of what is known to its end, a single minute too. */
export function outlineOf(points: readonly Point[]): Point[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const after = points[index + 1];
    return [
      ...(before === undefined || isUnknown(before) ? [{ ...point, at: point.from }] : []),
      point,
      ...(after === undefined || isUnknown(after) ? [{ ...point, at: point.to }] : []),
    ];
  });
}

function isUnknown({ errorsRate }: Point): boolean {
  return errorsRate === null;
}

/** When one circuit or more let nothing through. */
export interface Shade {
  from: number;
  to: number;
  providers: string[];
  /** None of them opened by itself. */
  byHand: boolean;
}

const shut: Record<ShownState, boolean> = {
  closed: false,
  halfOpen: false,
  heldClosed: false,
  open: true,
  tripped: true,
};

/** Runs of minutes in which the same circuits were open or tripped. */
export function shadesOf(hour: Hour): Shade[] {
  const shades: Shade[] = [];
  for (const { at, states } of hour.minutes) {
    const providers = Object.entries(states).flatMap(([provider, state]) => (state && shut[state] ? [provider] : []));
    const byHand = providers.every((provider) => states[provider] === 'tripped');
    const last = shades.at(-1);
    const to = Math.min(at + minuteMs, hour.now);
    const goesOn = last?.to === at && last.byHand === byHand && last.providers.join() === providers.join();
    if (goesOn) last.to = to;
    else if (providers.length > 0) shades.push({ from: at, to, providers, byHand });
  }
  return shades;
}

const actWords: Partial<Record<CircuitEvent['cause'], string>> = {
  trip: 'tripped',
  hold: 'held',
  reset: 'reset',
  release: 'released',
};

/** What operators did within the hour, for lines across the chart. */
export function actsOf({ acts }: Hour): { at: number; words: string }[] {
  return acts.flatMap(({ at, cause, provider, by }) => {
    const word = actWords[cause];
    return word === undefined ? [] : [{ at, words: `${provider} ${word} by ${by}` }];
  });
}

/** The rows behind the chart as CSV, one a minute, in requests. */
export function csvOf(hour: Hour, order: readonly string[]): string {
  const rows = hour.minutes.map((minute) => {
    const count = (requests: number) => (wasRunning(minute) ? requests : null);
    const { at, answered, errors } = minute;
    return [new Date(at).toISOString(), ...order.map((provider) => count(answered[provider] ?? 0)), count(errors)];
  });
  return toCsv(['minute', ...order, 'nobody answered'], rows);
}
