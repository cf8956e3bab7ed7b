import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { StorageError } from '../storage.ts';
import type { OpenAsk } from './messages.ts';
import { inspect, migrateFile } from './migrate.ts';
import { makePrivate } from './private.ts';
import { type WriteStatements, writeStatements } from './statements/write.ts';

/** An open connection. */
export interface DatabaseFile {
  path: string;
  sqlite: Database.Database;
  orm: BetterSQLite3Database;
  /** Null for a reader. */
  write: WriteStatements | null;
  /** Which file it is, whatever is at its path later; null in memory. */
  identity: string | null;
}

/** A locked file is waited for so long in one statement; the caller tries again. */
const busyMs = 500;
/** The log beside the database is cut back to this after a checkpoint. */
const maxLogBytes = 64 * 1024 * 1024;
const cacheKilobytes = 16 * 1024;

/**
 * Opens the file at the path, making it and its folder if they are not there; a writer brings it up to date first. Throws
 * `unusable` for what is not a database of ours, or is from a newer version: nothing in the file has been changed then.
 */
export function openFile(ask: OpenAsk): { file: DatabaseFile; backup: string | null } {
  const inMemory = ask.path === ':memory:';
  if (!inMemory && ask.role === 'writer') {
    makeFolder(dirname(ask.path));
    refuseFolder(ask.path);
    if (existsSync(ask.path)) inspect(ask.path, busyMs);
    else makePrivate(ask.path);
  }
  const sqlite = new Database(ask.path, { timeout: busyMs, fileMustExist: !inMemory && ask.role === 'reader' });
  try {
    setUp(sqlite, ask);
    const orm = drizzle(sqlite);
    const backup = ask.role === 'reader' ? null : migrateFile({ sqlite, orm, path: ask.path, stamp: ask.stamp });
    // Queries only from here on: a mistake in a reader's statement cannot write.
    if (ask.role === 'reader') sqlite.pragma('query_only = ON');
    const write = ask.role === 'reader' ? null : writeStatements(sqlite, orm);
    const identity = inMemory ? null : identityOf(ask.path);
    return { file: { path: ask.path, sqlite, orm, write, identity }, backup };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** Whether the open file is still the one at its path. Writing to one that was deleted succeeds, and is lost at the end. */
export function fileAt(file: DatabaseFile): 'same' | 'gone' | 'replaced' {
  if (file.identity === null) return 'same';
  const there = identityOf(file.path);
  if (there === null) return 'gone';
  return there === file.identity ? 'same' : 'replaced';
}

/**
 * Goes over to the file that is at the path now, and closes the old one. When none is, the writer copies there what it still
 * holds of the deleted one: its rows outlive the name. If that copy fails, a new file is better than none.
 */
export function reopenFile(
  file: DatabaseFile,
  ask: OpenAsk,
): { file: DatabaseFile; backup: string | null; saved: boolean } {
  const there = fileAt(file);
  const saved = ask.role === 'writer' && there === 'gone' && save(file, ask);
  // The log at the path may still be the old file's: emptied, so that it is not read into the new one.
  if (ask.role === 'writer' && there === 'replaced') file.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  const opened = openFile(ask);
  file.sqlite.close();
  return { ...opened, saved };
}

function save(file: DatabaseFile, ask: OpenAsk): boolean {
  const copy = `${ask.path}.saved-${ask.stamp}`;
  try {
    makeFolder(dirname(ask.path));
    makePrivate(copy);
    file.sqlite.prepare('VACUUM INTO ?').run(copy);
    // A log of the deleted database must not be taken for one of the copy.
    for (const end of ['-wal', '-shm']) rmSync(ask.path + end, { force: true });
    renameSync(copy, ask.path);
    return true;
  } catch {
    rmSync(copy, { force: true });
    return false;
  }
}

function setUp(sqlite: Database.Database, ask: OpenAsk): void {
  sqlite.pragma('journal_mode = WAL');
  // Batches survive a killed process; an act, which must survive a power cut too, raises it to FULL for its transaction.
  sqlite.pragma('synchronous = NORMAL');
  sqlite.pragma(`journal_size_limit = ${maxLogBytes}`);
  sqlite.pragma(`cache_size = -${cacheKilobytes}`);
  sqlite.pragma('temp_store = MEMORY');
  if (ask.maxPages !== null) sqlite.pragma(`max_page_count = ${ask.maxPages}`);
}

function makeFolder(folder: string): void {
  try {
    // One by one: `recursive` never comes back where the folder above is there and takes none, as in /proc.
    for (const missing of missingFolders(folder)) mkdirSync(missing);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StorageError(
      'unusable',
      `The folder ${folder} of the database cannot be made (${why}). Name a file as \`database\` in a folder that may be written.`,
    );
  }
}

/** Those on the way to a folder that are not there yet, the outermost first. */
function missingFolders(folder: string): string[] {
  const outer = dirname(folder);
  return isFolder(folder) || outer === folder ? [] : [...missingFolders(outer), folder];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function refuseFolder(path: string): void {
  if (!isFolder(path)) return;
  throw new StorageError('unusable', `${path} is a folder. Name a file as \`database\` in the config.`);
}

function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found ? `${found.dev}:${found.ino}` : null;
}
