import type { Command } from 'commander';
import { showDuration } from '../core/duration.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { table } from './text.ts';
import { type CliWorld, columnsOf } from './world.ts';

/** `record`: what is kept for how long and why, and what was let go. */
export function addRecord(program: Command, world: CliWorld): void {
  withClientOptions(program.command('record'))
    .description('what of the record is kept for how long, and what was let go')
    .action((options: ClientOptions) =>
      withClient(world, options, async (client) => {
        const kept = await client.record.kept.query();
        if (options.json) return void world.stdout.write(`${JSON.stringify(kept)}\n`);
        const head = ['KIND', 'KEPT FOR', 'ELDEST (UTC)', 'LET GO', 'BEFORE (UTC)', 'WHY'];
        const rows = kept.map(({ kind, keptMs, eldestAt, letGoRows, letGoBefore, because }) =>
          [kind, showDuration(keptMs), time(eldestAt), String(letGoRows), time(letGoBefore), because].map((text) => ({
            text,
          })),
        );
        world.stdout.write(`${table(head, rows, columnsOf(world)).join('\n')}\n`);
      }),
    );
}

function time(at: number | null): string {
  return at === null ? '–' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
