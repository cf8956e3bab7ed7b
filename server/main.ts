import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { backupFile } from '../db/sqlite/backup.ts';
import { replay } from './circuits/replay.ts';
import type { StartOptions } from './cli/world.ts';
import { runCli } from './cli.ts';
import { examineBy } from './doctor.ts';
import { createLog, type LogLevel, logLevels } from './observe/log.ts';
import type { start } from './start.ts';
import { memoryBounds, newId, openFilesMax, processUsage, realClock, realRandom, wait } from './world.ts';

/** The one place that reads the environment and hears signals. */

const EXIT_REFUSED = 1;
const EXIT_FORCED = 130;
/** As a shell has it for a command that was ended by SIGPIPE. */
const EXIT_UNHEARD = 141;
/** A supervisor or a terminal may signal twice by the way: within so long it is the same wish. A person takes longer. */
const SAME_WISH_MS = 250;

const { stdout, stderr } = process;
/** As it was: what is secret in it is taken out of the process's own. */
const env = { ...process.env };
const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
const { version, engines }: { version: string; engines: { node: string } } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const builtWeb = join(root, 'dist', 'web');
const webRoot = existsSync(join(builtWeb, 'index.html')) ? builtWeb : null;
/** Set by a start from a config file, once it serves. */
let reload: (() => void) | null = null;
/** It will be set; and it was asked for before that. */
let willReload = false;
let reloadAsked = false;
let serving = false;
const ending = endOnSignals();
goOnUnheard();

const exitCode = await runCli({
  argv: process.argv.slice(2),
  env,
  stdout,
  stderr,
  isTTY: stdout.isTTY,
  columns: stdout.columns ?? 80,
  version,
  wait,
  signal: ending,
  // What only a server needs is not read for the other commands.
  start: async (options) => {
    willReload = !options.demo;
    return (await import('./start.ts')).start(options, startWorld(options));
  },
  checkLive: async (providers) => (await import('./liveCheck.ts')).checkLive(providers, realClock),
  replay,
  backup: backupFile,
  examine: (ask) => {
    const node = { version: process.versions.node, oldest: engines.node.replace(/^[^\d]+/, '') };
    const seen = {
      node,
      clock: realClock,
      openFiles: openFilesMax(),
      memory: memoryBounds(),
      webBuilt: webRoot !== null,
    };
    return examineBy(seen)(ask);
  },
});
stdout.write('', (error) => process.exit(error && exitCode === 0 && !serving ? unheard(error) : exitCode));

function startWorld(options: StartOptions): Parameters<typeof start>[1] {
  serving = true;
  return {
    clock: realClock,
    random: realRandom,
    newId,
    log: createLog(logLevel(options.demo ? 'warn' : 'info')),
    webRoot,
    version,
    openFiles: openFilesMax(),
    heapBytes: memoryBounds().heapBytes,
    usage: processUsage,
    env,
    stdout,
    stderr,
    signal: ending,
    onReload: (run) => {
      reload = run;
      if (reloadAsked) run();
    },
    onServing: tellSupervisor,
    forget: (names) => {
      for (const name of names) delete process.env[name];
    },
    hostname: hostname(),
    folder: process.cwd(),
  };
}

/** systemd waits for this word (`Type=notify`): until then a start is not done, and no reload is asked for. */
function tellSupervisor(): void {
  const { NOTIFY_SOCKET, PATH } = env;
  if (!NOTIFY_SOCKET) return;
  // Node speaks to no datagram socket of the system's own. Nothing that is secret goes along.
  const told = spawn('systemd-notify', ['--ready'], { env: { NOTIFY_SOCKET, PATH }, stdio: 'ignore' });
  told.on('error', ({ message }) => stderr.write(`systemd could not be told that this serves: ${message}\n`));
}

function logLevel(otherwise: LogLevel): LogLevel {
  const asked = env.RECLOSER_LOG ?? otherwise;
  const level = logLevels.find((known) => known === asked);
  if (level !== undefined) return level;
  stderr.write(`RECLOSER_LOG is "${asked}": expected one of ${logLevels.join(', ')}. Going on with ${otherwise}.\n`);
  return otherwise;
}

/**
 * Whoever reads what it says may be gone, or the disk it goes to full. That ends no program that serves; a command whose
 * output nobody takes has nothing more to do.
 */
function goOnUnheard(): void {
  stdout.on('error', (error) => {
    if (!serving) process.exit(unheard(error));
  });
  stderr.on('error', () => {});
}

/** The exit code of a command whose output could not be written. Only of a reader that left by itself is nothing said. */
function unheard({ code }: NodeJS.ErrnoException): number {
  if (code === 'EPIPE') return EXIT_UNHEARD;
  stderr.write(`What it had to say could not be written in full (${code ?? 'unknown error'}): is the disk full?\n`);
  return EXIT_REFUSED;
}

/** Aborts at the first signal, or when the npm command that started this is gone; a second signal ends it at once. */
function endOnSignals(): AbortSignal {
  const controller = new AbortController();
  let wishedAt = Number.NEGATIVE_INFINITY;
  const end = (): void => {
    const now = realClock.now();
    if (controller.signal.aborted && now - wishedAt > SAME_WISH_MS) process.exit(EXIT_FORCED);
    if (!controller.signal.aborted) wishedAt = now;
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  // A terminal that is closed says the same as a person who wants the config read again; but then it is a terminal no more.
  process.on('SIGHUP', () => {
    const terminalGone = stdout.isTTY && !isatty(stdout.fd);
    if (terminalGone || !willReload) end();
    else if (reload) reload();
    else reloadAsked = true;
  });
  if (env.RECLOSER_WRAPPED === '1') {
    process.once('disconnect', () => controller.abort());
    process.channel?.unref();
  }
  return controller.signal;
}

/** The folder of `package.json`, from the sources as from `dist/`. */
function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}
