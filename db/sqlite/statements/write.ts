import type Database from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { StoredCircuit } from '../../../server/core/circuit/types.ts';
import type { RequestRecord } from '../../../server/core/records.ts';
import { skippedOf } from '../../../server/core/savings/record.ts';
import { attempts, audit, circuitEvents, probes, requests } from '../../schema.ts';
import { type Batch, StorageError, type StoredAct } from '../../storage.ts';
import type { DatabaseFile } from '../file.ts';
import { skipWriter } from './addSkips.ts';
import { writeBillingShare } from './billingShares.ts';
import { countMinutes } from './countMinutes.ts';
import { asItComes, insertOrLeave } from './insert.ts';
import { attemptColumns, requestColumns } from './rows.ts';
import { upsertCircuit } from './upsertCircuit.ts';
import { writeAccess } from './writeAccess.ts';

/** The statements of a writer, prepared once. */
export type WriteStatements = ReturnType<typeof writeStatements>;

interface Writer {
  sqlite: Database.Database;
  write: WriteStatements | null;
}

export function writeStatements(sqlite: Database.Database, orm: BetterSQLite3Database) {
  const database = { sqlite, orm };
  return {
    request: insertOrLeave(database, requests, requestColumns),
    attempt: insertOrLeave(database, attempts, attemptColumns),
    event: insertOrLeave(database, circuitEvents, asItComes(circuitEvents)),
    audit: insertOrLeave(database, audit, asItComes(audit)),
    probe: insertOrLeave(database, probes, asItComes(probes)),
    circuit: upsertCircuit(orm),
    minutes: countMinutes(database),
    skips: skipWriter(database),
    share: writeBillingShare(orm),
  };
}

/** One transaction. Rows that are there stay as they are. */
export function appendBatch(writer: Writer, batch: Batch): void {
  const write = statementsOf(writer);
  immediately(writer.sqlite, () => {
    const fresh = batch.requests.filter((record) => insertRequest(write, record));
    write.minutes(fresh);
    write.skips.add(fresh.flatMap((record) => skippedOf(record) ?? []));
    for (const { event } of batch.events) write.event(event);
    for (const stored of newest(batch.events.map(({ stored }) => stored))) write.circuit(stored);
    for (const record of batch.audit) write.audit(record);
    for (const record of batch.probes) write.probe(record);
  });
}

export function writeAct(writer: DatabaseFile, act: StoredAct): void {
  const write = statementsOf(writer);
  durably(writer.sqlite, () => {
    if (act.event) write.event(act.event);
    if (act.stored) write.circuit(act.stored);
    if (act.access) writeAccess(writer.orm, act.access);
    write.audit(act.audit);
    if (act.share) write.share(act.share);
  });
}

/** One transaction, on the disk itself when this returns. */
export function durably(sqlite: Database.Database, run: () => void): void {
  sqlite.pragma('synchronous = FULL');
  try {
    immediately(sqlite, run);
  } finally {
    sqlite.pragma('synchronous = NORMAL');
  }
}

/** Says whether it was not there before. */
function insertRequest(write: WriteStatements, record: RequestRecord): boolean {
  const isNew = write.request(record);
  if (isNew) for (const attempt of record.attempts) write.attempt({ request: record, attempt });
  return isNew;
}

/** The write lock is taken at the start: a transaction that begins by reading can be refused in its middle. */
export function immediately<Answer>(sqlite: Database.Database, run: () => Answer): Answer {
  return sqlite.transaction(run).immediate();
}

/** The last of each provider: those before it would be overwritten in the same transaction. */
function newest(circuits: StoredCircuit[]): Iterable<StoredCircuit> {
  return new Map(circuits.map((stored) => [stored.provider, stored])).values();
}

function statementsOf(writer: Writer): WriteStatements {
  if (!writer.write) throw new StorageError('unavailable', 'The reader of the database was asked to write.');
  return writer.write;
}
