import { StorageError, type StorageErrorCode } from '../storage.ts';

/** Says in a sentence what went wrong in SQLite, and whether it may pass. Unknown errors are taken as passing. */
export function storageError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = codeOf(error);
  const known = sentences.find(([start]) => code.startsWith(start));
  if (known) return new StorageError(known[1], known[2](path, code), { cause: error });
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError || error instanceof RangeError) {
    return new StorageError('bad_request', `A record could not be written: ${text}.`, { cause: error });
  }
  return new StorageError('unavailable', `The database ${path} failed: ${text}${code && ` (${code})`}.`, {
    cause: error,
  });
}

type Sentence = (path: string, code: string) => string;

const sentences: readonly [start: string, code: StorageErrorCode, sentence: Sentence][] = [
  ['SQLITE_BUSY', 'unavailable', (path) => `The database ${path} is locked by another program; end it or wait for it.`],
  ['SQLITE_LOCKED', 'unavailable', (path) => `The database ${path} is locked; it is tried again.`],
  ['SQLITE_FULL', 'unavailable', (path) => `The disk is full: no more fits into the database ${path}. Make room.`],
  [
    'SQLITE_READONLY',
    'unavailable',
    (path) => `The database ${path} may not be written: check its rights and its disk.`,
  ],
  [
    'SQLITE_NOTADB',
    'unusable',
    (path) => `${path} is not a database. Name another file as \`database\` in the config.`,
  ],
  [
    'SQLITE_CORRUPT',
    'unusable',
    (path) => `The database ${path} is damaged. Put a backup in its place, or name another file as \`database\`.`,
  ],
  [
    'SQLITE_CANTOPEN',
    'unusable',
    (path) => `The database ${path} cannot be opened. Name a file as \`database\` in a folder that may be written.`,
  ],
  [
    'SQLITE_IOERR',
    'unavailable',
    (path, code) => `The disk of the database ${path} failed to read or write (${code}).`,
  ],
  ['SQLITE_CONSTRAINT', 'bad_request', (_path, code) => `A record could not be written: a value is missing (${code}).`],
  ['SQLITE_MISMATCH', 'bad_request', () => 'A record could not be written: a value has the wrong type.'],
];

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
