import { type Command, Option } from 'commander';
import type { RequestRecord, RequestRow } from '../core/records.ts';
import { trailOf } from '../core/trail.ts';
import { wholeNumber } from './acts.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { type Cell, printable, table } from './text.ts';
import { type CliWorld, columnsOf } from './world.ts';

interface RequestsOptions extends ClientOptions {
  limit: number;
  chain?: string;
  provider?: string;
  servedBy?: string;
  outcome?: RequestRow['outcome'];
  fallback?: boolean;
  rescued?: boolean;
  felt?: boolean;
  before?: string;
}

/** `requests`: the newest requests in the record; with an id, one of them with every attempt and skip. */
export function addRequests(program: Command, world: CliWorld): void {
  const outcomes = ['succeeded', 'failed', 'refused', 'cancelled', 'interrupted'] satisfies RequestRow['outcome'][];
  withClientOptions(program.command('requests'))
    .description('the newest requests; with an id, one with every attempt and skip')
    .argument('[id]', 'one request')
    .option('--limit <rows>', 'so many, at most 500', wholeNumber, 20)
    .option('--chain <name>', 'only of this chain')
    .option('--provider <name>', 'only with an attempt or a skip at this provider')
    .option('--served-by <name>', 'only those this provider answered')
    .addOption(new Option('--outcome <outcome>', 'only with this outcome').choices(outcomes))
    .option('--fallback', 'only those not answered by their first choice')
    .option('--rescued', 'only those whose answer broke off and another provider went on with')
    .option('--felt', 'only those in which the caller got an error that was not their own doing, or a broken answer')
    .option('--before <cursor>', 'the page after this cursor')
    .action((id: string | undefined, options: RequestsOptions) =>
      id === undefined ? list(world, options) : one(world, id, options),
    );
}

function list(world: CliWorld, options: RequestsOptions): Promise<void> {
  const { url: _url, token: _token, json, ...filter } = options;
  return withClient(world, options, async (client) => {
    const page = await client.requests.list.query(filter);
    if (json) return void world.stdout.write(`${JSON.stringify(page)}\n`);
    if (page.rows.length === 0) return void world.stdout.write('There are no such requests in the record.\n');
    const head = ['ID', 'BEGAN (UTC)', 'CHAIN', 'OUTCOME', 'MS', 'COST', 'TRAIL'];
    write(world, table(head, page.rows.map(requestCells), columnsOf(world)));
    if (page.next !== null) world.stdout.write(`More: --before ${printable(page.next)}\n`);
  });
}

function one(world: CliWorld, id: string, options: RequestsOptions): Promise<void> {
  return withClient(world, options, async (client) => {
    const request = await client.requests.get.query({ id });
    if (options.json) return void world.stdout.write(`${JSON.stringify(request)}\n`);
    const caller = request.client === null ? '' : `, asked by ${request.client}`;
    const summary = `${request.id}: ${request.outcome} with ${request.status} after ${ms(request.durationMs)} ms${caller}`;
    const head = ['#', 'PROVIDER', 'CAME', 'OUTCOME', 'CIRCUIT', 'WAITED', 'FIRST TOKEN', 'MS', 'COST'];
    const lines = table(head, request.attempts.map(attemptCells), columnsOf(world));
    write(world, [printable(summary), ...lines]);
  });
}

function requestCells(row: RequestRow): Cell[] {
  return [
    row.id,
    time(row.startedAt),
    row.chain,
    row.outcome,
    ms(row.durationMs),
    dollars(row),
    trailOf(row.attempts),
  ].map(cell);
}

function attemptCells(attempt: RequestRecord['attempts'][number]): Cell[] {
  const { ordinal, provider, word, outcome, circuitState, waitMs, firstTokenMs, durationMs } = attempt;
  const first = firstTokenMs === null ? '–' : ms(firstTokenMs);
  return [
    String(ordinal),
    provider,
    word,
    outcome,
    circuitState,
    ms(waitMs),
    first,
    ms(durationMs),
    outcome === 'skipped' ? '–' : dollars(attempt),
  ].map(cell);
}

function cell(text: string): Cell {
  return { text: printable(text) };
}

function write(world: CliWorld, lines: string[]): void {
  world.stdout.write(`${lines.join('\n')}\n`);
}

function ms(value: number): string {
  return String(Math.round(value));
}

function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}

/** `≈` where it was estimated; `?` where a price is not known, which is not nothing. */
function dollars({ costNanoUsd, costEstimated }: { costNanoUsd: number | null; costEstimated: boolean }): string {
  if (costNanoUsd === null) return '?';
  return `${costEstimated ? '≈' : ''}$${(costNanoUsd / 1e9).toFixed(6)}`;
}
