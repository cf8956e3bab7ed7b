import type { Command } from 'commander';
import type { Delivery } from '../core/alerts/types.ts';
import { utc } from '../core/incidents/words.ts';
import { wholeNumber } from './acts.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { lines, linesOf } from './print.ts';
import { printable } from './text.ts';
import { CliError, type CliWorld } from './world.ts';

interface ListOptions extends ClientOptions {
  limit: number;
}

/** `alerts`: where they go and what was sent; `alerts test NAME`: whether they would come in there. */
export function addAlerts(program: Command, world: CliWorld): void {
  const alerts = withClientOptions(program.command('alerts'))
    .description('alerts: where they go, and what was sent last')
    .option('--limit <rows>', 'so many messages, at most 500', wholeNumber, 20)
    .action((options: ListOptions) => list(world, options));
  withClientOptions(alerts.command('test'))
    .description('send a test to a destination of the config')
    .argument('<name>', 'its name')
    .action((name: string, options: ClientOptions) => test(world, name, options));
}

function list(world: CliWorld, { limit, ...options }: ListOptions): Promise<void> {
  return withClient(world, options, async (client) => {
    const listed = await client.alerts.list.query({ limit });
    if (options.json) return void world.stdout.write(`${JSON.stringify(listed)}\n`);
    const { destinations, deliveries } = listed;
    if (destinations.length === 0) return lines(world, ['The config has no alerts: nobody is told.']);
    const where = linesOf(world, {
      rows: destinations,
      head: ['NAME', 'KIND', 'HOST', 'ON', 'LAST'],
      cells: ({ name, kind, host, on, last }) => [name, kind, host, on.join(', '), last ? became(last) : '–'],
      none: '',
    });
    const sent = linesOf(world, {
      rows: deliveries,
      head: ['WHEN (UTC)', 'TO', 'SEVERITY', 'BECAME', 'WHAT'],
      cells: (one) => {
        const { message, createdAt, destination } = one;
        return [utc(createdAt), destination, message.severity, became(one), message.title];
      },
      none: 'Nothing was sent yet.',
    });
    lines(world, [...where, '', ...sent]);
  });
}

function became({ status, error, attempts }: Delivery): string {
  const times = attempts > 1 ? ` after ${attempts} tries` : '';
  return `${status}${times}${error === null ? '' : `: ${error}`}`;
}

function test(world: CliWorld, name: string, options: ClientOptions): Promise<void> {
  return withClient(world, options, async (client) => {
    const sent = await client.alerts.test.mutate({ name });
    if (options.json) world.stdout.write(`${JSON.stringify(sent)}\n`);
    if (sent.status !== 'delivered') throw new CliError(1, `The test did not arrive: ${printable(sent.error ?? '')}.`);
    if (!options.json) world.stdout.write(`The test has arrived at ${printable(name)}.\n`);
  });
}
