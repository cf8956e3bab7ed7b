import { resolve } from 'node:path';
import { StorageError } from '../db/storage.ts';
import { type App, startApp, type World } from './app.ts';
import type { CliWorld, StartOptions } from './cli/world.ts';
import { type Loaded, loadSettings, readConfigFile, readSecretFile } from './config/load.ts';
import { formatProblems } from './config/source.ts';
import { variablesOf } from './config/variables.ts';
import { firstCall } from './core/firstCall.ts';
import type { Settings } from './core/settings.ts';
import { type Demo, startDemo } from './demo.ts';
import { StartError } from './listen.ts';

/** What `start` needs of the world beside what the program itself is given. */
export interface StartWorld extends Omit<World, 'token'>, Pick<CliWorld, 'env' | 'stdout' | 'stderr' | 'signal'> {
  hostname: string;
  /** Calls `run` when the program is told to read its config again (SIGHUP), and at once where it was told so before. */
  onReload: (run: () => void) => void;
  /** Takes variables out of what the system and a report of a crash show of this process. */
  forget: (names: readonly string[]) => void;
  /** Called once, when both listeners answer. */
  onServing: () => void;
  /** Folder that relative paths count from. */
  folder: string;
}

/** Runs until `signal` aborts. Resolves with the exit code: 0 stopped as asked, 1 could not start, 2 bad config. */
export async function start(options: StartOptions, world: StartWorld): Promise<number> {
  let demo: Demo | null = null;
  let app: App | null = null;
  try {
    demo = options.demo ? await startDemo(world) : null;
    const loaded = load(options, world, demo);
    if (!loaded.ok) {
      const file = options.config ?? 'the demo';
      const count = loaded.problems.length === 1 ? 'one problem' : `${loaded.problems.length} problems`;
      world.stderr.write(
        `${formatProblems(file, loaded.problems)}\n${file} is refused: ${count}. Nothing was started.\n`,
      );
      return 2;
    }
    const read = (): Loaded => {
      world.forget(secretsOf(options, world));
      return load(options, world, null);
    };
    if (!demo) world.forget(secretsOf(options, world));
    // The demo is for trying commands too, so it always has a token; the screen shows it.
    const token = loaded.token ?? (demo ? world.newId() : null);
    const started = await startApp(loaded.settings, {
      ...{ ...world, token },
      demo: demo ? noticeOf(demo) : undefined,
      configFile: demo ? undefined : { path: options.config ?? '', read },
    });
    app = started;
    if (!demo) world.onReload(() => started.reload('SIGHUP'));
    world.onServing();
    demo?.begin(`${app.gatewayUrl}/v1`);
    world.stdout.write(screen({ app, settings: loaded.settings, notes: loaded.notes, token, world, demo }));
    await aborted(world.signal);
    world.stdout.write('Stopping: requests in flight may end, then the record is written. Again to stop at once.\n');
    return 0;
  } catch (error) {
    if (!(error instanceof StartError || error instanceof StorageError)) throw error;
    world.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    await demo?.stop();
    await app?.stop();
  }
}

/** What the live page says of it. */
function noticeOf(demo: Demo): NonNullable<World['demo']> {
  return () => ({ sentence: demo.describe(), nextOutageAt: Math.round(demo.nextOutageAt()) });
}

function load(options: StartOptions, world: StartWorld, demo: Demo | null): Loaded {
  const { env, hostname } = world;
  const given = { env, flags: options.flags, hostname, readSecret: readSecretFile };
  if (demo) return loadSettings({ ...given, text: demo.config, file: resolve(world.folder, 'data', 'demo.yaml') });
  const file = resolve(world.folder, options.config ?? '');
  const read = readConfigFile(file);
  return read.ok ? loadSettings({ ...given, text: read.text, file }) : read;
}

/** What may not be read out of this process by its environment. */
function secretsOf({ config }: StartOptions, { env, folder }: StartWorld): string[] {
  const read = readConfigFile(resolve(folder, config ?? ''));
  const used = read.ok ? variablesOf({ text: read.text, env, readSecret: readSecretFile }) : [];
  return ['RECLOSER_TOKEN', ...used.map(({ name }) => name)];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

interface Shown {
  app: App;
  settings: Settings;
  notes: string[];
  token: string | null;
  world: StartWorld;
  demo: Demo | null;
}

/** One screen that says where everything is. */
function screen({ app, settings, notes, token, world, demo }: Shown): string {
  const curl = firstCall({
    gatewayUrl: app.gatewayUrl,
    chain: settings.chains[0]?.name ?? '',
    needsKey: settings.clients.length > 0,
  });
  const lines = [
    `Recloser ${world.version} · ${settings.environment} · node ${settings.node}`,
    '',
    `  Gateway    ${app.gatewayUrl}/v1   (models: ${settings.chains.map(({ name }) => name).join(', ')})`,
    `  Dashboard  ${app.needsLink() || demo ? app.signInLink() : app.controlUrl}`,
    `  Record     ${settings.database}`,
    '',
    `  Try it     ${curl}`,
    ...(demo ? demoLines(demo, app, token) : []),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `  Note: ${note}`)] : []),
    '',
    '  Ctrl-C stops it.',
    '',
  ];
  return lines.join('\n');
}

function demoLines(demo: Demo, app: App, token: string | null): string[] {
  const url = app.controlUrl === 'http://127.0.0.1:4401' ? '' : ` RECLOSER_URL=${app.controlUrl}`;
  return [
    `  Watch it   RECLOSER_TOKEN=${token}${url} npm run recloser -- circuits`,
    '',
    `  ${demo.describe()}`,
    '  The providers are simulated: nothing leaves this machine, and the money is made up.',
    '  For your own: copy recloser.example.yaml, then npm start -- --config recloser.yaml',
  ];
}
