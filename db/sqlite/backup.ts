import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StorageError } from '../storage.ts';
import { storageError } from './errors.ts';
import { inspect } from './migrate.ts';
import { makePrivate } from './private.ts';

const busyMs = 5_000;

/**
 * Copies a database, also while a program writes to it, into a new file of its own: as it is at one moment, compact, looked
 * through, and on the disk when this returns. Blocks its thread, so it is for a process of its own. Throws `StorageError`;
 * nothing is left at `to` then. Gives the bytes of the copy.
 */
export function backupFile(from: string, to: string): number {
  if (!existsSync(from)) {
    throw new StorageError('unusable', `There is no database ${from} on this machine: run this where Recloser runs.`);
  }
  const part = `${to}.part`;
  for (const path of [to, part]) {
    if (!existsSync(path)) continue;
    throw new StorageError('bad_request', `${path} is there already and is not overwritten: name another file.`);
  }
  try {
    copy(from, part);
    checkWhole(part);
    // Unlike a renaming it refuses a file that has come there meanwhile.
    linkSync(part, to);
    return statSync(to).size;
  } catch (error) {
    throw refusal(error, from, to);
  } finally {
    rmSync(part, { force: true });
  }
}

/** By a reader's snapshot: who writes meanwhile is not held up, and does not make it begin anew. */
function copy(from: string, part: string): void {
  inspect(from, busyMs);
  const sqlite = new Database(from, { readonly: true, fileMustExist: true, timeout: busyMs });
  try {
    makePrivate(part);
    sqlite.prepare('VACUUM INTO ?').run(part);
  } finally {
    sqlite.close();
  }
  const file = openSync(part, 'r');
  fsyncSync(file);
  closeSync(file);
}

function checkWhole(part: string): void {
  const sqlite = new Database(part, { readonly: true, fileMustExist: true });
  try {
    const found = sqlite.pragma('integrity_check(1)', { simple: true });
    if (found !== 'ok') throw new StorageError('unusable', `The copy is not whole (${found}), and is not kept.`);
  } finally {
    sqlite.close();
  }
}

function refusal(error: unknown, from: string, to: string): StorageError {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  const why = error instanceof Error ? error.message : String(error);
  if (code === 'SQLITE_FULL') {
    return new StorageError('unavailable', `The disk has no room for the copy ${to}: name a file on another one.`);
  }
  if (code === 'SQLITE_CANTOPEN' || code === 'EACCES' || code === 'ENOENT' || code === 'EPERM') {
    return new StorageError('unusable', `${to} cannot be made (${why}): name a file in a folder that may be written.`);
  }
  return storageError(error, from);
}
