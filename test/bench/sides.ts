import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Side } from './measure.ts';
import { madeUpConfig } from './pages.ts';
import { freePorts, Process, scriptArgs } from './processes.ts';

/** Who is measured, each as a process of its own. */

const main = fileURLToPath(new URL('../../dist/server/recloser.cjs', import.meta.url));
const path = '/v1/chat/completions';
const token = 'bench-token-of-the-control-plane';

/** What a side is put before and where it runs. */
export interface Bed {
  /** Address of the provider. */
  provider: string;
  /** The core that what is measured has to itself. */
  core: number;
  /** Flags of Node, for a profile. */
  flags: string[];
}

/** A side with the process it lives in, which ends with the scope that holds it. */
export interface Hosted extends AsyncDisposable {
  process: Process;
  side: Side;
}

export interface HostedRecloser extends Hosted {
  /** The same process, asked for another chain. */
  chain(name: string, sideName: string): Side;
  control: { origin: string; headers: Record<string, string> };
}

/** The provider itself, asked without anything before it. */
export function direct(provider: string): Side {
  return { name: 'provider', process: null, origin: provider, path, headers: {}, model: 'bench-model' };
}

export async function startProxy(bed: Bed): Promise<Hosted> {
  const process_ = new Process([...bed.flags, ...scriptArgs('proxy.ts', [bed.provider])], bed.core);
  const { port } = await process_.message<{ port: number }>();
  const origin = `http://127.0.0.1:${port}`;
  const side: Side = { name: 'proxy', process: process_, origin, path, headers: {}, model: 'bench' };
  return { process: process_, side, [Symbol.asyncDispose]: () => process_[Symbol.asyncDispose]() };
}

/**
 * Recloser as a person runs it: built, with its database on disk and everything on. `database`: a made-up record to go on
 * with, by an absolute path.
 */
export async function startRecloser(bed: Bed, database: string | null = null): Promise<HostedRecloser> {
  const folder = mkdtempSync(join(tmpdir(), 'recloser-bench-'));
  const [gatewayPort = 0, controlPort = 0] = await freePorts(2);
  const file = join(folder, 'recloser.yaml');
  const ports = { gateway: gatewayPort, control: controlPort };
  writeFileSync(file, config(bed.provider, ports, database));
  const process_ = new Process([...bed.flags, main, 'start', '--config', file], bed.core, { RECLOSER_TOKEN: token });
  const dispose = async () => {
    await process_[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  const origin = `http://127.0.0.1:${gatewayPort}`;
  await process_.ready(`${origin}/readyz`).catch(async (error: Error) => {
    await dispose();
    throw error;
  });
  const chain = (model: string, name: string): Side => ({ name, process: process_, origin, path, headers: {}, model });
  return {
    process: process_,
    side: chain('plain', 'recloser'),
    chain,
    control: { origin: `http://127.0.0.1:${controlPort}`, headers: { authorization: `Bearer ${token}` } },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Everything is as it comes, but for the thresholds that keep a case what it is. */
function config(provider: string, ports: { gateway: number; control: number }, database: string | null): string {
  const well = { baseUrl: `${provider}/v1`, apiKey: 'bench', model: 'bench-model', price: { input: 1, output: 1 } };
  const broken = { ...well, baseUrl: `${provider}/failing/v1`, assemble: false };
  const concurrency = 1_000;
  const ofRecord = database === null ? { providers: {}, chains: {} } : madeUpConfig();
  return JSON.stringify({
    gateway: { port: ports.gateway },
    control: { port: ports.control },
    database: database ?? './recloser.db',
    providers: {
      ...ofRecord.providers,
      asked: { ...well, assemble: false, concurrency },
      streamed: { ...well, concurrency },
      // Its first failure opens it, and it stays open.
      open: { ...broken, breaker: { failures: 1, open: '1h' } },
      // It fails, and is asked again each time.
      failing: { ...broken, breaker: { failures: 10_000, timeouts: 10_000, rate: 1, calls: 100_000, window: '1ms' } },
    },
    chains: {
      ...ofRecord.chains,
      plain: { providers: ['asked'] },
      assembled: { providers: ['streamed'] },
      open: { providers: ['open', 'asked'] },
      failing: { providers: ['failing', 'asked'], backoff: { initial: '0s', max: '0s' } },
    },
  });
}
