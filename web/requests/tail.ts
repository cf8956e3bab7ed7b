import type { RequestRow } from '../../server/core/records.ts';

/** Rows of the live tail shown at once; the record has the others. */
export const maxTailRows = 100;

/** The live tail as it came: newest first, and how many there ever were. */
export interface Tail {
  requests: readonly RequestRow[];
  requestsShown: number;
}

/**
 * The rows of the list: those of the record and those of the tail, each once, newest first. With `heldAt` (a count of
 * `requestsShown`) what came later waits, and is counted: rows never move under the pointer. `cut`: how many of the tail
 * are left out between it and the record, for the bound.
 */
export function mergeTail(input: {
  recorded: readonly RequestRow[];
  /** All that the record has of them is there: nothing comes with an older page. */
  isWhole: boolean;
  tail: Tail;
  belongs: (row: RequestRow) => boolean;
  heldAt: number | null;
}): { rows: RequestRow[]; waiting: number; cut: number } {
  const { recorded, isWhole, tail, belongs, heldAt } = input;
  const known = new Set(recorded.map(({ id }) => id));
  // What began before the eldest row comes with the older pages, in its place.
  const eldest = (isWhole ? undefined : recorded.at(-1)?.startedAt) ?? Number.NEGATIVE_INFINITY;
  const fresh = tail.requests
    .map((row, index) => ({ row, arrival: tail.requestsShown - index }))
    .filter(({ row }) => !known.has(row.id) && row.startedAt >= eldest && belongs(row));
  const shown = fresh.filter(({ arrival }) => heldAt === null || arrival <= heldAt).map(({ row }) => row);
  const rows = [...shown.slice(0, maxTailRows), ...recorded].sort(newestFirst);
  return { rows, waiting: fresh.length - shown.length, cut: Math.max(0, shown.length - maxTailRows) };
}

function newestFirst(one: RequestRow, other: RequestRow): number {
  return other.startedAt - one.startedAt || (one.id < other.id ? 1 : -1);
}
