import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const startMs = 20_000;
const pollMs = 50;
const keptOutput = 4_000;

/** Processor time: of the main thread, which answers callers, and of all threads. */
export interface Cpu {
  mainMs: number;
  allMs: number;
}

/** A process of its own, ended with the scope that holds it. */
export class Process implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  private said = '';

  /** `core`: the processor core it is kept on where the system can (`taskset`), or null for any. */
  constructor(args: string[], core: number | null, variables: Record<string, string> = {}) {
    const pinned = core !== null && canPin() ? ['taskset', '-c', String(core)] : [];
    const [command = process.execPath, ...rest] = [...pinned, process.execPath, ...args];
    // With a channel to us and this word, the program ends when we are gone.
    const env = { ...process.env, RECLOSER_WRAPPED: '1', ...variables };
    this.child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said = (this.said + text).slice(-keptOutput);
      });
    }
    this.pid = this.child.pid ?? 0;
  }

  /** The next message it sends; rejects with what it said when it ends instead. */
  message<Message>(): Promise<Message> {
    return this.until((message: Message) => message);
  }

  /** Gives each message to `take`, until that makes something of one; rejects with what it said when it ends instead. */
  until<Message, Result>(take: (message: Message) => Result | undefined): Promise<Result> {
    return new Promise((resolve, reject) => {
      const off = () => void this.child.off('message', hear).off('exit', ended);
      const hear = (message: unknown) => {
        const result = take(message as Message);
        if (result === undefined) return;
        off();
        resolve(result);
      };
      const ended = (code: number | null) => {
        off();
        reject(new Error(`A process of the benchmark ended with exit code ${code}:\n${this.said}`));
      };
      this.child.on('message', hear).on('exit', ended);
    });
  }

  /** Resolves when it has done its work; rejects with what it said when it ended in any other way. */
  async ended(): Promise<void> {
    const [code] = await once(this.child, 'exit');
    if (code !== 0) throw new Error(`A process of the benchmark ended with exit code ${code}:\n${this.said}`);
  }

  /** Resolves when `GET url` is answered with 200. */
  async ready(url: string): Promise<void> {
    for (const giveUpAt = Date.now() + startMs; Date.now() < giveUpAt && this.child.exitCode === null; ) {
      const answer = await fetch(url).catch(() => null);
      if (answer?.status === 200) return;
      await pause(pollMs);
    }
    throw new Error(`${url} did not come up:\n${this.said}`);
  }

  /** Processor time it has used so far, in ms; null where the system does not say. */
  cpu(): Cpu | null {
    try {
      const threads = readdirSync(`/proc/${this.pid}/task`);
      const times = threads.map((thread) => [thread, onCpuMs(`/proc/${this.pid}/task/${thread}`)] as const);
      const main = times.find(([thread]) => thread === String(this.pid))?.[1] ?? 0;
      return { mainMs: main, allMs: times.reduce((sum, [, ms]) => sum + ms, 0) };
    } catch {
      return null;
    }
  }

  /** Memory it keeps resident, in MB; null where the system does not say. */
  residentMb(): number | null {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
    } catch {
      return null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  }
}

/** Starts one of our own scripts, which tells the port it listens on. */
export async function startServer(script: string, args: string[], core: number | null): Promise<[Process, number]> {
  const server = new Process(scriptArgs(script, args), core);
  const { port } = await server.message<{ port: number }>();
  return [server, port];
}

export function scriptArgs(script: string, args: string[] = []): string[] {
  return ['--import', 'tsx', fileURLToPath(new URL(script, import.meta.url)), ...args];
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether processes can be kept on a core: with one core there is nothing to choose. */
export function canPin(): boolean {
  return cpus().length > 1 && printed('taskset', ['-V']) !== null;
}

/** What a program prints, or null where there is no such program. */
export function printed(command: string, args: string[]): string | null {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** Of one thread; the kernel tells it in ns. */
function onCpuMs(folder: string): number {
  return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}
