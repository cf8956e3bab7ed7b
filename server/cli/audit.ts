import { type Command, Option } from 'commander';
import { utc } from '../core/incidents/words.ts';
import type { AuditRecord } from '../core/records.ts';
import { wholeNumber } from './acts.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { type Times, timesOf, withTimes } from './moment.ts';
import { lines, list } from './print.ts';
import { printable } from './text.ts';
import type { CliWorld } from './world.ts';

interface AuditOptions extends ClientOptions, Times {
  limit: number;
  who?: string;
  what?: string;
  on?: string;
  outcome?: AuditRecord['outcome'];
  before?: string;
}

/** `audit`: who did what, when and why; with an id, one act with what it changed. */
export function addAudit(program: Command, world: CliWorld): void {
  const outcomes = ['done', 'refused'] satisfies AuditRecord['outcome'][];
  withTimes(withClientOptions(program.command('audit')))
    .description('who did what, when and why, the newest first; with an id, one act with what it changed')
    .argument('[id]', 'one act')
    .option('--limit <rows>', 'so many, at most 500', wholeNumber, 20)
    .option('--who <name>', 'only by them, as in token:ci')
    .option('--what <act>', 'only this, as in circuits.trip')
    .option('--on <subject>', 'only on this provider, token or person')
    .addOption(new Option('--outcome <outcome>', 'only what was done, or refused').choices(outcomes))
    .option('--before <cursor>', 'the page after this cursor')
    .action((id: string | undefined, options: AuditOptions) =>
      id === undefined ? all(world, options) : one(world, id, options),
    );
}

function all(world: CliWorld, options: AuditOptions): Promise<void> {
  const { limit, who, what, on: subject, outcome, before } = options;
  return withClient(world, options, async (client) => {
    const times = await timesOf(client, options);
    const page = await client.audit.list.query({ limit, who, what, subject, outcome, before, ...times });
    list(world, options, {
      ...page,
      data: page,
      head: ['WHEN (UTC)', 'WHO', 'WHAT', 'ON', 'OUTCOME', 'WHY', 'ID'],
      cells: ({ at, id, ...act }) => [
        ...[utc(at), act.who, act.what, act.subject ?? '–', act.outcome, act.reason ?? '–', id],
      ],
      none: 'There is no such act in the audit.',
    });
  });
}

function one(world: CliWorld, id: string, options: AuditOptions): Promise<void> {
  return withClient(world, options, async (client) => {
    const act = await client.audit.get.query({ id });
    if (options.json) return void world.stdout.write(`${JSON.stringify(act)}\n`);
    const { at, who, what, subject, outcome, reason, from, before, after } = act;
    const parts: [string, string | null][] = [
      ['when', `${utc(at)} UTC`],
      ['who', who],
      ['from', from],
      ['what', what],
      ['on', subject],
      ['outcome', outcome],
      ['why', reason],
      ['before', before === null ? null : JSON.stringify(before)],
      ['after', after === null ? null : JSON.stringify(after)],
    ];
    lines(
      world,
      parts.map(([name, text]) => `${name.padEnd(8)}  ${printable(text ?? '–')}`),
    );
  });
}
