import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError } from '@trpc/client';
import type { Command } from 'commander';
import { Agent, fetch } from 'undici';
import { adminTokenOf } from '../config/load.ts';
import type { AppRouter } from '../control/router.ts';
import { CliError, type CliWorld, type ExitCode } from './world.ts';

const defaultUrl = 'http://127.0.0.1:4401';
/** How long an answer is waited for; a probe waits for a provider. */
const callMs = 30_000;

/** What every command of the control plane takes. */
export interface ClientOptions {
  url?: string;
  token?: string;
  json?: boolean;
}

export function withClientOptions(command: Command): Command {
  return command
    .option('--url <url>', `the control listener (or RECLOSER_URL; ${defaultUrl})`)
    .option('--token <token>', 'the token (better in RECLOSER_TOKEN: others see command lines)')
    .option('--json', 'print data');
}

export type Client = TRPCClient<AppRouter>;

/** Runs `use` with a client of the control plane. What is refused is thrown as `CliError`, with what to do. */
export async function withClient<Result>(
  world: CliWorld,
  options: ClientOptions,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const url = controlUrl(world, options);
  const token = options.token ?? adminTokenOf(world.env);
  const agent = new Agent();
  const client = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${url}/trpc`,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        fetch: (address, init) =>
          timedFetch(
            { world, agent },
            {
              url: String(address),
              method: init?.method ?? 'GET',
              headers: { ...(init?.headers as Record<string, string> | undefined) }, // a plain object, by this link
              body: typeof init?.body === 'string' ? init.body : null,
            },
          ),
      }),
    ],
  });
  try {
    return await use(client);
  } catch (error) {
    if (world.signal.aborted) throw new CliError(1, 'Ended before an answer came.', { cause: error });
    throw error instanceof TRPCClientError ? refusal(error, url) : error;
  } finally {
    await agent.close();
  }
}

/** True: the control plane itself refused; asking again will not help. */
export function wasAnswered(error: unknown): boolean {
  return error instanceof TRPCClientError && Boolean(error.data);
}

/** Where the control listener is, without a path: one may be pasted from the dashboard. Throws `CliError`. */
export function controlUrl(world: CliWorld, options: ClientOptions): string {
  const text = options.url ?? (world.env.RECLOSER_URL || defaultUrl);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url.origin;
  throw new CliError(2, `"${text}" is no address: give one as in ${defaultUrl}, with --url or RECLOSER_URL.`);
}

interface Call {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
}

/** One call, given up after `callMs`. */
async function timedFetch({ world, agent }: { world: CliWorld; agent: Agent }, { url, ...call }: Call) {
  const late = new AbortController();
  const done = new AbortController();
  void world.wait(callMs, done.signal).then(() => late.abort());
  try {
    const signal = AbortSignal.any([late.signal, world.signal]);
    const response = await fetch(url, { ...call, signal, dispatcher: agent });
    const text = await response.text();
    return { status: response.status, ok: response.ok, json: async (): Promise<unknown> => JSON.parse(text) };
  } finally {
    done.abort();
  }
}

/** Wrong use is 2; everything else that did not happen is 1. */
function refusal(error: TRPCClientError<AppRouter>, url: string): CliError {
  const { data } = error;
  if (data) {
    const exitCode: ExitCode = data.code === 'BAD_REQUEST' ? 2 : 1;
    return new CliError(exitCode, error.message, { cause: error });
  }
  const { cause } = error;
  if (cause instanceof SyntaxError || error.meta?.response) {
    const sentence = `What answers at ${url} is not the control listener of Recloser (by default it has port 4401, and the gateway 4400).`;
    return new CliError(1, sentence, { cause: error });
  }
  if (cause?.name === 'AbortError') {
    return new CliError(1, `${url} did not answer within ${callMs / 1_000} s.`, { cause: error });
  }
  const sentence = `Nothing answers at ${url}. Is Recloser running? Start it with "npm start", or say where it is with --url or RECLOSER_URL.`;
  return new CliError(1, sentence, { cause: error });
}
