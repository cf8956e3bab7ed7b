import type { CircuitEntry } from '../server/core/circuit/types.ts';

/** Errors of procedures, by what may be done about them. Any value may be given. */

/** The tRPC code (`CONFLICT`, `NOT_FOUND`, …); null: no answer came, or no tRPC answered. */
export function codeOf(error: unknown): string | null {
  const code = dataOf(error)?.code;
  return typeof code === 'string' ? code : null;
}

/** The circuit as it is now, where an act was refused because it had moved on; null: it was no conflict. */
export function isConflict(error: unknown): CircuitEntry | null {
  return codeOf(error) === 'CONFLICT' ? (dataOf(error)?.entry ?? null) : null;
}

export function isUnauthorized(error: unknown): boolean {
  return codeOf(error) === 'UNAUTHORIZED';
}

/** What to show: the server's sentence, or that it could not be reached. */
export function errorSentence(error: unknown): string {
  if (codeOf(error) !== null && error instanceof Error) return error.message;
  return 'Recloser does not answer. Is it running, and is this machine connected?';
}

function dataOf(error: unknown): { code?: unknown; entry?: CircuitEntry | null } | null {
  if (typeof error !== 'object' || error === null || !('data' in error)) return null;
  const { data } = error;
  return typeof data === 'object' ? data : null;
}
