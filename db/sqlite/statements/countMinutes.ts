import type Database from 'better-sqlite3';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { type Facet, facetsKeyOf, facetsOf } from '../../../server/core/facets.ts';
import {
  addChainMinute,
  addProviderMinute,
  type ChainMinute,
  type Countable,
  countAttempt,
  countRequest,
  emptyChainMinute,
  emptyProviderMinute,
  hourOf,
  minuteOf,
  type ProviderMinute,
} from '../../../server/core/minutes.ts';
import {
  chainHours,
  chainMinutes,
  facetHours,
  facetMinutes,
  facets,
  providerHours,
  providerMinutes,
} from '../../schema.ts';
import { asItComes, excluded, insertOrLeave, put } from './insert.ts';
import { rolledUpTo } from './shown.ts';

/**
 * Adds requests to the minute tables, in the transaction that writes them: the figures and the rows never contradict each
 * other. First all are added up, as most are of the same minute; then each minute that was touched is read and written once.
 * What comes late, to an hour that has been added up already, is added to that too.
 */
export type CountMinutes = (requests: readonly Countable[]) => void;

export interface Writable {
  sqlite: Database.Database;
  orm: BetterSQLite3Database;
}

export type ChainedMinute = ProviderMinute & { chain: string };

/** How many requests of a combination began in each minute. */
interface FacetSum {
  facet: Facet;
  minutes: Map<number, number>;
}

/** Requests that are counted under the same combinations, which are found once for all of them. */
interface Alike {
  facets: Facet[];
  minutes: Map<number, number>;
}

interface Sums {
  chains: Map<string, ChainMinute>;
  providers: Map<string, ChainedMinute>;
  alike: Map<string, Alike>;
}

export function countMinutes(database: Writable): CountMinutes {
  const hoursUntil = rolledUpTo(database.orm);
  const [chain, chainHour] = [addChain(database, chainMinutes), addChain(database, chainHours)];
  const [provider, providerHour] = [addProvider(database, providerMinutes), addProvider(database, providerHours)];
  const facet = addFacet(database);
  return (requests) => {
    if (requests.length === 0) return;
    const sums: Sums = { chains: new Map(), providers: new Map(), alike: new Map() };
    for (const request of requests) addUp(sums, request);
    const late = hoursUntil();
    // The hour first: a minute has what was there before added to it.
    for (const minute of sums.chains.values()) {
      if (minute.at < late) chainHour(inHour(minute));
      chain(minute);
    }
    for (const minute of sums.providers.values()) {
      if (minute.at < late) providerHour(inHour(minute));
      provider(minute);
    }
    for (const sum of facetSumsOf(sums.alike.values())) facet(sum, late);
  };
}

function inHour<Minute extends { at: number }>(minute: Minute): Minute {
  return { ...structuredClone(minute), at: hourOf(minute.at) };
}

function addUp(sums: Sums, request: Countable): void {
  const { chain, startedAt } = request;
  const at = minuteOf(startedAt);
  countRequest(
    known(sums.chains, `${at}\n${chain}`, () => emptyChainMinute(chain, at)),
    request,
  );
  for (const attempt of request.attempts) {
    const { provider } = attempt;
    const key = `${minuteOf(attempt.startedAt)}\n${provider}\n${chain}`;
    const fresh = () => Object.assign(emptyProviderMinute(provider, attempt.startedAt), { chain });
    countAttempt(known(sums.providers, key, fresh), attempt);
  }
  const { minutes } = known(sums.alike, facetsKeyOf(request), () => ({
    facets: facetsOf(request),
    minutes: new Map(),
  }));
  minutes.set(at, (minutes.get(at) ?? 0) + 1);
}

function known<Value>(values: Map<string, Value>, key: string, fresh: () => Value): Value {
  const value = values.get(key) ?? fresh();
  values.set(key, value);
  return value;
}

/** The same combination may be among those of several sorts of requests. */
function facetSumsOf(alike: Iterable<Alike>): Iterable<FacetSum> {
  const sums = new Map<string, FacetSum>();
  for (const { facets, minutes } of alike) {
    for (const facet of facets) {
      const sum = known(sums, Object.values(facet).join('\n'), () => ({ facet, minutes: new Map() }));
      for (const [at, requests] of minutes) sum.minutes.set(at, (sum.minutes.get(at) ?? 0) + requests);
    }
  }
  return sums.values();
}

export function addChain(
  database: Writable,
  table: typeof chainMinutes | typeof chainHours,
): (minute: ChainMinute) => void {
  const { at, chain } = table;
  const one = and(eq(at, sql.placeholder('at')), eq(chain, sql.placeholder('chain')));
  const known = database.orm.select().from(table).where(one).prepare();
  const write = put(database, table, [at, chain]);
  return (minute) => {
    const before = known.get({ at: minute.at, chain: minute.chain });
    if (before) addChainMinute(minute, before);
    write(minute);
  };
}

export function addProvider(
  database: Writable,
  table: typeof providerMinutes | typeof providerHours,
): (minute: ChainedMinute) => void {
  const { at, provider, chain } = table;
  const places = [at, provider, chain].map((column) => eq(column, sql.placeholder(column.name)));
  const known = database.orm
    .select()
    .from(table)
    .where(and(...places))
    .prepare();
  const write = put(database, table, [at, provider, chain]);
  return (minute) => {
    const before = known.get({ at: minute.at, provider: minute.provider, chain: minute.chain });
    if (before) addProviderMinute(minute, before);
    write(minute);
  };
}

/** Every combination is looked for once a batch, and added once, when it occurs first. */
function addFacet(database: Writable): (sum: FacetSum, late: number) => void {
  const { id, ...names } = getTableColumns(facets);
  const columns = Object.values(names);
  const places = columns.map((column) => eq(column, sql.placeholder(column.name)));
  const one = database.orm
    .select({ id })
    .from(facets)
    .where(and(...places));
  const find = database.sqlite.prepare<unknown[], { id: number }>(one.toSQL().sql);
  const insert = insertOrLeave(database, facets, asItComes(facets));
  const [addMinute, addHour] = [adder(database, facetMinutes), adder(database, facetHours)];
  return ({ facet, minutes }, late) => {
    const values = Object.keys(names).map((name) => boundOf(facet[name as keyof Facet]));
    if (!find.get(values)) insert(facet);
    const found = find.get(values);
    if (!found) return;
    for (const [at, requests] of minutes) {
      addMinute.run(found.id, at, requests);
      if (at < late) addHour.run(found.id, hourOf(at), requests);
    }
  };
}

function adder({ sqlite, orm }: Writable, table: typeof facetMinutes | typeof facetHours) {
  const insert = orm
    .insert(table)
    .values({ facet: sql.placeholder('facet'), at: sql.placeholder('at'), requests: sql.placeholder('requests') })
    .onConflictDoUpdate({
      target: [table.facet, table.at],
      set: { requests: sql`${table.requests} + ${excluded('requests')}` },
    });
  return sqlite.prepare<unknown[]>(insert.toSQL().sql);
}

function boundOf(value: string | boolean): string | number {
  return typeof value === 'string' ? value : Number(value);
}
