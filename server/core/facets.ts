import { isFelt } from './felt.ts';
import { type Countable, type Counts, isFallback } from './minutes.ts';
import type { RequestOutcome } from './records.ts';

/**
 * What requests can be filtered by, but for their time. The minute tables count requests by each combination that occurs, so
 * that how many there are of any filter is known without reading them. '' stands for none in `client` and `servedBy`, and
 * for any in `provider` and `failureKind`: those two are of one and the same attempt or skip of the request's trail.
 */
export interface Facet {
  chain: string;
  client: string;
  outcome: RequestOutcome;
  servedBy: string;
  fallback: boolean;
  rescued: boolean;
  provider: string;
  failureKind: string;
}

/** What is asked for; what is undefined may be anything. */
export interface FacetFilter {
  chain?: string | undefined;
  client?: string | undefined;
  outcome?: RequestOutcome | undefined;
  servedBy?: string | undefined;
  provider?: string | undefined;
  failureKind?: string | undefined;
  fallback?: boolean | undefined;
  rescued?: boolean | undefined;
  felt?: boolean | undefined;
}

/** How many requests fit a filter, and how many would with one part of it chosen anew. */
export interface FacetCounts {
  requests: number;
  /** By each value; the others of the filter hold, its own part does not. */
  chain: Counts;
  client: Counts;
  outcome: Counts;
  provider: Counts;
  failureKind: Counts;
  fallback: number;
  rescued: number;
  felt: number;
}

/** The combinations a request is counted under, each once: itself, and what its trail can be found by. */
export function facetsOf(request: Countable): Facet[] {
  const own = {
    chain: request.chain,
    client: request.client ?? '',
    outcome: request.outcome,
    servedBy: request.servedBy ?? '',
    fallback: isFallback(request),
    rescued: request.rescued,
  };
  const found = new Map<string, Facet>();
  const add = (provider: string, failureKind: string): void => {
    found.set(`${provider}\n${failureKind}`, { ...own, provider, failureKind });
  };
  add('', '');
  for (const { provider, failureKind } of request.attempts) {
    add(provider, '');
    if (failureKind === null) continue;
    add('', failureKind);
    add(provider, failureKind);
  }
  return [...found.values()];
}

/** Requests with the same are counted under the same combinations. */
export function facetsKeyOf({ chain, client, outcome, servedBy, rescued, attempts }: Countable): string {
  let key = `${chain}\n${client ?? ''}\n${outcome}\n${servedBy ?? ''}\n${rescued}`;
  for (const { provider, failureKind } of attempts) key += `\n${provider}\n${failureKind ?? ''}`;
  return key;
}

/** Whether the requests counted under a combination are those that the filter asks for, each once. */
export function fits(facet: Facet, filter: FacetFilter): boolean {
  return (
    facet.provider === (filter.provider ?? '') &&
    facet.failureKind === (filter.failureKind ?? '') &&
    isOrAny(facet.chain, filter.chain) &&
    isOrAny(facet.client, filter.client) &&
    isOrAny(facet.outcome, filter.outcome) &&
    isOrAny(facet.servedBy, filter.servedBy) &&
    (!filter.fallback || facet.fallback) &&
    (!filter.rescued || facet.rescued) &&
    (!filter.felt || isFelt(facet))
  );
}

const named = ['chain', 'client', 'outcome', 'provider', 'failureKind'] as const;

/** From how many requests were counted under each combination, or are to be taken off it again. */
export function countFacets(sums: readonly (Facet & { requests: number })[], filter: FacetFilter): FacetCounts {
  const total = (asked: FacetFilter): number =>
    sums.reduce((sum, facet) => (fits(facet, asked) ? sum + facet.requests : sum), 0);
  const by = (name: (typeof named)[number]): Counts => {
    const counts: Counts = {};
    for (const facet of sums) {
      const value = facet[name];
      if (value !== '' && fits(facet, { ...filter, [name]: value }))
        counts[value] = (counts[value] ?? 0) + facet.requests;
    }
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
  };
  return {
    requests: total(filter),
    chain: by('chain'),
    client: by('client'),
    outcome: by('outcome'),
    provider: by('provider'),
    failureKind: by('failureKind'),
    fallback: total({ ...filter, fallback: true }),
    rescued: total({ ...filter, rescued: true }),
    felt: total({ ...filter, felt: true }),
  };
}

function isOrAny(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || value === wanted;
}
