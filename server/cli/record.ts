import type { Command } from 'commander';
import { showDuration } from '../core/duration.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { list, minute } from './print.ts';
import type { CliWorld } from './world.ts';

/** `record`: what is kept for how long and why, and what was let go. */
export function addRecord(program: Command, world: CliWorld): void {
  withClientOptions(program.command('record'))
    .description('what of the record is kept for how long, and what was let go')
    .action((options: ClientOptions) =>
      withClient(world, options, async (client) => {
        const kept = await client.record.kept.query();
        list(world, options, {
          data: kept,
          rows: kept,
          head: ['KIND', 'KEPT FOR', 'ELDEST (UTC)', 'LET GO', 'BEFORE (UTC)', 'WHY'],
          cells: ({ kind, keptMs, eldestAt, letGoRows, letGoBefore, because }) => [
            ...[kind, showDuration(keptMs), minute(eldestAt), String(letGoRows), minute(letGoBefore), because],
          ],
          none: 'Nothing is kept.',
        });
      }),
    );
}
