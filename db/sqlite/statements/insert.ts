import type Database from 'better-sqlite3';
import { getTableColumns, type InferInsertModel, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/**
 * Insert-or-leave for one row at a time. Drizzle writes the statement; the rows go to SQLite directly, which takes half the
 * time of Drizzle's own binding, and this is where most of the writer's time goes.
 */
export function insertOrLeave<Table extends SQLiteTable>(
  sqlite: Database.Database,
  orm: BetterSQLite3Database,
  table: Table,
): (row: InferInsertModel<Table>) => void {
  const columns = Object.entries(getTableColumns(table));
  const places = Object.fromEntries(columns.map(([name]) => [name, sql.placeholder(name)]));
  const { sql: text } = orm
    .insert(table)
    .values(places as Table['$inferInsert'])
    .onConflictDoNothing()
    .toSQL();
  const statement = sqlite.prepare(text);
  return (row) => {
    const fields: Record<string, unknown> = row;
    const values = columns.map(([name, column]) => {
      const value = fields[name] ?? null;
      return value === null ? null : column.mapToDriverValue(value);
    });
    statement.run(values);
  };
}
