import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { countFacets } from '../../../server/core/facets.ts';
import { hourMs, hourOf, minuteMs } from '../../../server/core/minutes.ts';
import { facetHours, facetMinutes, facets } from '../../schema.ts';
import type { RequestCounts, RequestCountsFilter } from '../../storage.ts';
import { besideSpan, type CountedSpan } from './besideSpan.ts';
import { isComplete } from './listMinutes.ts';
import { type Shown, shownOf } from './shown.ts';

/**
 * From the hour and minute tables: costs what there are combinations and hours, however many requests those had. Of the two
 * minutes in which the time begins and ends, the requests beside it are taken off again.
 */
export function countRequests(orm: BetterSQLite3Database, filter: RequestCountsFilter): RequestCounts {
  return orm.transaction(() => countedWithin(orm, filter));
}

function countedWithin(orm: BetterSQLite3Database, filter: RequestCountsFilter): RequestCounts {
  const shown = shownOf(orm);
  const { whole, from, to, beside } = besideSpan(orm, filter, shown.from);
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
      requests: begunWithin(orm, whole, shown),
    })
    .from(facets)
    .all();
  const takenOff = beside.map((facet) => ({ ...facet, requests: -1 }));
  const counts = countFacets([...sums.filter((sum) => sum.requests > 0), ...takenOff], filter);
  return { counts, from, to, complete: isComplete(orm) };
}

/** How many of a combination began within whole minutes: the whole hours among them are read by the hour. */
function begunWithin(orm: BetterSQLite3Database, span: CountedSpan['whole'], shown: Shown): SQL<number> {
  const from = Math.max(span.from ?? 0, shown.from);
  const to = span.to ?? Number.MAX_SAFE_INTEGER;
  const hours = { from: hourOf(from + hourMs - minuteMs), to: Math.min(hourOf(to), shown.hoursUntil) };
  if (hours.from >= hours.to) return sumOf(orm, facetMinutes, { from, to });
  const parts = [sumOf(orm, facetHours, hours)];
  if (from < hours.from) parts.push(sumOf(orm, facetMinutes, { from, to: hours.from }));
  if (hours.to < to) parts.push(sumOf(orm, facetMinutes, { from: hours.to, to }));
  return sql<number>`${sql.join(parts, sql` + `)}`;
}

/** What a combination of `facets` has in a table, as part of a statement. */
function sumOf(
  orm: BetterSQLite3Database,
  table: typeof facetMinutes | typeof facetHours,
  { from, to }: { from: number; to: number },
): SQL<number> {
  const within = and(eq(table.facet, facets.id), gte(table.at, from), lt(table.at, to));
  const sum = orm
    .select({ sum: sql<number>`coalesce(sum(${table.requests}), 0)` })
    .from(table)
    .where(within);
  return sql<number>`(${sum})`;
}
