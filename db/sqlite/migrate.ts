import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { StorageError } from '../storage.ts';
import { storageError } from './errors.ts';
import { makePrivate } from './private.ts';

/** Beside this folder both in the sources and in the compiled tree. */
const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));
const ownTable = '__drizzle_migrations';

/** Looks at a file without writing to it. Throws `unusable` if it is not ours or from a newer version. */
export function inspect(path: string, busyMs: number): void {
  const sqlite = new Database(path, { readonly: true, fileMustExist: true, timeout: busyMs });
  try {
    refuseForeign(sqlite, path);
  } finally {
    sqlite.close();
  }
}

/**
 * Brings the tables up to date. If that changes a database with rows in it, a copy is made beside it first; returns its path,
 * or null.
 */
export function migrateFile(options: {
  sqlite: Database.Database;
  orm: BetterSQLite3Database;
  path: string;
  stamp: number;
}): string | null {
  const { sqlite, orm, path, stamp } = options;
  const done = recorded(sqlite);
  if (pendingOf(sqlite) === 0) return null;
  const backup = hasRows(sqlite) ? `${path}.before-migration-${done.length + 1}-${stamp}` : null;
  if (backup) copyBefore(sqlite, path, backup);
  migrate(orm, { migrationsFolder });
  return backup;
}

/** Half a copy would be taken for one, and keep the room that the next start needs: nothing of it is left. */
function copyBefore(sqlite: Database.Database, path: string, backup: string): void {
  try {
    makePrivate(backup);
    sqlite.prepare('VACUUM INTO ?').run(backup);
  } catch (error) {
    rmSync(backup, { force: true });
    const { code, message } = storageError(error, path);
    const sentence = `The record could not be copied to ${backup} before its tables are brought up to date, so they are left as they are: ${message}`;
    throw new StorageError(code, sentence, { cause: error });
  }
}

/** How many changes of its tables a file has not had yet. */
export function pendingOf(sqlite: Database.Database): number {
  const done = recorded(sqlite);
  return readMigrationFiles({ migrationsFolder }).filter(({ hash }) => !done.includes(hash)).length;
}

function refuseForeign(sqlite: Database.Database, path: string): void {
  const tables = tablesOf(sqlite);
  if (tables.length === 0) return;
  if (!tables.includes(ownTable)) {
    throw new StorageError(
      'unusable',
      `${path} is the database of another program. Name another file as \`database\` in the config.`,
    );
  }
  const known = new Set(readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash));
  if (recorded(sqlite).some((hash) => !known.has(hash))) {
    throw new StorageError(
      'unusable',
      `${path} was written by a newer version of Recloser. Run that version, or name another file as \`database\`.`,
    );
  }
}

function recorded(sqlite: Database.Database): string[] {
  if (!tablesOf(sqlite).includes(ownTable)) return [];
  return sqlite.prepare<[], string>(`SELECT hash FROM ${ownTable}`).pluck().all();
}

function hasRows(sqlite: Database.Database): boolean {
  return tablesOf(sqlite)
    .filter((table) => table !== ownTable)
    .some((table) => sqlite.prepare(`SELECT 1 FROM "${table.replaceAll('"', '""')}" LIMIT 1`).get() !== undefined);
}

function tablesOf(sqlite: Database.Database): string[] {
  return sqlite
    .prepare<[], string>(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all();
}
