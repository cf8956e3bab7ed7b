import { and, desc, eq, gte, lte, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { fits } from '../../../server/core/facets.ts';
import { minuteOf } from '../../../server/core/minutes.ts';
import { facetMinutes, facets } from '../../schema.ts';
import type { RequestFilter } from '../../storage.ts';

/** Read of each combination at first, and twice as many each time they were not enough: often one minute fills a page. */
const firstMinutes = 8;

/**
 * The minutes that have requests of a filter, newest first: what else was there meanwhile need not be read, however much it
 * is. `from` and `newest`: ms since 1970, both inclusive.
 */
export function* minutesWith(
  orm: BetterSQLite3Database,
  filter: RequestFilter,
  { from, newest }: { from: number; newest: number },
): Generator<number> {
  const ids = combinationsOf(orm, filter);
  const newestMinutes = newestMinutesOf(orm);
  let last = minuteOf(newest);
  for (let atMost = firstMinutes; ; atMost = Math.min(2 * atMost, filter.limit + 1)) {
    const minutes = newestMinutes(ids, { from: minuteOf(from), last, atMost });
    yield* minutes;
    const eldest = minutes.at(-1);
    if (eldest === undefined) return;
    last = eldest - 1;
  }
}

function combinationsOf(orm: BetterSQLite3Database, filter: RequestFilter): number[] {
  const { chain, client, outcome, provider, failureKind } = filter;
  const named = [
    eq(facets.provider, provider ?? ''),
    eq(facets.failureKind, failureKind ?? ''),
    chain === undefined ? undefined : eq(facets.chain, chain),
    client === undefined ? undefined : eq(facets.client, client),
    outcome === undefined ? undefined : eq(facets.outcome, outcome),
  ];
  const found = orm
    .select()
    .from(facets)
    .where(and(...named))
    .all();
  return found.filter((facet) => fits(facet, filter)).map(({ id }) => id);
}

interface Span {
  from: number;
  last: number;
  atMost: number;
}

/** So many of each combination are enough: a minute that is not among its newest is behind as many of them. */
function newestMinutesOf(orm: BetterSQLite3Database): (ids: number[], span: Span) => number[] {
  const { facet, at } = facetMinutes;
  const asked = [eq(facet, sql.placeholder('id')), gte(at, sql.placeholder('from')), lte(at, sql.placeholder('last'))];
  const read = orm
    .select({ at })
    .from(facetMinutes)
    .where(and(...asked))
    .orderBy(desc(at))
    .limit(sql.placeholder('atMost'))
    .prepare();
  return (ids, span) => {
    const minutes = new Set(ids.flatMap((id) => read.all({ id, ...span }).map((row) => row.at)));
    return [...minutes].sort((one, other) => other - one).slice(0, span.atMost);
  };
}
