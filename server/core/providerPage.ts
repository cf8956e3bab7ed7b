import type { BreakerSettings, CircuitEntry, CircuitEvent, ShownState } from './circuit/types.ts';
import type { EffectiveSetting } from './effective.ts';
import type { Counts, ProviderMinute } from './minutes.ts';
import { Histogram } from './percentile.ts';

/** What the page of one provider shows. Times are ms since 1970; null: nothing is known, never 0. */
export interface ProviderPage {
  now: number;
  from: number;
  to: number;
  stepMs: number;
  model: string;
  entry: CircuitEntry;
  breaker: BreakerSettings;
  /** Every step of the time, eldest first, those without a call too; the last may be unfinished. */
  points: ProviderPoint[];
  totals: ProviderTotals;
  /** False: older requests are still being counted. */
  complete: boolean;
  /** What its circuit was in, eldest first, without gaps, from when it is known up to `to`. */
  states: StateSpan[];
  /** Those it stands in, each with its providers in order. */
  chains: { chain: string; providers: string[] }[];
  /** Empty: it is not known where the settings came from. */
  effective: EffectiveSetting[];
}

/** How long something took, in ms: half of them and all but one in twenty were no slower. `of`: how many are counted. */
export interface Percentiles {
  of: number;
  p50Ms: number | null;
  p95Ms: number | null;
}

export interface ProviderPoint {
  at: number;
  attempts: number;
  succeeded: number;
  failed: number;
  skipped: number;
  /** `failed` by kind. */
  failures: Counts;
  firstToken: Percentiles;
  /** Of whole good answers. */
  answer: Percentiles;
}

export interface ProviderTotals {
  attempts: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  skipped: number;
  failures: Counts;
  skips: Counts;
  firstToken: Percentiles;
  answer: Percentiles;
  costNanoUsd: number;
  unpriced: number;
  /** Share of the time in which its circuit was closed, and of how long that is known. */
  closedShare: number | null;
  knownMs: number;
}

export interface StateSpan {
  from: number;
  to: number;
  state: ShownState;
}

export interface Span {
  from: number;
  to: number;
  stepMs: number;
}

/** Steps of the time, one for each, from the minutes added up to steps. */
export function pointsOf(minutes: readonly ProviderMinute[], { from, to, stepMs }: Span): ProviderPoint[] {
  const byStep = new Map(minutes.map((minute) => [minute.at, minute]));
  const points: ProviderPoint[] = [];
  for (let at = Math.floor(from / stepMs) * stepMs; at < to; at += stepMs) {
    const minute = byStep.get(at);
    points.push({
      at,
      attempts: minute?.attempts ?? 0,
      succeeded: minute?.succeeded ?? 0,
      failed: minute?.failed ?? 0,
      skipped: minute?.skipped ?? 0,
      failures: minute?.failures ?? {},
      firstToken: percentilesOf(minute?.firstTokens ?? {}),
      answer: percentilesOf(minute?.durations ?? {}),
    });
  }
  return points;
}

const summed = ['attempts', 'succeeded', 'failed', 'cancelled', 'skipped', 'costNanoUsd', 'unpriced'] as const;

export function totalsOf(
  minutes: readonly ProviderMinute[],
  closed: Pick<ProviderTotals, 'closedShare' | 'knownMs'>,
): ProviderTotals {
  const totals = { attempts: 0, succeeded: 0, failed: 0, cancelled: 0, skipped: 0, costNanoUsd: 0, unpriced: 0 };
  const [failures, skips, firstTokens, durations]: [Counts, Counts, Counts, Counts] = [{}, {}, {}, {}];
  for (const minute of minutes) {
    for (const figure of summed) totals[figure] += minute[figure];
    addTo(failures, minute.failures);
    addTo(skips, minute.skips);
    addTo(firstTokens, minute.firstTokens);
    addTo(durations, minute.durations);
  }
  const percentiles = { firstToken: percentilesOf(firstTokens), answer: percentilesOf(durations) };
  return { ...totals, failures, skips, ...percentiles, ...closed };
}

interface Known extends Pick<Span, 'from' | 'to'> {
  /** The first sign of the program in the time, if there is one. */
  heardFrom: number | null;
  /** Earlier transitions were not read: nothing is known of what was before them. */
  cut: boolean;
}

/**
 * What the circuit was shown as. Known from the last transition before the time; where there is none, from the first sign of
 * the program: it begins closed. `events`: in any order, none before the time but that last one; what the circuit is now may be
 * ahead of them, and later than the time.
 */
export function statesOf(
  events: readonly CircuitEvent[],
  entry: Pick<CircuitEntry, 'state' | 'since'>,
  { from, to, heardFrom, cut }: Known,
): StateSpan[] {
  const sorted = [...events].sort((one, other) => one.at - other.at || one.seq - other.seq);
  const [first] = sorted;
  const since = first?.at ?? entry.since;
  const isBefore = first !== undefined && first.at <= from;
  const last = sorted.at(-1);
  const isAhead = last !== undefined && last.to !== entry.state && last.at <= entry.since;
  const moves = [...sorted, ...(isAhead ? [{ at: entry.since, to: entry.state }] : [])];
  const spans: StateSpan[] = [];
  let at = isBefore ? from : Math.max(from, cut ? since : Math.min(since, heardFrom ?? since));
  let state = first?.from ?? (entry.since < to ? entry.state : 'closed');
  for (const move of [...moves, null]) {
    const end = Math.min(to, Math.max(at, move?.at ?? to));
    const before = spans.at(-1);
    if (before?.state === state) before.to = end;
    else if (end > at) spans.push({ from: at, to: end, state });
    at = end;
    state = move?.to ?? state;
  }
  return spans;
}

/** How much of the known time the circuit was closed, or held so. */
export function closedTime(states: readonly StateSpan[]): Pick<ProviderTotals, 'closedShare' | 'knownMs'> {
  const lengthOf = (spans: readonly StateSpan[]) => spans.reduce((sum, { from, to }) => sum + to - from, 0);
  const knownMs = lengthOf(states);
  const closedMs = lengthOf(states.filter(({ state }) => state === 'closed' || state === 'heldClosed'));
  return { closedShare: knownMs === 0 ? null : closedMs / knownMs, knownMs };
}

function percentilesOf(counts: Readonly<Counts>): Percentiles {
  const histogram = Histogram.of(counts);
  const of = Object.values(counts).reduce((total, count) => total + count, 0);
  return { of, p50Ms: histogram.quantile(0.5), p95Ms: histogram.quantile(0.95) };
}

function addTo(sums: Counts, counts: Readonly<Counts>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
