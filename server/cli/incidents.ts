import type { Command } from 'commander';
import type { IncidentFormat } from '../core/incidents/export.ts';
import type { IncidentRow } from '../core/incidents/report.ts';
import { utc } from '../core/incidents/words.ts';
import { wholeNumber } from './acts.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { printable, table } from './text.ts';
import { type CliWorld, columnsOf } from './world.ts';

interface ListOptions extends ClientOptions {
  limit: number;
  open?: boolean;
  provider?: string;
  before?: string;
}

interface OneOptions extends ClientOptions {
  markdown?: boolean;
  csv?: boolean;
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
    .action((id: number, options: OneOptions) => one(world, id, options));
}

function list(world: CliWorld, options: ListOptions): Promise<void> {
  const { url: _url, token: _token, json, open, ...filter } = options;
  return withClient(world, options, async (client) => {
    const page = await client.incidents.list.query({ ...filter, ...(open ? { unresolved: true } : {}) });
    if (json) return void world.stdout.write(`${JSON.stringify(page)}\n`);
    if (page.rows.length === 0) return void world.stdout.write('There is no such incident.\n');
    const head = ['ID', 'BEGAN (UTC)', 'OVER (UTC)', 'STATE', 'ERRORS', 'WHAT'];
    const lines = table(head, page.rows.map(cells), columnsOf(world));
    world.stdout.write(`${lines.join('\n')}\n`);
    if (page.next !== null) world.stdout.write(`More: --before ${printable(page.next)}\n`);
  });
}

function cells({ id, beganAt, resolvedAt, state, errors, title }: IncidentRow) {
  const over = resolvedAt === null ? '–' : utc(resolvedAt);
  return [String(id), utc(beganAt), over, state, String(errors), title].map((text) => ({ text: printable(text) }));
}

function one(world: CliWorld, id: number, options: OneOptions): Promise<void> {
  const format: IncidentFormat = options.json ? 'json' : options.csv ? 'csv' : 'markdown';
  return withClient(world, options, async (client) => {
    const { text } = await client.incidents.export.query({ id, format });
    // Control characters could move the cursor or worse; line ends are meant.
    world.stdout.write(text.replace(/[^\P{Cc}\n\r\t]+/gu, ' '));
  });
}
