import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import type { Simulator } from '../../server/simulator/simulator.ts';
import { type Callers, callOnce, startCallers } from './callers.ts';
import { folder, type Program, type ProgramOptions, realSimulator, startProgram, writeConfig } from './program.ts';

/** A fault of the machine beneath the program. */
export interface Fault {
  name: string;
  /** Makes it; what comes back ends it. */
  make: (stage: Stage) => Promise<() => unknown>;
  /** What the log warns of. Nothing is said twice. */
  says: RegExp[];
  /** Whether `/readyz` says `degraded` meanwhile: it is a matter of the record. */
  degrades: boolean;
  /** What must come true beside, while it lasts. */
  meanwhile?: (stage: Stage) => Promise<void>;
  /** And when it is over. */
  afterwards?: (stage: Stage) => Promise<void>;
}

/** Where faults can be made: one program, for one of them after the other. */
export interface Ground {
  /** Why there is none on this machine; null: there is. */
  missing: string | null;
  start: (path: string) => ProgramOptions;
  /** Where the program is told to have its record and its log, from the config's folder; absent: the usual places. */
  disk?: string;
}

export interface Stage {
  /** The folder of the config. */
  path: string;
  database: string;
  program: Program;
  callers: Callers;
  simulator: Simulator;
  /** All that the program has logged. */
  log: () => string;
}

/** The name that the first provider has on a ground with names of its own. */
const providerName = 'provider.test';
const hosts = (names: string) => `127.0.0.1 localhost ${names}\n`;

/** The program with callers, and two providers, of which the first fails now and then. */
export async function openStage(ground: Ground): Promise<Stage> {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  await simulator.setFault('first', 'share=0.3:503');
  const path = await folder();
  const { disk } = ground;
  const named = (name: string) =>
    disk && name === 'first' ? simulator.url(name).replace('127.0.0.1', providerName) : simulator.url(name);
  const more = 'breaker: { failures: 3, open: 300ms, ramp: 0s }';
  const database = join(disk ?? '', 'recloser.db');
  const config = await writeConfig(path, { simulator: { url: named }, chain, database, more });
  const program = await startProgram(config, { env: { RECLOSER_LOG: 'info' }, ...ground.start(path) });
  const log = () => (disk ? readFileSync(seenBy(program, join(path, disk, 'log')), 'utf8') : program.output());
  return { path, database: join(path, database), program, callers: startCallers(program), simulator, log };
}

/** Sentences of a log that warn, each as often as it was said. */
export function warningsOf(log: string): string[] {
  return log.split('\n').flatMap((line) => {
    if (!line.startsWith('{') || !line.endsWith('}')) return [];
    const { level, msg } = JSON.parse(line) as { level: number; msg: string };
    return level >= 40 ? [msg] : [];
  });
}

/** Connections that say nothing, as many as are taken; closed with the test. */
export function crowd(url: string, count: number): { leave: () => void } {
  const sockets: Socket[] = [];
  const leave = () => {
    for (const socket of sockets) socket.destroy();
  };
  for (let at = 0; at < count; at += 1) {
    sockets.push(connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {}));
  }
  onTestFinished(leave);
  return { leave };
}

/** Callers with such bodies, one after the other, until they are stopped; the statuses they got, 0 for none. */
export function startHeavy(program: Program, bodies: object[]): { stop: () => Promise<Set<number>> } {
  const connections = new Agent();
  const statuses = new Set<number>();
  let stopped = false;
  const all = bodies.map(async (body) => {
    while (!stopped) statuses.add((await callOnce(program, { model: 'lucy', ...body }, connections)).status);
  });
  onTestFinished(() => {
    stopped = true;
    return connections.destroy();
  });
  return {
    async stop() {
      stopped = true;
      await Promise.all(all);
      return statuses;
    },
  };
}

/** A machine as it is; what can be done from within the program only is done there. */
export const plainGround: Ground = { missing: null, start: () => ({ inside: true }) };

/** A process whose heap may grow to so many megabytes and no more. */
export function smallHeap(megabytes: number): Ground {
  return { missing: null, start: () => ({ node: [`--max-old-space-size=${megabytes}`] }) };
}

/** A process with so many open files and no more. */
export function fewFiles(count: number): Ground {
  const missing = process.platform === 'win32' ? 'there is no bound on open files to be set here' : null;
  const before = ['bash', '-c', `ulimit -n ${count}; exec "$@"`, 'bash'];
  return { missing, start: () => ({ inside: true, before }) };
}

const diskName = 'disk';
const mounts = [
  `mount -t tmpfs -o size=8m tmpfs "$0/${diskName}"`,
  'mount --bind "$0/hosts" /etc/hosts',
  // Where there is none, names are asked for at 127.0.0.1, as this one has it.
  '{ [ ! -e /etc/resolv.conf ] || mount --bind "$0/resolv.conf" /etc/resolv.conf; }',
].join(' && ');

/** A small disk for the record and the log, and names that are known and unknown as the test says: seen by the program alone. */
export function ownMachine(): Ground {
  return {
    missing: noMounts(),
    disk: diskName,
    start(path) {
      mkdirSync(join(path, diskName));
      setNames(path, true);
      // Nobody listens there.
      writeFileSync(join(path, 'resolv.conf'), 'nameserver 127.0.0.1\n');
      return { before: [...apart(), 'sh', '-c', `${mounts} && exec "$@" 2>>"$0/${diskName}/log"`, path] };
    },
  };
}

/** Whether the first provider's name leads anywhere. */
export function setNames(path: string, known: boolean): void {
  writeFileSync(join(path, 'hosts'), hosts(known ? providerName : ''));
}

/** A path as the program sees it, which may have disks of its own. */
export function seenBy({ process: { pid } }: Program, path: string): string {
  return `/proc/${pid}/root${path}`;
}

function apart(): string[] {
  const isRoot = process.getuid?.() === 0;
  return ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--mount'];
}

function noMounts(): string | null {
  if (process.platform !== 'linux') return 'mounting a disk for one process alone is a matter of Linux';
  try {
    const [command = '', ...args] = [...apart(), 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'];
    execFileSync(command, args, { stdio: 'pipe' });
    return null;
  } catch {
    return 'this user may not mount a disk, neither as root nor in a name space of its own';
  }
}
