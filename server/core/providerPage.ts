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
  /** False: too many calls to read their lengths one by one. */
  durationsRead: boolean;
  chains: { chain: string; place: number; of: number }[];
  /** Empty: it is not known where the settings came from. */
  effective: EffectiveSetting[];
}

export interface ProviderPoint {
  at: number;
  attempts: number;
  failed: number;
  skipped: number;
  /** How many first tokens the percentiles are of. */
  firstTokens: number;
  firstTokenP50Ms: number | null;
  firstTokenP95Ms: number | null;
  /** Whole answers. */
  durationP50Ms: number | null;
  durationP95Ms: number | null;
}

export interface ProviderTotals {
  attempts: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  skipped: number;
  failures: Counts;
  skips: Counts;
  firstTokenP50Ms: number | null;
  firstTokenP95Ms: number | null;
  costNanoUsd: number;
  unpriced: number;
  /** Share of the time in which its circuit was closed, and of how long that is known. */
  closedShare: number | null;
  knownMs: number;
}

export interface Span {
  from: number;
  to: number;
  stepMs: number;
}

/** Steps of the time, one for each, from the minutes and, where they were read, the lengths of good answers. */
export function pointsOf(
  minutes: readonly ProviderMinute[],
  answers: readonly { startedAt: number; durationMs: number }[],
  { from, to, stepMs }: Span,
): ProviderPoint[] {
  const byStep = new Map(minutes.map((minute) => [minute.at, minute]));
  const lengths = new Map<number, Histogram>();
  for (const { startedAt, durationMs } of answers) {
    const at = Math.floor(startedAt / stepMs) * stepMs;
    const histogram = lengths.get(at) ?? new Histogram();
    histogram.add(durationMs);
    lengths.set(at, histogram);
  }
  const points: ProviderPoint[] = [];
  for (let at = Math.floor(from / stepMs) * stepMs; at < to; at += stepMs) {
    const minute = byStep.get(at);
    const first = Histogram.of(minute?.firstTokens ?? {});
    points.push({
      at,
      attempts: minute?.attempts ?? 0,
      failed: minute?.failed ?? 0,
      skipped: minute?.skipped ?? 0,
      firstTokens: sum(minute?.firstTokens ?? {}),
      firstTokenP50Ms: first.quantile(0.5),
      firstTokenP95Ms: first.quantile(0.95),
      durationP50Ms: lengths.get(at)?.quantile(0.5) ?? null,
      durationP95Ms: lengths.get(at)?.quantile(0.95) ?? null,
    });
  }
  return points;
}

export function totalsOf(
  minutes: readonly ProviderMinute[],
  uptime: Pick<ProviderTotals, 'closedShare' | 'knownMs'>,
): ProviderTotals {
  const all = new Histogram();
  const totals: ProviderTotals = {
    ...{ attempts: 0, succeeded: 0, failed: 0, cancelled: 0, skipped: 0, costNanoUsd: 0, unpriced: 0 },
    ...{ failures: {}, skips: {}, firstTokenP50Ms: null, firstTokenP95Ms: null },
    ...uptime,
  };
  for (const minute of minutes) {
    for (const figure of [
      'attempts',
      'succeeded',
      'failed',
      'cancelled',
      'skipped',
      'costNanoUsd',
      'unpriced',
    ] as const) {
      totals[figure] += minute[figure];
    }
    addTo(totals.failures, minute.failures);
    addTo(totals.skips, minute.skips);
    all.addAll(Histogram.of(minute.firstTokens));
  }
  return { ...totals, firstTokenP50Ms: all.quantile(0.5), firstTokenP95Ms: all.quantile(0.95) };
}

/**
 * How much of the time the circuit was shown closed (or held so). Known from the last transition before it; where there is
 * none, only from `heardFrom`, the first sign of the program in the span. `events`: in any order, none before the span but
 * that last one.
 */
export function closedTime(
  events: readonly CircuitEvent[],
  entry: Pick<CircuitEntry, 'state' | 'since'>,
  { from, to, heardFrom }: Pick<Span, 'from' | 'to'> & { heardFrom: number | null },
): Pick<ProviderTotals, 'closedShare' | 'knownMs'> {
  const sorted = [...events].sort((one, other) => one.at - other.at || one.seq - other.seq);
  const [first] = sorted;
  if (!first) return shareOf(isClosed(entry.state) ? 1 : 0, Math.max(0, to - Math.max(from, entry.since)));
  const start = first.at <= from ? from : Math.max(from, Math.min(first.at, heardFrom ?? first.at));
  let [at, state]: [number, ShownState] = [start, first.at <= from ? first.to : first.from];
  let closedMs = 0;
  for (const event of [...sorted, null]) {
    const end = Math.min(to, Math.max(at, event?.at ?? to));
    if (isClosed(state)) closedMs += end - at;
    at = end;
    state = event?.to ?? state;
  }
  return shareOf(closedMs / Math.max(1, to - start), to - start);
}

function shareOf(share: number, knownMs: number): Pick<ProviderTotals, 'closedShare' | 'knownMs'> {
  return { closedShare: knownMs === 0 ? null : share, knownMs };
}

function isClosed(state: ShownState): boolean {
  return state === 'closed' || state === 'heldClosed';
}

function addTo(sums: Counts, counts: Readonly<Counts>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}

function sum(counts: Readonly<Counts>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
