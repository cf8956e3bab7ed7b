import { and, asc, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { addChainMinute, addProviderMinute, hourMs, hourOf } from '../../../server/core/minutes.ts';
import {
  chainHours,
  chainMinutes,
  facetHours,
  facetMinutes,
  facets,
  providerHours,
  providerMinutes,
} from '../../schema.ts';
import type { DatabaseFile } from '../file.ts';
import { put } from './insert.ts';
import { moveMark, rolledUpTo } from './shown.ts';
import { immediately } from './write.ts';

type Database = Pick<DatabaseFile, 'sqlite' | 'orm'>;

/**
 * Adds up the minutes of the eldest hour that is not yet, if it was over `before` a moment; says whether it did. One
 * transaction, which moves the mark too: whenever the process ends, an hour is whole in the hour tables or not in them.
 */
export function rollUp({ sqlite, orm }: Database, before: number): { more: boolean } {
  return immediately(sqlite, () => {
    const eldest = eldestFrom(orm, rolledUpTo(orm)());
    if (eldest === null || hourOf(eldest) + hourMs > before) return { more: false };
    const hour = { from: hourOf(eldest), to: hourOf(eldest) + hourMs };
    addUpChains({ sqlite, orm }, hour);
    addUpProviders({ sqlite, orm }, hour);
    addUpFacets(orm, hour);
    moveMark(orm, 'hours', hour.to);
    return { more: true };
  });
}

interface Span {
  from: number;
  to: number;
}

/** Each combination that a request was counted in has its minute among those of its chain. */
function eldestFrom(orm: BetterSQLite3Database, from: number): number | null {
  const eldest = [chainMinutes, providerMinutes].flatMap(
    (table) =>
      orm.select({ at: table.at }).from(table).where(gte(table.at, from)).orderBy(table.at).limit(1).get() ?? [],
  );
  return eldest.length === 0 ? null : Math.min(...eldest.map(({ at }) => at));
}

function addUpChains(database: Database, hour: Span): void {
  const { at } = chainMinutes;
  const found = database.orm
    .select()
    .from(chainMinutes)
    .where(and(gte(at, hour.from), lt(at, hour.to)))
    .orderBy(asc(at))
    .all();
  const sums = sumsOf(found, { hour, nameOf: (row) => row.chain, add: addChainMinute });
  const write = put(database, chainHours, [chainHours.at, chainHours.chain]);
  for (const sum of sums) write(sum);
}

function addUpProviders(database: Database, hour: Span): void {
  const { at } = providerMinutes;
  const found = database.orm
    .select()
    .from(providerMinutes)
    .where(and(gte(at, hour.from), lt(at, hour.to)))
    .orderBy(asc(at))
    .all();
  const nameOf = (row: (typeof found)[number]) => `${row.provider}\n${row.chain}`;
  const sums = sumsOf(found, { hour, nameOf, add: addProviderMinute });
  const write = put(database, providerHours, [providerHours.at, providerHours.provider, providerHours.chain]);
  for (const sum of sums) write(sum);
}

function sumsOf<Minute extends { at: number }>(
  minutes: Minute[],
  { hour, nameOf, add }: { hour: Span; nameOf: (minute: Minute) => string; add: (sum: Minute, more: Minute) => void },
): Iterable<Minute> {
  const sums = new Map<string, Minute>();
  for (const minute of minutes) {
    const known = sums.get(nameOf(minute));
    if (known) add(known, minute);
    else sums.set(nameOf(minute), { ...minute, at: hour.from });
  }
  return sums.values();
}

function addUpFacets(orm: BetterSQLite3Database, { from, to }: Span): void {
  orm.run(sql`
    insert into ${facetHours} (facet, at, requests)
    select ${facetMinutes.facet}, ${from}, sum(${facetMinutes.requests})
    from ${facets} cross join ${facetMinutes} on ${facetMinutes.facet} = ${facets.id}
    where ${facetMinutes.at} >= ${from} and ${facetMinutes.at} < ${to}
    group by ${facetMinutes.facet}
    on conflict (facet, at) do update set requests = excluded.requests`);
}
