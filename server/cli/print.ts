import type { ClientOptions } from './client.ts';
import { printable, table } from './text.ts';
import { type CliWorld, columnsOf } from './world.ts';

/** What commands print: a table or data, a sentence or data. */

export interface Listed<Row> {
  rows: readonly Row[];
  head: string[];
  cells: (row: Row) => string[];
  /** What is said where there are no rows. */
  none: string;
  /** Cursor of the page after this one; null: this is the last. */
  next?: string | null;
}

/** A table; with `--json` the data that it is made of. */
export function list<Row>(world: CliWorld, options: ClientOptions, listed: Listed<Row> & { data: unknown }): void {
  if (options.json) return void world.stdout.write(`${JSON.stringify(listed.data)}\n`);
  lines(world, linesOf(world, listed));
}

/** The lines of a table. */
export function linesOf<Row>(world: CliWorld, { rows, head, cells, none, next = null }: Listed<Row>): string[] {
  if (rows.length === 0) return [none];
  const shown = rows.map((row) => cells(row).map((text) => ({ text: printable(text) })));
  const more = next === null ? [] : [`More: --before ${printable(next)}`];
  return [...table(head, shown, columnsOf(world)), ...more];
}

export function lines(world: CliWorld, all: readonly string[]): void {
  world.stdout.write(`${all.join('\n')}\n`);
}

/** A sentence; with `--json` what was done, as data. Warns where it is not on disk yet. */
export function tell(
  world: CliWorld,
  { json }: ClientOptions,
  { done, sentence }: { done: object; sentence: string },
): void {
  world.stdout.write(json ? `${JSON.stringify(done)}\n` : `${sentence}\n`);
  if ('durable' in done && done.durable === false) world.stderr.write(notOnDisk);
}

export const notOnDisk =
  'It took effect, but it is not on disk yet: a restart now might forget it. See /readyz for why.\n';

/** `2026-11-26 08:00`, UTC; `–` for never. */
export function minute(at: number | null): string {
  return at === null ? '–' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
