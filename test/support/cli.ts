import { type CliWorld, runCli, type StartOptions } from '../../server/cli.ts';

/** What a command line wrote and how it ended. */
export interface Ran {
  exitCode: number;
  out: string;
  err: string;
}

/** Runs one command line as `main` would, with nothing of this process's own. */
export async function run(argv: string[], world: Partial<CliWorld> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runCli({
    argv,
    env: {},
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    isTTY: false,
    columns: 100,
    version: '0.1.0',
    wait: untilAborted,
    signal: new AbortController().signal,
    start: async (_options: StartOptions) => 0,
    ...world,
  });
  return { exitCode, out: out.join(''), err: err.join('') };
}

/** No time passes: a wait ends when it is called off. */
export function untilAborted(_ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
