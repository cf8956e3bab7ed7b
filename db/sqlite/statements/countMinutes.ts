import type Database from 'better-sqlite3';
import { and, eq, sql } from 'drizzle-orm';
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
import { excluded, put } from './insert.ts';

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

interface Sums {
  chains: Map<string, ChainMinute>;
  providers: Map<string, ChainedMinute>;
  facets: Map<string, { facet: Facet; at: number; requests: number }>;
}

export function countMinutes(database: Writable): CountMinutes {
  const chain = chainMinute(database);
  const provider = providerMinute(database);
  const facet = facetMinute(database.orm);
  return (requests) => {
    const sums: Sums = { chains: new Map(), providers: new Map(), facets: new Map() };
    for (const request of requests) addUp(sums, request);
    for (const minute of sums.chains.values()) chain(minute);
    for (const minute of sums.providers.values()) provider(minute);
    for (const minute of sums.facets.values()) facet(minute);
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
    const known = putFirst(sums.facets, `${at}\n${Object.values(facet).join('\n')}`, { facet, at, requests: 1 });
    if (known) known.requests += 1;
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

function facetMinute(orm: BetterSQLite3Database): (sum: { facet: Facet; at: number; requests: number }) => void {
  const { id, ...names } = facets;
  const { chain, client, outcome, servedBy, fallback, rescued, provider, failureKind } = names;
  const target = [chain, client, outcome, servedBy, fallback, rescued, provider, failureKind];
  const values = {
    chain: sql.placeholder('chain'),
    client: sql.placeholder('client'),
    outcome: sql.placeholder('outcome'),
    servedBy: sql.placeholder('servedBy'),
    fallback: sql.placeholder('fallback'),
    rescued: sql.placeholder('rescued'),
    provider: sql.placeholder('provider'),
    failureKind: sql.placeholder('failureKind'),
  };
  // Overwriting a column with itself makes SQLite return the row that was there.
  const numbered = orm
    .insert(facets)
    .values(values)
    .onConflictDoUpdate({ target, set: { chain: excluded('chain') } })
    .returning({ id })
    .prepare();
  const add = orm
    .insert(facetMinutes)
    .values({ facet: sql.placeholder('facet'), at: sql.placeholder('at'), requests: sql.placeholder('requests') })
    .onConflictDoUpdate({
      target: [facetMinutes.facet, facetMinutes.at],
      set: { requests: sql`${facetMinutes.requests} + ${excluded('requests')}` },
    })
    .prepare();
  return ({ facet, at, requests }) => {
    const found = numbered.get({ ...facet });
    if (found) add.run({ facet: found.id, at, requests });
  };
}
