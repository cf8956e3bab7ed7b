import type { Command } from 'commander';
import { plural } from '../core/incidents/words.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { list, minute, tell } from './print.ts';
import { printable } from './text.ts';
import { CliError, type CliWorld } from './world.ts';

interface EndOptions extends ClientOptions {
  of?: string;
  all?: boolean;
}

/** `session`: who is signed in on the dashboard, and to end it. */
export function addSessions(program: Command, world: CliWorld): void {
  const session = program.command('session').description('who is signed in on the dashboard: list, end');
  withClientOptions(session.command('list'))
    .description('everybody who is signed in, and from where')
    .action((options: ClientOptions) =>
      withClient(world, options, async (client) => {
        const sessions = await client.access.sessions.query();
        list(world, options, {
          data: sessions,
          rows: sessions,
          head: ['WHO', 'BY', 'FROM', 'SINCE (UTC)', 'SEEN', 'ENDS', 'ID'],
          cells: ({ who, way, from, openedAt, seenAt, endsAt, id }) => [
            ...[who, way, from ?? '–', minute(openedAt), minute(seenAt), minute(endsAt), id],
          ],
          none: 'Nobody is signed in.',
        });
      }),
    );
  withClientOptions(session.command('end'))
    .description('sign somebody out: one session, everywhere (--of), or everybody (--all); tokens stay good')
    .argument('[id]', 'one session')
    .option('--of <name>', 'all of theirs, on whatever machine')
    .option('--all', 'all there are, your own on the dashboard too')
    .action((id: string | undefined, options: EndOptions) => end(world, id, options));
}

/** Until it is on the disk, a start would know nothing of it. */
function notYet({ durable }: { durable: boolean }): string {
  return durable
    ? ''
    : ' That is not on the disk yet: do not start it anew before it is (/readyz), or end them again then.';
}

async function end(world: CliWorld, id: string | undefined, options: EndOptions): Promise<void> {
  const { of, all } = options;
  if ([id, of, all].filter((given) => given !== undefined).length !== 1)
    throw new CliError(2, 'Say which: the id of one session, --of NAME, or --all ("session list" shows them).');
  await withClient(world, options, async (client) => {
    if (id !== undefined) {
      const done = await client.access.endSession.mutate({ id });
      return tell(world, options, { done, sentence: `The session ${printable(id)} has ended.${notYet(done)}` });
    }
    const done = await client.access.endSessions.mutate(of === undefined ? {} : { who: of });
    const whose = of === undefined ? '' : ` of ${printable(of)}`;
    tell(world, options, { done, sentence: `${plural(done.ended, 'session')}${whose} ended.${notYet(done)}` });
  });
}
