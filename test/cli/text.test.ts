import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, printable, table, widthOf } from '../../server/cli/text.ts';

describe('text for terminals', () => {
  it('no line of a table is wider than the terminal, whatever is in its cells', () => {
    const cells = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string()), { maxLength: 5 });
    fc.assert(
      fc.property(cells, fc.integer({ min: 0, max: 60 }), (rows, columns) => {
        const lines = table(
          ['PROVIDER', 'WHY'],
          rows.map((row) => row.map((text) => ({ text: printable(text) }))),
          columns,
        );
        return lines.length === rows.length + 1 && lines.every((line) => widthOf(line) <= columns);
      }),
    );
  });

  it('columns stand under one another, wide characters included', () => {
    const rows = [
      [{ text: '通义' }, { text: 'x' }],
      [{ text: 'abcdef' }, { text: 'y' }],
    ];
    expect(table(['A', 'B'], rows, 80)).toEqual(['A       B', '通义    x', 'abcdef  y']);
  });

  it('colour takes up no room', () => {
    const paint = (text: string) => `\x1b[31m${text}\x1b[0m`;
    expect(table(['A', 'B'], [[{ text: 'ab', paint }, { text: 'y' }]], 80)[1]).toBe('\x1b[31mab\x1b[0m  y');
  });

  it('what is cut says so', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('abcd', 4)).toBe('abcd');
    expect(cut('通义千问', 4)).toBe('通…');
  });

  it('what a server sent cannot move the cursor', () => {
    expect(printable('a\x1b[2Jb\nc\u009bd')).toBe('a [2Jb c d');
  });
});
