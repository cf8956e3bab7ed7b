import type { Command } from 'commander';
import { type Loaded, loadSettings, readConfigFile, readSecretFile } from '../config/load.ts';
import type { Flags } from '../config/overrides.ts';
import { formatProblems } from '../config/source.ts';
import type { EffectiveSetting } from '../core/effective.ts';
import { type ClientOptions, withClient, withClientOptions } from './client.ts';
import { lines, list, minute, tell } from './print.ts';
import { withFlags } from './start.ts';
import { printable } from './text.ts';
import { CliError, type CliWorld } from './world.ts';

interface ShowOptions extends ClientOptions, Flags {
  config?: string;
  key?: string;
}

/** `config`: what is in force and where it came from, whether the file is, and to read it again. */
export function addConfig(program: Command, world: CliWorld): void {
  const config = program.command('config').description('the config in force: show, state, reload');
  withFlags(withClientOptions(config.command('show')))
    .description('every setting in force and where it came from, secrets hidden: of the running program, or of a file')
    .option('-c, --config <file>', 'what this file would put in force here and now, without asking the program')
    .option('--key <start>', 'only keys that begin so, as in providers.qwen-72b')
    .action(async ({ config: file, key = '', ...options }: ShowOptions) => {
      const all = file === undefined ? await ofProgram(world, options) : ofFile(world, file, options);
      const rows = all.filter((each) => each.key.startsWith(key));
      const none =
        key === ''
          ? 'It is not known what is in force: the demo has no file.'
          : `No key begins with ${printable(key)}.`;
      list(world, options, {
        ...{ data: rows, rows, head: ['KEY', 'VALUE', 'FROM'], none },
        cells: ({ key: name, value, from, where }) => [name, value, where === null ? from : `${from}: ${where}`],
      });
    });
  withClientOptions(config.command('state'))
    .description('which file is in force since when, and what is wrong with it now')
    .action((options: ClientOptions) => state(world, options));
  withClientOptions(config.command('reload'))
    .description('read the file again; with anything wrong in it, nothing changes')
    .action((options: ClientOptions) => reload(world, options));
}

function ofProgram(world: CliWorld, options: ClientOptions): Promise<EffectiveSetting[]> {
  return withClient(world, options, (client) => client.config.inForce.query());
}

function ofFile(world: CliWorld, file: string, flags: Flags): EffectiveSetting[] {
  const { env } = world;
  const read = readConfigFile(file);
  const loaded: Loaded = read.ok
    ? loadSettings({ text: read.text, file, env, flags, readSecret: readSecretFile })
    : read;
  if (loaded.ok) return loaded.settings.inForce ?? [];
  throw new CliError(
    2,
    `${formatProblems(file, loaded.problems)}\n${file} would be refused: nothing of it can be shown.`,
  );
}

function state(world: CliWorld, options: ClientOptions): Promise<void> {
  return withClient(world, options, async (client) => {
    const found = await client.config.get.query();
    if (options.json) return void world.stdout.write(`${JSON.stringify(found)}\n`);
    const { file, loadedAt, problems, refusedAt, needRestart } = found;
    if (file === null) return lines(world, ['There is no config file: this is the demo.']);
    const shown = printable(file);
    lines(world, [
      `${shown} is in force since ${minute(loadedAt)} UTC.`,
      ...(needRestart.length > 0 ? [`It says otherwise, and a restart takes it up: ${needRestart.join(', ')}.`] : []),
      ...(refusedAt === null
        ? []
        : [`Read again at ${minute(refusedAt)} UTC, and refused:`, formatProblems(shown, problems)]),
    ]);
  });
}

function reload(world: CliWorld, options: ClientOptions): Promise<void> {
  return withClient(world, options, async (client) => {
    const done = await client.config.reload.mutate();
    if (!done.ok) {
      if (options.json) world.stdout.write(`${JSON.stringify(done)}\n`);
      throw new CliError(
        1,
        `${formatProblems('The config', done.problems)}\nIt was refused: the one of before stays in force.`,
      );
    }
    const changes = done.changes.map(
      ({ key, before, after }) => `  ${key}: ${before ?? 'nothing'} → ${after ?? 'nothing'}`,
    );
    const restart = done.needRestart.length > 0 ? [`A restart takes up: ${done.needRestart.join(', ')}.`] : [];
    const said =
      changes.length === 0 ? 'It was read again, and nothing has changed.' : 'It was read again, and is in force:';
    const sentence = [said, ...changes, ...restart, ...done.notes.map((note) => `Note: ${note}`)].join('\n');
    tell(world, options, { done, sentence: sentence.replace(/[^\P{Cc}\n]+/gu, ' ') });
  });
}
