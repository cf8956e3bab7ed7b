import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { CliError, type CliWorld } from './world.ts';

interface BackupOptions extends ClientOptions {
  database?: string;
}

/** `backup FILE`: a copy of the record in one new file, made beside the running program by this process. */
export function addBackup(program: Command, world: CliWorld): void {
  withClientOptions(program.command('backup'))
    .description('copy the record into a new file, while Recloser runs, and check that the copy is whole')
    .argument('<file>', 'the file to make; one that is there is not overwritten')
    .option('--database <path>', 'the record to copy; without it, that of the running program, on the same machine')
    .action(async (file: string, options: BackupOptions) => {
      const { backup } = world;
      if (!backup) throw new CliError(1, 'This command line cannot make backups.');
      const from = options.database ?? (await databaseOf(world, options));
      const to = resolve(file);
      if (world.isTTY && !options.json) world.stdout.write(`Copying ${from} …\n`);
      const bytes = copied(() => backup(resolve(from), to));
      if (options.json) return void world.stdout.write(`${JSON.stringify({ file: to, from, bytes })}\n`);
      world.stdout.write(`${to} holds the whole record: ${(bytes / 1e6).toFixed(1)} MB, looked through and sound.\n`);
    });
}

async function databaseOf(world: CliWorld, options: ClientOptions): Promise<string> {
  const { database } = await withClient(world, options, (client) => client.record.place.query());
  if (database !== ':memory:') return database;
  throw new CliError(1, 'This program keeps its record in memory: there is no file to copy. Set `database` to a path.');
}

function copied(run: () => number): number {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name === 'StorageError') throw new CliError(1, error.message, { cause: error });
    throw error;
  }
}
