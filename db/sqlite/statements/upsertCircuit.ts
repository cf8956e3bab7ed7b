import { getTableColumns, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { StoredCircuit } from '../../../server/core/circuit/types.ts';
import { circuits } from '../../schema.ts';
import { excluded } from './insert.ts';

/** Writes how a circuit stands, unless what is there is of a later epoch: an act overtakes the batches before it. */
export function upsertCircuit(orm: BetterSQLite3Database): (stored: StoredCircuit) => void {
  const columns = getTableColumns(circuits);
  const set = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, excluded(column.name)]));
  return (stored) => {
    orm
      .insert(circuits)
      .values(stored)
      .onConflictDoUpdate({ target: circuits.provider, set, setWhere: sql`excluded.epoch >= ${circuits.epoch}` })
      .run();
  };
}
