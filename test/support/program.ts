import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTRPCClient, httpLink } from '@trpc/client';
import { onTestFinished } from 'vitest';
import type { AppRouter } from '../../server/control/router.ts';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import { createSimulator, type Simulator } from '../../server/simulator/simulator.ts';
import { realClock } from '../../server/world.ts';

/** The program as a person runs it: `node dist/server/recloser.cjs`, built by `npm test` before. */
export const main = new URL('../../dist/server/recloser.cjs', import.meta.url).pathname;
export const token = 'a-token-for-tests';
const inside = new URL('./inside.mjs', import.meta.url).href;
const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 30_000;

export interface Program {
  process: ChildProcess;
  gatewayUrl: string;
  /** Address of the dashboard as it was printed: without a token, a link that signs in once. */
  dashboard: string;
  control: ReturnType<typeof createTRPCClient<AppRouter>>;
  /** What it has written so far. */
  output(): string;
  circuit(provider: string): Promise<CircuitEntry>;
  /** Has a verb of `inside.mjs` done; only where it was started with `inside`. */
  inside<V extends keyof InsideVerbs>(verb: V, ask: InsideVerbs[V]['ask']): Promise<InsideVerbs[V]['answer']>;
  /** Sends a signal and waits for its end: the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** What a program holds on to after its garbage was collected. */
export interface Held {
  heapBytes: number;
  externalBytes: number;
  residentBytes: number;
  listeners: number;
  /** What keeps its event loop alive, by kind. */
  resources: Record<string, number>;
}

interface InsideVerbs {
  /** Ms that its wall clock is ahead of the machine's. */
  setClock: { ask: number; answer: null };
  endThread: { ask: 'writer' | 'reader'; answer: null };
  /** Opens files until the system gives it no more; how many that were. */
  takeFiles: { ask: null; answer: number };
  giveFilesBack: { ask: null; answer: null };
  held: { ask: null; answer: Held };
  /** Files of the packages that it has loaded. */
  loaded: { ask: null; answer: string[] };
}

export interface ProgramOptions {
  /** '' is none; left out, the one of tests. */
  token?: string;
  env?: Record<string, string>;
  /** Flags of Node. */
  node?: string[];
  /** Words before the command: a shell that sets a limit and then becomes the program, say. */
  before?: string[];
  /** Loads `inside.mjs` into it. */
  inside?: boolean;
}

/** A folder of the test's own, gone when it ends. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'recloser-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Simulated providers on the real clock. */
export async function realSimulator(names: string[]): Promise<Simulator> {
  const providers = names.map((name) => ({ name, model: `${name}-model` }));
  const simulator = createSimulator({ clock: realClock, random: () => 0.5, providers });
  await simulator.listen();
  onTestFinished(() => simulator.close());
  return simulator;
}

export interface ConfigOptions {
  simulator: Pick<Simulator, 'url'>;
  chain: string[];
  /** Default: a free one. Given, the program can be found again after a restart. */
  controlPort?: number;
  /** From the config's folder. */
  database?: string;
  /** More lines, at the top level. */
  more?: string;
  /** More keys of providers, by name. */
  providers?: Record<string, string>;
}

/** A config file for providers of the simulator, on free ports. */
export async function writeConfig(path: string, options: ConfigOptions): Promise<string> {
  const providers = options.chain.map(
    (name) =>
      `  ${name}: { baseUrl: "${options.simulator.url(name)}", apiKey: sk-${name}, model: ${name}-model${options.providers?.[name] ?? ''} }`,
  );
  const file = join(path, 'recloser.yaml');
  await writeFile(
    file,
    `gateway: { port: 0 }
control: { port: ${options.controlPort ?? 0} }
database: ${options.database ?? 'recloser.db'}
node: test
providers:
${providers.join('\n')}
chains:
  lucy: { providers: [${options.chain.join(', ')}], backoff: { initial: 10ms } }
${options.more ?? ''}
`,
  );
  return file;
}

/** Runs any command of the program to its end. */
export async function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, RECLOSER_TOKEN: '', ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code: Number(code), stdout, stderr };
}

/** Starts the program on a config and waits until it serves. Ended with the test. */
export async function startProgram(config: string, options: ProgramOptions = {}): Promise<Program> {
  const child = spawnProgram(config, options);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await until(() => output.includes('Ctrl-C stops it') || child.exitCode !== null);
  const gatewayUrl = /Gateway +(http:\S+)\/v1/.exec(output)?.[1];
  const dashboard = /Dashboard +(http:\S+)/.exec(output)?.[1];
  if (!gatewayUrl || !dashboard) throw new Error(`It did not start:\n${output}`);
  const headers = { authorization: `Bearer ${options.token ?? token}` };
  const control = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${new URL(dashboard).origin}/trpc`, headers })],
  });
  return {
    process: child,
    gatewayUrl,
    dashboard,
    control,
    output: () => output,
    async circuit(provider) {
      const { circuits } = await control.circuits.list.query();
      const entry = circuits.find((circuit) => circuit.provider === provider);
      if (!entry) throw new Error(`No circuit for ${provider}.`);
      return entry;
    },
    inside: (verb, ask) => askInside(child, verb, ask),
    async end(signal) {
      child.kill(signal);
      const [code, by] = await ended;
      return code ?? by;
    },
  };
}

function spawnProgram(config: string, options: ProgramOptions): ChildProcess {
  const flags = [...(options.node ?? []), ...(options.inside ? ['--import', inside] : [])];
  const [command = '', ...args] = [...(options.before ?? []), process.execPath, ...flags, main, 'start'];
  return spawn(command, [...args, '--config', config], {
    env: { ...process.env, RECLOSER_TOKEN: options.token ?? token, RECLOSER_LOG: 'warn', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.inside ? ['ipc' as const] : [])],
  });
}

let askedInside = 0;

async function askInside<V extends keyof InsideVerbs>(
  child: ChildProcess,
  verb: V,
  ask: InsideVerbs[V]['ask'],
): Promise<InsideVerbs[V]['answer']> {
  askedInside += 1;
  const id = askedInside;
  child.send({ id, verb, ask });
  for (;;) {
    const [reply] = (await once(child, 'message')) as [{ id: number; answer: InsideVerbs[V]['answer'] }];
    if (reply.id === id) return reply.answer;
  }
}

/** Asks again and again until the answer is yes, as a person who watches would. */
export async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await test())) {
    if (performance.now() > giveUpAt) throw new Error(`It did not come true within ${PATIENCE_MS} ms: ${test}`);
    await new Promise<void>((resolve) => realClock.after(LOOK_AGAIN_MS, resolve));
  }
}

let asked = 0;

/** One plain request, each with a body of its own. */
export async function ask(
  program: Program,
  more: object = {},
): Promise<{ status: number; trail: string; body: { error?: { code: string } }; headers: Headers }> {
  asked += 1;
  const response = await fetch(`${program.gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'lucy', messages: [{ role: 'user', content: `question ${asked}` }], ...more }),
  });
  const body = (await response.json()) as { error?: { code: string } };
  return {
    status: response.status,
    trail: response.headers.get('x-recloser-trail') ?? '',
    body,
    headers: response.headers,
  };
}
