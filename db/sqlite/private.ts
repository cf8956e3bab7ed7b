import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file that its owner alone reads, unless one is there: what SQLite then writes into it, and the logs beside it,
 * have the same rights. A record holds hashes of passwords, and who asked what when.
 */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // SQLite, which opens it next, says what is wrong with the place.
  }
}
