/** Text for terminals. */

/** What a server sent, made harmless: control characters could move the cursor or worse. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;

/** Columns a text takes up. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}

/** Cuts a text that is wider than `columns`, and says so with `…`. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** A cell of a table; `paint` colours it, after its width is known. */
export interface Cell {
  text: string;
  paint?: ((text: string) => string) | undefined;
}

/** Lines of a table as wide as its cells need, none wider than `columns`. The last column is cut where it must be. */
export function table(head: string[], rows: Cell[][], columns: number): string[] {
  const all = [head.map((text): Cell => ({ text })), ...rows];
  const widths = head.map((_, place) => Math.max(...all.map((row) => widthOf(row[place]?.text ?? ''))));
  return all.map((row) => line(row, widths, columns));
}

const gap = '  ';

function line(row: Cell[], widths: number[], columns: number): string {
  let left = columns;
  const parts: string[] = [];
  for (const [place, { text, paint }] of row.entries()) {
    if (left <= 0) break;
    const last = place === row.length - 1;
    const shown = cut(text, left);
    const padding = last ? '' : ' '.repeat(Math.max(0, Math.min(widths[place] ?? 0, left) - widthOf(shown)));
    parts.push((paint ? paint(shown) : shown) + padding);
    left -= (widths[place] ?? 0) + gap.length;
  }
  return parts.join(gap).trimEnd();
}
