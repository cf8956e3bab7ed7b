import { type Command, Option } from 'commander';
import type { IncidentFormat } from '../core/incidents/export.ts';
import type { IncidentRow } from '../core/incidents/report.ts';
import { utc } from '../core/incidents/words.ts';
import { wholeNumber } from './acts.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { timeHint, timesOf } from './moment.ts';
import { list as print, tell } from './print.ts';
import { printable } from './text.ts';
import { CliError, type CliWorld } from './world.ts';

interface ListOptions extends ClientOptions {
  limit: number;
  open?: boolean;
  provider?: string;
  before?: string;
}

interface OneOptions extends ClientOptions {
  markdown?: boolean;
  csv?: boolean;
  note?: string;
  at?: string;
  star?: string;
  unstar?: string;
}

/** `incidents`: those that go on first; `incident ID`: one of them, as a post-mortem or as data. */
export function addIncidents(program: Command, world: CliWorld): void {
  withClientOptions(program.command('incidents'))
    .description('incidents: those that go on first, then the newest')
    .option('--limit <rows>', 'so many, at most 500', wholeNumber, 20)
    .option('--open', 'only those that are not over')
    .option('--provider <name>', 'only those in which this provider was out')
    .option('--before <cursor>', 'the page after this cursor')
    .action((options: ListOptions) => list(world, options));
  withClientOptions(program.command('incident'))
    .description('one incident, as a post-mortem')
    .argument('<id>', 'its number', wholeNumber)
    .option('--markdown', 'as Markdown, which it is without this too')
    .option('--csv', 'its timeline as CSV')
    .addOption(new Option('--note <text>', 'write a note on it instead').conflicts(['markdown', 'csv']))
    .option('--at <time>', `when that of the note was: ${timeHint}; left out: now`)
    .addOption(new Option('--star <row>', 'star a row of its timeline instead (ids: --csv)').conflicts('note'))
    .addOption(new Option('--unstar <row>', 'take a star off again').conflicts(['note', 'star']))
    .action((id: number, options: OneOptions) => (isWritten(options) ? annotate : one)(world, id, options));
}

function isWritten({ note, star, unstar, at }: OneOptions): boolean {
  if (at !== undefined && note === undefined) throw new CliError(2, '--at is the time of a note: give --note too.');
  return [note, star, unstar].some((given) => given !== undefined);
}

function annotate(world: CliWorld, id: number, options: OneOptions): Promise<void> {
  const { note, at, star, unstar } = options;
  return withClient(world, options, async (client) => {
    if (note === undefined) {
      const starred = star !== undefined;
      const row = star ?? unstar ?? '';
      const done = await client.incidents.annotate.mutate({ id, row, starred });
      return tell(world, options, {
        done,
        sentence: `Row ${printable(row)} ${starred ? 'has a' : 'has no'} star now.`,
      });
    }
    const { from: about } = await timesOf(client, at === undefined ? {} : { from: at });
    const time = about === undefined ? {} : { at: about };
    const done = await client.incidents.annotate.mutate({ id, text: note, ...time });
    tell(world, options, { done, sentence: `The note is on incident ${id}, with your name and the time.` });
  });
}

function list(world: CliWorld, options: ListOptions): Promise<void> {
  const { url: _url, token: _token, json: _json, open, ...filter } = options;
  return withClient(world, options, async (client) => {
    const page = await client.incidents.list.query({ ...filter, ...(open ? { unresolved: true } : {}) });
    const head = ['ID', 'BEGAN (UTC)', 'OVER (UTC)', 'STATE', 'ERRORS', 'WHAT'];
    print(world, options, { ...page, data: page, head, cells, none: 'There is no such incident.' });
    const { isBehind, toldUntil } = await client.incidents.telling.query();
    if (!isBehind) return;
    const upTo = toldUntil === null ? '' : `, up to ${utc(toldUntil)} UTC`;
    world.stderr.write(`Older incidents are still being told${upTo}: ask again in a moment.\n`);
  });
}

function cells({ id, beganAt, resolvedAt, state, errors, title }: IncidentRow): string[] {
  const over = resolvedAt === null ? '–' : utc(resolvedAt);
  return [String(id), utc(beganAt), over, state, String(errors), title];
}

function one(world: CliWorld, id: number, options: OneOptions): Promise<void> {
  const format: IncidentFormat = options.json ? 'json' : options.csv ? 'csv' : 'markdown';
  return withClient(world, options, async (client) => {
    const { text } = await client.incidents.export.query({ id, format });
    // Control characters could move the cursor or worse; line ends are meant.
    world.stdout.write(text.replace(/[^\P{Cc}\n\r\t]+/gu, ' '));
  });
}
