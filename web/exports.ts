/** Tables as files: CSV and JSON, as filtered. */

export type Cell = string | number | boolean | null;

/** Rows of a download at most; a table that has more says so. */
export const maxExportRows = 10_000;
const pageRows = 500;

/** Comma-separated, with a line of names. A text that a spreadsheet would run as a formula is disarmed. */
export function toCsv(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `${[names, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Every page of a list, one after the other, up to `maxExportRows`. */
export async function readAll<Row>(
  read: (page: { before: string | undefined; limit: number }) => Promise<{ rows: Row[]; next: string | null }>,
): Promise<{ rows: Row[]; cut: boolean }> {
  const rows: Row[] = [];
  let before: string | undefined;
  while (rows.length < maxExportRows) {
    const page = await read({ before, limit: Math.min(pageRows, maxExportRows - rows.length) });
    rows.push(...page.rows);
    if (page.next === null) return { rows, cut: false };
    before = page.next;
  }
  return { rows, cut: true };
}
