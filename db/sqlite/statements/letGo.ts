import { and, asc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { hourOf } from '../../../server/core/minutes.ts';
import type { KeptKind } from '../../../server/core/retention.ts';
import {
  attempts,
  facetHours,
  facetMinutes,
  facets,
  incidentNotes,
  incidents,
  letGo as letGoTable,
  requests,
} from '../../schema.ts';
import { type LetGoAsk, StorageError } from '../../storage.ts';
import type { DatabaseFile } from '../file.ts';
import type { SkipWriter } from './addSkips.ts';
import { immediately } from './write.ts';

type LetGoSome = (orm: BetterSQLite3Database, ask: LetGoAsk, takeOff: SkipWriter['takeOff']) => number;

/**
 * Lets go of some rows of a kind, the eldest first, and notes it, in one transaction. Less than `limit` of them: there are no
 * more now.
 */
export function letGo({ sqlite, orm, write }: DatabaseFile, given: LetGoAsk): { rows: number; more: boolean } {
  if (!write) throw new StorageError('unavailable', 'The reader of the database was asked to write.');
  const ask = given.kind === 'minutes' ? { ...given, before: hourOf(given.before) } : given;
  return immediately(sqlite, () => {
    const rows = statements[ask.kind](orm, ask, write.skips.takeOff);
    if (rows > 0) note(orm, ask, rows);
    return { rows, more: rows >= ask.limit };
  });
}

function note(orm: BetterSQLite3Database, { kind, before, at }: LetGoAsk, rows: number): void {
  orm
    .insert(letGoTable)
    .values({ kind, before, rows, at })
    .onConflictDoUpdate({
      target: letGoTable.kind,
      set: { before: sql`max(${letGoTable.before}, ${before})`, rows: sql`${letGoTable.rows} + ${rows}`, at },
    })
    .run();
}

const statements: Record<KeptKind, LetGoSome> = {
  requests: letGoRequests,
  probes: byTime('probes'),
  transitions: letGoTransitions,
  minutes: letGoMinutes,
  audit: byTime('audit'),
  incidents: letGoIncidents,
};

/** One that is not in its minute yet would be in none for ever: while some are being counted, all stay. */
function letGoRequests(
  orm: BetterSQLite3Database,
  { before, limit }: LetGoAsk,
  takeOff: SkipWriter['takeOff'],
): number {
  const uncounted = orm.select({ id: requests.id }).from(requests).where(sql`counted = 0`).limit(1).get();
  if (uncounted) return 0;
  const found = orm
    .select({ id: requests.id })
    .from(requests)
    .where(lt(requests.startedAt, before))
    .orderBy(asc(requests.startedAt), asc(requests.id))
    .limit(limit)
    .all();
  const ids = found.map(({ id }) => id);
  takeOff(ids);
  orm.delete(attempts).where(inArray(attempts.requestId, ids)).run();
  return orm.delete(requests).where(inArray(requests.id, ids)).run().changes;
}

/** How a circuit stands was said by its newest transition, and where numbers go on by the newest of the node: both stay. */
function letGoTransitions(orm: BetterSQLite3Database, { before, limit }: LetGoAsk): number {
  const { changes } = orm.run(sql`
    delete from circuit_events where rowid in (
      select one.rowid from circuit_events one
      where one.at < ${before}
        and exists (
          select 1 from circuit_events newer
          where newer.provider = one.provider and (newer.at, newer.node, newer.seq) > (one.at, one.node, one.seq)
        )
        and one.seq < (select max(last.seq) from circuit_events last where last.node = one.node)
      order by one.at limit ${limit}
    )`);
  return changes;
}

const minuteTables = ['chain_minutes', 'provider_minutes', 'chain_hours', 'provider_hours'] as const;

/** By whole hours. What is noted to be let go is shown no more, so that no hour is told of whose minutes are half gone. */
function letGoMinutes(orm: BetterSQLite3Database, ask: LetGoAsk): number {
  let rows = 0;
  for (const table of minuteTables) rows += byTime(table)(orm, { ...ask, limit: ask.limit - rows });
  for (const { id } of orm.select({ id: facets.id }).from(facets).all()) {
    for (const table of [facetMinutes, facetHours]) {
      if (rows < ask.limit) rows += letGoFacet(orm, { table, id }, { ...ask, limit: ask.limit - rows });
    }
  }
  return rows;
}

function letGoFacet(
  orm: BetterSQLite3Database,
  { table, id }: { table: typeof facetMinutes | typeof facetHours; id: number },
  { before, limit }: LetGoAsk,
): number {
  const ofFacet = and(eq(table.facet, id), lt(table.at, before));
  const eldest = orm.select({ at: table.at }).from(table).where(ofFacet).orderBy(asc(table.at)).limit(limit).all();
  const last = eldest.at(-1);
  if (last === undefined) return 0;
  return orm
    .delete(table)
    .where(and(ofFacet, sql`${table.at} <= ${last.at}`))
    .run().changes;
}

/** Only those that are over, each with its notes. */
function letGoIncidents(orm: BetterSQLite3Database, { before, limit }: LetGoAsk): number {
  const found = orm
    .select({ id: incidents.id })
    .from(incidents)
    .where(and(eq(incidents.unresolved, false), lt(incidents.resolvedAt, before)))
    .orderBy(asc(incidents.id))
    .limit(limit)
    .all();
  const ids = found.map(({ id }) => id);
  orm.delete(incidentNotes).where(inArray(incidentNotes.incidentId, ids)).run();
  return orm.delete(incidents).where(inArray(incidents.id, ids)).run().changes;
}

/** Of a table with an index, or a primary key, that begins with the time. */
function byTime(
  table: 'probes' | 'audit' | (typeof minuteTables)[number],
): (...given: [BetterSQLite3Database, LetGoAsk]) => number {
  const name = sql.identifier(table);
  return (orm, { before, limit }) => {
    if (limit <= 0) return 0;
    const eldest = sql`select rowid from ${name} where at < ${before} order by at limit ${limit}`;
    return orm.run(sql`delete from ${name} where rowid in (${eldest})`).changes;
  };
}
