import type { RequestRow } from '../../server/core/records.ts';

/** Rows of the live tail shown at once; the record has what scrolls out. */
const maxTailRows = 200;

/** The live tail as it came: newest first, and how many there ever were. */
export interface Tail {
  requests: readonly RequestRow[];
  requestsShown: number;
}

/**
 * The rows of the list: those of the record and those of the tail, each once, newest first. With `heldAt` (a count of
 * `requestsShown`) what came later waits, and is counted: rows never move under the pointer.
 */
export function mergeTail(input: {
  recorded: readonly RequestRow[];
  tail: Tail;
  belongs: (row: RequestRow) => boolean;
  heldAt: number | null;
}): { rows: RequestRow[]; waiting: number } {
  const { recorded, tail, belongs, heldAt } = input;
  const known = new Set(recorded.map(({ id }) => id));
  const fresh = tail.requests
    .map((row, index) => ({ row, arrival: tail.requestsShown - index }))
    .filter(({ row }) => !known.has(row.id) && belongs(row));
  const shown = fresh.filter(({ arrival }) => heldAt === null || arrival <= heldAt).map(({ row }) => row);
  const rows = [...shown.slice(0, maxTailRows), ...recorded].sort(newestFirst);
  return { rows, waiting: fresh.length - shown.length };
}

function newestFirst(one: RequestRow, other: RequestRow): number {
  return other.startedAt - one.startedAt || (one.id < other.id ? 1 : -1);
}
