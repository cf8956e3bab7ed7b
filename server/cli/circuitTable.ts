import type { CircuitEntry, ShownState } from '../core/circuit/types.ts';
import { showDuration } from '../core/duration.ts';
import { causeSentence } from '../core/sentences.ts';
import { type Cell, printable, table } from './text.ts';

/** How each state looks: by its shape too, for those who do not see its colour. */
const looks: Record<ShownState, { mark: string; word: string; colour: number }> = {
  closed: { mark: '●', word: 'closed', colour: 32 },
  open: { mark: '■', word: 'open', colour: 31 },
  halfOpen: { mark: '▲', word: 'half-open', colour: 33 },
  tripped: { mark: '■', word: 'tripped', colour: 35 },
  heldClosed: { mark: '●', word: 'held closed', colour: 36 },
};

export function stateWord(state: ShownState): string {
  return looks[state].word;
}

interface Sheet {
  coloured: boolean;
  columns: number;
}

/** The table of circuits, line by line, none wider than `columns`. Ages and countdowns are by the server's `now`. */
export function circuitLines(look: { now: number; circuits: CircuitEntry[] }, { coloured, columns }: Sheet): string[] {
  if (look.circuits.length === 0) return ['There are no providers.'];
  const head = ['PROVIDER', 'STATE', 'SINCE', 'UNTIL', 'IN FLIGHT', 'CARRIES', 'WHY'];
  const rows = look.circuits.map((entry): Cell[] => {
    const { mark, word, colour } = looks[entry.state];
    const paint = coloured ? (text: string) => `\x1b[${colour}m${text}\x1b[0m` : undefined;
    return [
      { text: printable(entry.provider) },
      { text: `${mark} ${word}`, paint },
      { text: showDuration(look.now - entry.since) },
      { text: untilOf(entry, look.now) },
      { text: String(entry.inFlight) },
      { text: printable(entry.carries.join(', ')) || '–' },
      { text: printable(causeSentence(entry)) },
    ];
  });
  return table(head, rows, columns);
}

/** A countdown, or what ends a state that no time ends. */
function untilOf(entry: CircuitEntry, now: number): string {
  if (entry.until !== null) return `in ${showDuration(entry.until - now)}`;
  if (entry.state === 'tripped') return 'until released';
  return entry.state === 'halfOpen' ? 'next call' : '–';
}
