/** Tables as files: CSV and JSON, as filtered. */

/** A moment as files have it; null stays. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export type Cell = string | number | boolean | null;

/** Rows of a download at most; a table that has more says so. */
export const maxExportRows = 100_000;
const pageRows = 500;

/** Comma-separated, with a line of names. */
export function toCsv(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return csvLines([names, ...rows]);
}

/** Lines of comma-separated values. A text that a spreadsheet would run as a formula is disarmed. */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export interface Reading<Row> {
  read: (page: { before: string | undefined; limit: number }) => Promise<{ rows: Row[]; next: string | null }>;
  /** Told each page of rows, and how many there were before it. */
  take: (rows: Row[], before: number) => void;
  /** No page is read any more once it is. */
  stopped: () => boolean;
}

/** Every page of a list, one after the other, up to `maxExportRows`; `cut`: there are more. */
export async function readAll<Row>({ read, take, stopped }: Reading<Row>): Promise<{ count: number; cut: boolean }> {
  let count = 0;
  let before: string | undefined;
  while (count < maxExportRows && !stopped()) {
    const page = await read({ before, limit: Math.min(pageRows, maxExportRows - count) });
    take(page.rows, count);
    count += page.rows.length;
    if (page.next === null) return { count, cut: false };
    before = page.next;
  }
  return { count, cut: true };
}
