import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { DatabaseFacts } from '../../server/core/doctor/facts.ts';
import { StorageError } from '../storage.ts';
import { storageError } from './errors.ts';
import { inspect, pendingOf } from './migrate.ts';

const busyMs = 2_000;

/**
 * Looks at a database without changing it, also while a program writes to it: whether it can be written, whether it is ours,
 * and whether it is whole. Reads all of it, and blocks its thread meanwhile: it is for a process of its own. Never throws.
 */
export function lookAtDatabase(path: string): DatabaseFacts {
  const nothing: DatabaseFacts = { path, state: 'good', problem: null, bytes: 0, logBytes: 0, pending: 0 };
  if (path === ':memory:') return { ...nothing, state: 'memory' };
  const refused = whyUnwritable(path);
  if (refused !== null) return { ...nothing, state: 'unwritable', problem: refused };
  if (!existsSync(path)) return { ...nothing, state: 'new' };
  const sizes = { bytes: bytesOf(path), logBytes: bytesOf(`${path}-wal`) };
  try {
    return { ...nothing, ...sizes, ...lookInside(path) };
  } catch (error) {
    return { ...nothing, ...sizes, ...problemOf(error, path) };
  }
}

/** The folder that is there, on the way to a file that may not be. */
export function folderOf(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === path ? folder : folderOf(folder);
}

function lookInside(path: string): Pick<DatabaseFacts, 'state' | 'problem' | 'pending'> {
  inspect(path, busyMs);
  const sqlite = new Database(path, { readonly: true, fileMustExist: true, timeout: busyMs });
  try {
    const found = sqlite.pragma('quick_check(1)', { simple: true });
    const whole = found === 'ok';
    return {
      state: whole ? 'good' : 'damaged',
      problem: whole ? null : `it is damaged (${String(found)}).`,
      pending: pendingOf(sqlite),
    };
  } finally {
    sqlite.close();
  }
}

function problemOf(error: unknown, path: string): Pick<DatabaseFacts, 'state' | 'problem'> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_CORRUPT')) return { state: 'damaged', problem: 'it is damaged.' };
  if (code.startsWith('SQLITE_BUSY')) return { state: 'locked', problem: 'another program has locked it.' };
  if (code.startsWith('SQLITE_NOTADB')) return { state: 'unusable', problem: 'it is not a database.' };
  const { message } = error instanceof StorageError ? error : storageError(error, path);
  return { state: 'unusable', problem: message };
}

function whyUnwritable(path: string): string | null {
  const folder = folderOf(path);
  try {
    if (!statSync(folder).isDirectory()) return `${folder} is not a folder.`;
    accessSync(folder, constants.W_OK | constants.X_OK);
    if (!existsSync(path)) return null;
    if (statSync(path).isDirectory()) return 'it is a folder, and not a file.';
    accessSync(path, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return `it, or its folder ${folder}, may not be written (${code}).`;
  }
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
