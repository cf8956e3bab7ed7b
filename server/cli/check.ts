import type { Command } from 'commander';
import { describeSettings } from '../config/describe.ts';
import { configJsonSchema } from '../config/jsonSchema.ts';
import { type Loaded, loadSettings, readConfigFile, readSecretFile } from '../config/load.ts';
import { formatProblems } from '../config/source.ts';
import { liveCheck } from './checkLive.ts';
import { CliError, type CliWorld } from './world.ts';

interface CheckOptions {
  json?: boolean;
  schema?: boolean;
  show?: boolean;
  live?: boolean;
}

/** `check FILE`: says whether `start` would take this config; 2 when not. */
export function addCheck(program: Command, world: CliWorld): void {
  program
    .command('check')
    .description('check a config: every problem at once, each with its line')
    .argument('[file]', 'the config')
    .option('--schema', 'print the JSON Schema of the config, for editors')
    .option('--show', 'print the settings in force, secrets hidden')
    .option('--live', 'call every provider too, for a fraction of a cent; 1 when one fails')
    .option('--json', 'print data')
    .action(async (file: string | undefined, options: CheckOptions) => {
      if (options.schema) return void world.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
      if (file === undefined) throw new CliError(2, 'Say which file to check: recloser check recloser.yaml');
      const loaded = check(world, file, options);
      if (options.live) await liveCheck(world, loaded.settings.providers, { json: options.json === true });
    });
}

function check(world: CliWorld, file: string, options: CheckOptions): Extract<Loaded, { ok: true }> {
  const loaded = load(world, file);
  // With a live check the data is what that finds.
  if (options.json && !(options.live && loaded.ok)) {
    const { settings: _secret, ...shown } = { settings: null, ...loaded };
    world.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  }
  if (!loaded.ok) {
    const count = loaded.problems.length;
    const sentence = `${file} would be refused: ${count} ${count === 1 ? 'problem' : 'problems'}.`;
    throw new CliError(2, options.json ? sentence : `${formatProblems(file, loaded.problems)}\n${sentence}`);
  }
  if (options.json) return loaded;
  if (options.show) world.stdout.write(describeSettings(loaded.settings));
  for (const note of loaded.notes) world.stdout.write(`Note: ${note}\n`);
  const { providers, chains } = loaded.settings;
  world.stdout.write(`${file} is good: ${countOf(providers, 'provider')}, ${countOf(chains, 'chain')}.\n`);
  return loaded;
}

function load(world: CliWorld, file: string): Loaded {
  const read = readConfigFile(file);
  return read.ok ? loadSettings({ text: read.text, file, env: world.env, readSecret: readSecretFile }) : read;
}

function countOf(things: readonly unknown[], noun: string): string {
  return `${things.length} ${noun}${things.length === 1 ? '' : 's'}`;
}
