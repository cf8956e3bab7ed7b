import type Database from 'better-sqlite3';
import { Column, getTableColumns, type InferInsertModel, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { IndexColumn, SQLiteTable, SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';

/** What each column of a table holds, read from what is stored. */
export type ColumnsOf<Table extends SQLiteTable, Source> = {
  [Name in keyof InferInsertModel<Table>]-?: (source: Source) => InferInsertModel<Table>[Name];
};

/**
 * Insert-or-leave for one row at a time; says whether it was inserted. Drizzle writes the statement; the values go to SQLite
 * directly, column by column, with no row of objects between: that row alone took three quarters of the writer's time.
 */
export function insertOrLeave<Table extends SQLiteTable, Source>(
  database: { sqlite: Database.Database; orm: BetterSQLite3Database },
  table: Table,
  read: ColumnsOf<Table, Source>,
): (source: Source) => boolean {
  const statement = database.sqlite.prepare(insertInto(database.orm, table).onConflictDoNothing().toSQL().sql);
  const valuesOf = valuesOfColumns(table, read);
  return (source) => statement.run(...valuesOf(source)).changes > 0;
}

/** Insert-or-overwrite, by the columns that name a row, for rows that are stored as they come. */
export function put<Table extends SQLiteTable>(
  database: { sqlite: Database.Database; orm: BetterSQLite3Database },
  table: Table,
  target: IndexColumn[],
): (row: InferInsertModel<Table>) => void {
  const others = Object.entries(getTableColumns(table)).filter(([, column]) => !target.includes(column));
  const set = Object.fromEntries(others.map(([name, column]) => [name, excluded(column.name)]));
  const insert = insertInto(database.orm, table);
  const { sql: text } = insert.onConflictDoUpdate({ target, set: set as SQLiteUpdateSetSource<Table> }).toSQL();
  const statement = database.sqlite.prepare(text);
  const valuesOf = valuesOfColumns(table, asItComes(table));
  return (row) => void statement.run(...valuesOf(row));
}

/** The value that an insert which met a conflict came with. */
export function excluded(column: string): SQL {
  return sql`excluded.${sql.identifier(column)}`;
}

/** The columns of a table whose rows are stored as they come. */
export function asItComes<Table extends SQLiteTable>(table: Table): ColumnsOf<Table, InferInsertModel<Table>> {
  const names = Object.keys(getTableColumns(table));
  const reads = names.map((name) => [name, (row: Record<string, unknown>) => row[name]]);
  return Object.fromEntries(reads) as ColumnsOf<Table, InferInsertModel<Table>>;
}

function insertInto<Table extends SQLiteTable>(orm: BetterSQLite3Database, table: Table) {
  const places = Object.keys(getTableColumns(table)).map((name) => [name, sql.placeholder(name)]);
  return orm.insert(table).values(Object.fromEntries(places) as Table['$inferInsert']);
}

function valuesOfColumns<Table extends SQLiteTable, Source>(
  table: Table,
  read: ColumnsOf<Table, Source>,
): (source: Source) => unknown[] {
  const reads: Record<string, (source: Source) => unknown> = read;
  const columns = Object.entries(getTableColumns(table));
  const valueReads = columns.map(([name, column]) => encoded(column, reads[name] ?? nothing));
  return (source) => valueReads.map((valueRead) => valueRead(source));
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
