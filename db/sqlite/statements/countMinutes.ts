import type Database from 'better-sqlite3';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { type Facet, facetsOf } from '../../../server/core/facets.ts';
import {
  addChainMinute,
  addProviderMinute,
  type ChainMinute,
  type Countable,
  chainMinuteOf,
  minuteOf,
  type ProviderMinute,
  providerMinuteOf,
} from '../../../server/core/minutes.ts';
import { chainMinutes, facetMinutes, facets, providerMinutes } from '../../schema.ts';
import { asItComes, excluded, insertOrLeave, put } from './insert.ts';

/**
 * Adds requests to the minute tables, in the transaction that writes them: the figures and the rows never contradict each
 * other. First all are added up, as most are of the same minute; then each minute that was touched is read and written once.
 */
export type CountMinutes = (requests: readonly Countable[]) => void;

interface Writable {
  sqlite: Database.Database;
  orm: BetterSQLite3Database;
}

type ChainedMinute = ProviderMinute & { chain: string };

/** How many requests of a combination began in each minute. */
interface FacetSum {
  facet: Facet;
  minutes: Map<number, number>;
}

interface Sums {
  chains: Map<string, ChainMinute>;
  providers: Map<string, ChainedMinute>;
  facets: Map<string, FacetSum>;
}

export function countMinutes(database: Writable): CountMinutes {
  const chain = chainMinute(database);
  const provider = providerMinute(database);
  const facet = facetMinute(database);
  return (requests) => {
    const sums: Sums = { chains: new Map(), providers: new Map(), facets: new Map() };
    for (const request of requests) addUp(sums, request);
    for (const minute of sums.chains.values()) chain(minute);
    for (const minute of sums.providers.values()) provider(minute);
    for (const sum of sums.facets.values()) facet(sum);
  };
}

function addUp(sums: Sums, request: Countable): void {
  const ofChain = chainMinuteOf(request);
  const known = putFirst(sums.chains, `${ofChain.at}\n${ofChain.chain}`, ofChain);
  if (known) addChainMinute(known, ofChain);
  for (const attempt of request.attempts) {
    const minute = { ...providerMinuteOf(attempt), chain: request.chain };
    const known = putFirst(sums.providers, `${minute.at}\n${minute.provider}\n${minute.chain}`, minute);
    if (known) addProviderMinute(known, minute);
  }
  const at = minuteOf(request.startedAt);
  for (const facet of facetsOf(request)) {
    const sum: FacetSum = { facet, minutes: new Map([[at, 1]]) };
    const known = putFirst(sums.facets, Object.values(facet).join('\n'), sum);
    if (known) known.minutes.set(at, (known.minutes.get(at) ?? 0) + 1);
  }
}

/** Puts what is the first of its key; gives the one that is there already instead. */
function putFirst<Value>(sums: Map<string, Value>, key: string, value: Value): Value | undefined {
  const known = sums.get(key);
  if (!known) sums.set(key, value);
  return known;
}

function chainMinute(database: Writable): (minute: ChainMinute) => void {
  const { at, chain } = chainMinutes;
  const one = and(eq(at, sql.placeholder('at')), eq(chain, sql.placeholder('chain')));
  const known = database.orm.select().from(chainMinutes).where(one).prepare();
  const write = put(database, chainMinutes, [at, chain]);
  return (minute) => {
    const before = known.get({ at: minute.at, chain: minute.chain });
    if (before) addChainMinute(minute, before);
    write(minute);
  };
}

function providerMinute(database: Writable): (minute: ChainedMinute) => void {
  const { at, provider, chain } = providerMinutes;
  const places = [at, provider, chain].map((column) => eq(column, sql.placeholder(column.name)));
  const known = database.orm
    .select()
    .from(providerMinutes)
    .where(and(...places))
    .prepare();
  const write = put(database, providerMinutes, [at, provider, chain]);
  return (minute) => {
    const before = known.get({ at: minute.at, provider: minute.provider, chain: minute.chain });
    if (before) addProviderMinute(minute, before);
    write(minute);
  };
}

/** Every combination is looked for once a batch, and added once, when it occurs first. */
function facetMinute(database: Writable): (sum: FacetSum) => void {
  const { id, ...names } = getTableColumns(facets);
  const columns = Object.values(names);
  const places = columns.map((column) => eq(column, sql.placeholder(column.name)));
  const one = database.orm
    .select({ id })
    .from(facets)
    .where(and(...places));
  const find = database.sqlite.prepare<unknown[], { id: number }>(one.toSQL().sql);
  const insert = insertOrLeave(database, facets, asItComes(facets));
  const add = database.sqlite.prepare<unknown[]>(
    database.orm
      .insert(facetMinutes)
      .values({ facet: sql.placeholder('facet'), at: sql.placeholder('at'), requests: sql.placeholder('requests') })
      .onConflictDoUpdate({
        target: [facetMinutes.facet, facetMinutes.at],
        set: { requests: sql`${facetMinutes.requests} + ${excluded('requests')}` },
      })
      .toSQL().sql,
  );
  return ({ facet, minutes }) => {
    const values = Object.keys(names).map((name) => boundOf(facet[name as keyof Facet]));
    if (!find.get(values)) insert(facet);
    const found = find.get(values);
    if (found) for (const [at, requests] of minutes) add.run(found.id, at, requests);
  };
}

function boundOf(value: string | boolean): string | number {
  return typeof value === 'string' ? value : Number(value);
}
