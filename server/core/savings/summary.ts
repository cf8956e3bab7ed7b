import { dayIn, daysOf } from './days.ts';
import { nothing, savingsBy, savingsOf, termsOf } from './figures.ts';
import type { BillingKind, BillingShare } from './shares.ts';
import type { Figures, Opening, OpeningTerm, SavingsFacts } from './types.ts';

/** Everything that is told of the savings of a span. Times are ms since 1970, money is integer nano-dollars. */
export interface SavingsSummary {
  now: number;
  from: number;
  to: number;
  /** The time zone of the days. */
  zone: string;
  /** Counted up to here: `to`, or sooner where there was more than is counted at one go. */
  countedUntil: number;
  total: Figures;
  /** Each adds up to the total. Only what was asked for is filled; all of them where nothing was. */
  providers: ProviderSavings[];
  days: { day: string; figures: Figures }[];
  incidents: IncidentSavings[];
  /** What the total is a sum of: the newest first, so many at most. */
  terms: OpeningTerm[];
  /** How many there are in all. */
  termsInAll: number;
}

export interface ProviderSavings {
  provider: string;
  figures: Figures;
  /** Trips by hand that began in the time, whose skips are left out. */
  trips: number;
}

export interface IncidentSavings {
  /** Null: of what no incident was told of. */
  id: number | null;
  title: string | null;
  figures: Figures;
}

/** What an opening is laid beside to find the incident it was part of. */
export interface IncidentSpan {
  id: number;
  title: string;
  providers: readonly string[];
  beganAt: number;
  /** Null: it goes on. */
  endedAt: number | null;
}

export const groupings = ['provider', 'incident', 'day'] as const;
export type Grouping = (typeof groupings)[number];

export interface SummaryAsk {
  now: number;
  from: number;
  to: number;
  zone: string;
  countedUntil: number;
  /** Null: all of them. */
  by: Grouping | null;
  /** In the order of the config. */
  providers: readonly string[];
  incidents: readonly IncidentSpan[];
  trips: ReadonlyMap<string, number>;
  mostTerms: number;
}

export function summaryOf(facts: SavingsFacts, ask: SummaryAsk): SavingsSummary {
  const { now, from, to, zone, countedUntil, by } = ask;
  const wants = (one: Grouping): boolean => by === null || by === one;
  const terms = by === null ? termsOf(facts).toReversed() : [];
  return {
    ...{ now, from, to, zone, countedUntil },
    total: savingsOf(facts),
    providers: wants('provider') ? byProvider(facts, ask) : [],
    days: wants('day') ? byDay(facts, ask) : [],
    incidents: wants('incident') ? byIncident(facts, ask.incidents) : [],
    terms: terms.slice(0, ask.mostTerms),
    termsInAll: terms.length,
  };
}

/** All of the config, and those that only the record still knows. */
function byProvider(facts: SavingsFacts, { providers, trips }: SummaryAsk): ProviderSavings[] {
  const figures = savingsBy(facts, ({ provider }) => provider);
  const names = new Set([...providers, ...[...figures.keys()].sort(), ...trips.keys()]);
  return [...names].map((provider) => ({
    provider,
    figures: figures.get(provider) ?? nothing(),
    trips: trips.get(provider) ?? 0,
  }));
}

function byDay(facts: SavingsFacts, { from, to, zone }: SummaryAsk): SavingsSummary['days'] {
  const figures = savingsBy(facts, ({ day }) => day);
  const days = new Set([...daysOf(from, to, dayIn(zone)), ...figures.keys()]);
  return [...days].sort().map((day) => ({ day, figures: figures.get(day) ?? nothing() }));
}

function byIncident(facts: SavingsFacts, incidents: readonly IncidentSpan[]): IncidentSavings[] {
  const known = new Map(incidents.map((incident) => [String(incident.id), incident]));
  const figures = savingsBy(facts, ({ opening }) => String(opening ? (incidentOf(opening, incidents)?.id ?? '') : ''));
  return [...figures]
    .map(([key, of]) => ({ id: known.get(key)?.id ?? null, title: known.get(key)?.title ?? null, figures: of }))
    .sort((one, other) => (other.id ?? 0) - (one.id ?? 0));
}

function incidentOf({ provider, openedAt }: Opening, incidents: readonly IncidentSpan[]): IncidentSpan | undefined {
  return incidents.find(
    ({ providers, beganAt, endedAt }) =>
      providers.includes(provider) && openedAt >= beganAt && (endedAt === null || openedAt <= endedAt),
  );
}

/** What is taken to be billed of a provider's failed calls of a kind, and who says so. */
export interface ShownShare extends BillingShare {
  provider: string;
  kind: BillingKind;
  /** Who wrote it over what the vendor's table says, when and why; null: it is as the table says. */
  written: { by: string; at: number; reason: string } | null;
  /** What stands when an operator takes theirs away. */
  vendor: BillingShare;
}
