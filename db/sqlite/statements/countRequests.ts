import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { countFacets } from '../../../server/core/facets.ts';
import { minuteMs, minuteOf } from '../../../server/core/minutes.ts';
import { facetMinutes, facets } from '../../schema.ts';
import type { RequestCounts, RequestCountsFilter } from '../../storage.ts';
import { isComplete } from './listMinutes.ts';

/** From the minute tables alone: costs what there are combinations and minutes, however many requests those had. */
export function countRequests(orm: BetterSQLite3Database, filter: RequestCountsFilter): RequestCounts {
  const from = filter.from === undefined ? null : minuteOf(filter.from);
  const to = filter.to === undefined ? null : Math.ceil(filter.to / minuteMs) * minuteMs;
  const { facet, at, requests } = facetMinutes;
  const since = from === null ? undefined : gte(at, from);
  const until = to === null ? undefined : lt(at, to);
  const begun = orm
    .select({ sum: sql<number>`coalesce(sum(${requests}), 0)` })
    .from(facetMinutes)
    .where(and(eq(facet, facets.id), since, until));
  const sums = orm
    .select({
      chain: facets.chain,
      client: facets.client,
      outcome: facets.outcome,
      servedBy: facets.servedBy,
      fallback: facets.fallback,
      rescued: facets.rescued,
      provider: facets.provider,
      failureKind: facets.failureKind,
      requests: sql<number>`(${begun})`,
    })
    .from(facets)
    .all();
  const counts = countFacets(
    sums.filter((sum) => sum.requests > 0),
    filter,
  );
  return { counts, from, to, complete: isComplete(orm) };
}
