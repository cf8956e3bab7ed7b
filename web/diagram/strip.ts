import type { CircuitEntry, ShownState } from '../../server/core/circuit/types.ts';
import type { Hour, HourMinute } from '../../server/core/overview.ts';
import type { MarkState } from '../words.ts';

/** One minute of a provider's strip. `unknown`: the program was not running. */
export interface StripCell {
  /** Start of the minute, ms since 1970. */
  at: number;
  mark: MarkState | 'unknown';
}

const minuteMs = 60_000;
const minutesShown = 60;

/** A minute shows the worst that was in it. */
const badness: Record<ShownState, number> = { closed: 0, heldClosed: 1, halfOpen: 2, open: 3, tripped: 4 };

/** The last hour of a provider, eldest minute first: 60 cells, whatever the server knows of it. */
export function stripOf(hour: Hour, provider: string): StripCell[] {
  const known = hour.minutes.slice(-minutesShown);
  const first = known[0]?.at ?? Math.floor(hour.now / minuteMs) * minuteMs + minuteMs;
  const missing = minutesShown - known.length;
  return [
    ...Array.from({ length: missing }, (_, index): StripCell => {
      return { at: first - (missing - index) * minuteMs, mark: 'unknown' };
    }),
    ...known.map((minute) => ({ at: minute.at, mark: minuteMark(minute, provider) })),
  ];
}

function minuteMark(minute: HourMinute, provider: string): StripCell['mark'] {
  const state = minute.states[provider] ?? null;
  if (state === null) return 'unknown';
  return state === 'closed' && (minute.attempts[provider] ?? 0) === 0 ? 'none' : state;
}

/** How things stand now. */
export interface Present {
  /** Ms since 1970, on the server's clock. */
  now: number;
  circuits: readonly CircuitEntry[];
  /** Attempts a second, by provider. */
  rates: ReadonlyMap<string, number>;
}

/**
 * The hour as it stands at present, with what circuits have become since it was read: it is read anew now and then, and
 * an outage must be seen at once.
 */
export function patchHour(hour: Hour, present: Present): Hour {
  const minutes = [...hour.minutes];
  const current = Math.floor(present.now / minuteMs) * minuteMs;
  let at = minutes.at(-1)?.at ?? current - minuteMs;
  // A page that was asleep reads the hour anew; until then no more than an hour is made up.
  for (let added = 0; at < current && added < minutesShown; added += 1) {
    at += minuteMs;
    minutes.push({ at, answered: {}, errors: 0, states: {}, attempts: {} });
  }
  const last = minutes.pop();
  if (!last) return hour;
  minutes.push({ ...last, states: worseStates(last, present), attempts: someAttempts(last, present) });
  return { ...hour, now: Math.max(hour.now, present.now), minutes: minutes.slice(-minutesShown) };
}

function worseStates(minute: HourMinute, { circuits }: Present): HourMinute['states'] {
  const states = { ...minute.states };
  for (const { provider, state } of circuits) {
    const before = states[provider] ?? null;
    if (before === null || badness[state] > badness[before]) states[provider] = state;
  }
  return states;
}

/** Whether there was traffic is all a strip asks; how much is counted by the server. */
function someAttempts(minute: HourMinute, { rates }: Present): HourMinute['attempts'] {
  const attempts = { ...minute.attempts };
  for (const [provider, rate] of rates) if (rate > 0 && !attempts[provider]) attempts[provider] = 1;
  return attempts;
}

/** A run of equal cells. */
export interface StripRun {
  mark: StripCell['mark'];
  /** Start of its first minute and end of its last, ms since 1970. */
  from: number;
  to: number;
}

/** The strip said in runs, for those who cannot see it. */
export function runsOf(cells: readonly StripCell[]): StripRun[] {
  const runs: StripRun[] = [];
  for (const { at, mark } of cells) {
    const last = runs.at(-1);
    if (last && last.mark === mark) last.to = at + minuteMs;
    else runs.push({ mark, from: at, to: at + minuteMs });
  }
  return runs;
}

/** Whether two strips look the same, so that twenty of them need no drawing each second. */
export function sameStrip(one: readonly StripCell[], other: readonly StripCell[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ at, mark }, index) => other[index]?.at === at && other[index].mark === mark)
  );
}
