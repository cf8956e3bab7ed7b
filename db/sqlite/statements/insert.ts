import type Database from 'better-sqlite3';
import { Column, getTableColumns, type InferInsertModel, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** What each column of a table holds, read from what is stored. */
export type ColumnsOf<Table extends SQLiteTable, Source> = {
  [Name in keyof InferInsertModel<Table>]-?: (source: Source) => InferInsertModel<Table>[Name];
};

/**
 * Insert-or-leave for one row at a time. Drizzle writes the statement; the values go to SQLite directly, column by column,
 * with no row of objects between: that row alone took three quarters of the writer's time.
 */
export function insertOrLeave<Table extends SQLiteTable, Source>(
  database: { sqlite: Database.Database; orm: BetterSQLite3Database },
  table: Table,
  read: ColumnsOf<Table, Source>,
): (source: Source) => void {
  const columns = Object.entries(getTableColumns(table));
  const places = Object.fromEntries(columns.map(([name]) => [name, sql.placeholder(name)]));
  const { sql: text } = database.orm
    .insert(table)
    .values(places as Table['$inferInsert'])
    .onConflictDoNothing()
    .toSQL();
  const statement = database.sqlite.prepare(text);
  const reads: Record<string, (source: Source) => unknown> = read;
  const valueReads = columns.map(([name, column]) => encoded(column, reads[name] ?? nothing));
  return (source) => void statement.run(valueReads.map((valueRead) => valueRead(source)));
}

/** The columns of a table whose rows are stored as they come. */
export function asItComes<Table extends SQLiteTable>(table: Table): ColumnsOf<Table, InferInsertModel<Table>> {
  const names = Object.keys(getTableColumns(table));
  const reads = names.map((name) => [name, (row: Record<string, unknown>) => row[name]]);
  return Object.fromEntries(reads) as ColumnsOf<Table, InferInsertModel<Table>>;
}

/** In the form that the driver takes; for most columns that is the value itself. */
function encoded<Source>(column: Column, read: (source: Source) => unknown): (source: Source) => unknown {
  if (column.mapToDriverValue === Column.prototype.mapToDriverValue) return (source) => read(source) ?? null;
  return (source) => {
    const value = read(source) ?? null;
    return value === null ? null : column.mapToDriverValue(value);
  };
}

function nothing(): null {
  return null;
}
