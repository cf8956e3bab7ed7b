import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const startMs = 20_000;
const pollMs = 50;
const keptOutput = 4_000;

/** A process of its own, ended with the scope that holds it. */
export class Process implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  private said = '';

  /** `core`: the processor core it is kept on where the system can (`taskset`), or null for any. */
  constructor(args: string[], core: number | null) {
    const pinned = core !== null && canPin() ? ['taskset', '-c', String(core)] : [];
    const [command = process.execPath, ...rest] = [...pinned, process.execPath, ...args];
    // With a channel to us and this word, the program ends when we are gone.
    const env = { ...process.env, RECLOSER_WRAPPED: '1' };
    this.child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said = (this.said + text).slice(-keptOutput);
      });
    }
    this.pid = this.child.pid ?? 0;
  }

  /** The next message it sends; rejects with what it said when it ends instead. */
  async message<Message>(): Promise<Message> {
    const { signal, abort } = listening();
    const ended = once(this.child, 'exit', { signal }).then(([code]) => {
      throw new Error(`A process of the benchmark ended with exit code ${code}:\n${this.said}`);
    });
    const [message] = await Promise.race([once(this.child, 'message', { signal }), ended]).finally(abort);
    return message;
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

  /** Processor time it has used so far, all threads, in ms; null where the system does not say. */
  cpuMs(): number | null {
    try {
      const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
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

/** For listeners that go when one of them has heard. */
function listening(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
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

const ticksPerSecond = Number(printed('getconf', ['CLK_TCK']) ?? 100);
