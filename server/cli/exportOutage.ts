import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { writeTrace } from '../core/trace/trace.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { moment, timeHint } from './moment.ts';
import { CliError, type CliWorld } from './world.ts';

interface ExportOptions extends ClientOptions {
  provider: string;
  from: string;
  to: string;
  output?: string;
}

/** `export-outage`: what the record has of a provider, as a trace without texts or ids, for `replay`. */
export function addExportOutage(program: Command, world: CliWorld): void {
  withClientOptions(program.command('export-outage'))
    .description('an outage as a trace without texts or ids, for replay')
    .requiredOption('--provider <name>', 'of this provider')
    .requiredOption('--from <time>', `${timeHint}; its circuit was closed then`)
    .option('--to <time>', timeHint, '0s')
    .option('--output <file>', 'into this file, which must not exist; without it, to the terminal')
    .action((options: ExportOptions) =>
      withClient(world, options, async (client) => {
        const { now } = await client.circuits.list.query();
        const from = moment(options.from, now, '--from');
        const to = moment(options.to, now, '--to');
        const trace = await client.circuits.trace.query({ provider: options.provider, from, to });
        const text = writeTrace(trace);
        if (options.output === undefined) return void world.stdout.write(text);
        save(options.output, text);
        world.stdout.write(`${trace.steps.length} steps are in ${options.output}.\n`);
      }),
    );
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why =
      code === 'EEXIST' ? 'it exists already: give another name, or remove it' : `it cannot be written (${code})`;
    throw new CliError(1, `${file}: ${why}.`, { cause: error });
  }
}
