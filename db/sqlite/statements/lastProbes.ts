import { getTableColumns, max } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { ProbeRecord } from '../../../server/core/records.ts';
import { probes } from '../../schema.ts';

/** With `max`, SQLite takes the other columns from the row that has it (sqlite.org/lang_select.html#bareagg). */
export function lastProbes(orm: BetterSQLite3Database): ProbeRecord[] {
  const rows = orm
    .select({ ...getTableColumns(probes), newest: max(probes.at) })
    .from(probes)
    .groupBy(probes.provider, probes.kind)
    .all();
  return rows.map(({ newest: _, ...probe }) => probe);
}
