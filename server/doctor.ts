import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Agent, request } from 'undici';
import { folderOf, lookAtDatabase } from '../db/sqlite/look.ts';
import type { Examine } from './cli/world.ts';
import type { Clock } from './core/clock.ts';
import type { DoctorFacts, ListenerFacts, MemoryFacts } from './core/doctor/facts.ts';
import type { ProviderSettings, Settings } from './core/settings.ts';
import { connectionBound } from './gateway/crowd.ts';
import { reachProvider } from './gateway/reach.ts';

/** What a running program gets to answer. */
const healthMs = 3_000;
/** Providers asked side by side. */
const atOnce = 4;

/** What the process is told of the machine it runs on. */
export interface DoctorWorld {
  clock: Clock;
  openFiles: number | null;
  memory: Omit<MemoryFacts, 'heldBytes'>;
  node: DoctorFacts['node'];
  webBuilt: boolean;
}

/** Looks at what a start would need, and changes nothing. */
export function examineBy(world: DoctorWorld): Examine {
  return async ({ settings, listeners, askProviders }) => {
    const { openFiles, clock, memory, node, webBuilt } = world;
    const limits = settings?.limits;
    return {
      ...{ node, webBuilt },
      database: settings ? lookAtDatabase(settings.database) : null,
      disk: settings ? await diskOf(settings.database) : null,
      listeners: await Promise.all(listeners.map(lookAtPort)),
      files: limits ? filesOf(limits.connections, openFiles) : null,
      memory: { ...memory, heldBytes: limits ? limits.bodiesBytes + limits.answersBytes : null },
      providers: settings && askProviders ? await reachAll(settings.providers, clock) : null,
    };
  };
}

async function diskOf(database: Settings['database']): Promise<DoctorFacts['disk']> {
  if (database === ':memory:') return null;
  const path = folderOf(database);
  try {
    const { bavail, bsize } = await statfs(path);
    return { path, freeBytes: bavail * bsize };
  } catch {
    return null;
  }
}

function filesOf(connections: number, max: number | null): DoctorFacts['files'] {
  return { max, connections, allowed: connectionBound(connections, max) };
}

async function reachAll(providers: readonly ProviderSettings[], clock: Clock): Promise<DoctorFacts['providers']> {
  const facts: NonNullable<DoctorFacts['providers']> = [];
  const left = [...providers.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) facts[next[0]] = await reachProvider(next[1], clock);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return facts;
}

type Asked = Pick<ListenerFacts, 'name' | 'host' | 'port'>;

/** Whether a port can be had; where it cannot, whether it is one of ours that has it. */
async function lookAtPort({ name, host, port }: Asked): Promise<ListenerFacts> {
  const held = await bind(host, port);
  if (held !== 'other') return { name, host, port, held, running: null };
  const running = await askHealth(host, port);
  return { name, host, port, held: running ? 'ours' : 'other', running };
}

function bind(host: string, port: number): Promise<ListenerFacts['held']> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const known: Record<string, ListenerFacts['held']> = {
        EACCES: 'forbidden',
        EADDRNOTAVAIL: 'noAddress',
        ENOTFOUND: 'noAddress',
      };
      resolve(known[error.code ?? ''] ?? 'other');
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

const anyHosts: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

async function askHealth(host: string, port: number): Promise<ListenerFacts['running']> {
  const to = anyHosts[host] ?? host;
  const dispatcher = new Agent({ connect: { timeout: healthMs } });
  try {
    const url = `http://${to.includes(':') ? `[${to}]` : to}:${port}/readyz`;
    const { body } = await request(url, { dispatcher, headersTimeout: healthMs, bodyTimeout: healthMs });
    const said = (await body.json()) as { status?: unknown; storage?: { state?: unknown; problem?: unknown } } | null;
    if (typeof said?.status !== 'string' || typeof said.storage?.state !== 'string') return null;
    return { status: said.status, problem: typeof said.storage.problem === 'string' ? said.storage.problem : null };
  } catch {
    return null;
  } finally {
    await dispatcher.destroy();
  }
}
