import { and, asc, eq, gte, lt } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { type Facet, facetsOf } from '../../../server/core/facets.ts';
import { minuteMs, minuteOf } from '../../../server/core/minutes.ts';
import { requests } from '../../schema.ts';
import { attemptsOf, requestOf } from './rows.ts';

/** Requests beside the span that are read in one of its minutes at most: a busier minute is counted as a whole. */
const maxBeside = 4_000;

/** What is to be counted of the minute tables, and what to take off that. Ms since 1970; null: no bound. */
export interface CountedSpan {
  /** Of whole minutes. */
  whole: { from: number | null; to: number | null };
  /** What is left of them: as asked for, but where too many requests are beside it. */
  from: number | null;
  to: number | null;
  /** The combinations of the requests that began within `whole`, but outside of that; one may be there many times. */
  beside: Facet[];
}

/** `shownFrom`: minutes of before are not shown, so nothing is taken off them. */
export function besideSpan(
  orm: BetterSQLite3Database,
  asked: { from?: number | undefined; to?: number | undefined },
  shownFrom: number,
): CountedSpan {
  const { from = null } = asked;
  const to = asked.to === undefined ? null : Math.max(asked.to, from ?? 0);
  const whole = {
    from: from === null ? null : minuteOf(from),
    to: to === null ? null : Math.ceil(to / minuteMs) * minuteMs,
  };
  const read = (start: number | null, end: number | null) =>
    start === null || end === null || start === end || start < shownFrom ? [] : facetsBegunWithin(orm, start, end);
  const [before, after] = [read(whole.from, from), read(to, whole.to)];
  return {
    whole,
    from: before === null ? whole.from : from,
    to: after === null ? whole.to : to,
    beside: [...(before ?? []), ...(after ?? [])],
  };
}

/** Null: they are too many. */
function facetsBegunWithin(orm: BetterSQLite3Database, from: number, to: number): Facet[] | null {
  const rows = orm
    .select()
    .from(requests)
    .where(and(gte(requests.startedAt, from), lt(requests.startedAt, to), eq(requests.counted, true)))
    .orderBy(asc(requests.startedAt))
    .limit(maxBeside + 1)
    .all();
  if (rows.length > maxBeside) return null;
  const trails = attemptsOf(
    orm,
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row) => facetsOf({ ...requestOf(row), attempts: trails.get(row.id) ?? [] }));
}
