import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import type { ProviderSettings } from '../core/settings.ts';

/** Our own connect clock rules; undici's comes this much later and only cleans up sockets that nobody waits for. */
const CONNECT_SPARE_MS = 1_000;
/** Connections beyond `concurrency`: pings, and attempts given up whose connection is still being opened or closed. */
const SPARE_CONNECTIONS = 64;
/** Largest head of a provider's answer. */
const HEAD_BYTES = 32 * 1_024;

interface Route {
  readonly pool: Pool;
  readonly path: string;
  readonly headers: Record<string, string>;
}

/** The connections to the providers: one pool each, kept alive between calls. */
export class Upstream {
  private readonly routes = new Map<string, Route>();

  constructor(providers: readonly ProviderSettings[]) {
    for (const provider of providers) this.routes.set(provider.name, openRoute(provider));
  }

  /** Posts a chat request to a provider. What happens is told to `handler`; a provider that is not known is, too. */
  post(provider: string, body: string, handler: Dispatcher.DispatchHandler): void {
    const route = this.routes.get(provider);
    if (!route) throw new Error(`no provider is called "${provider}"`);
    route.pool.dispatch({ path: route.path, method: 'POST', headers: route.headers, body }, handler);
  }

  /** Closes every connection at once; calls still out end with an error. */
  async close(): Promise<void> {
    await Promise.all([...this.routes.values()].map((route) => route.pool.destroy()));
  }
}

function openRoute(provider: ProviderSettings): Route {
  const url = new URL(provider.baseUrl);
  const path = `${url.pathname.replace(/\/$/, '')}/chat/completions${url.search}`;
  const pool = new Pool(url.origin, {
    connections: provider.concurrency + SPARE_CONNECTIONS,
    pipelining: 1,
    connectTimeout: provider.timeouts.connectMs + CONNECT_SPARE_MS,
    // The attempt's clocks rule; undici's would charge a provider for time that we paused it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: HEAD_BYTES,
  });
  return { pool, path, headers: headersOf(provider) };
}

/** The caller's own headers never go on: they hold the key of a client of ours. */
function headersOf(provider: ProviderSettings): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
    'accept-encoding': 'identity',
  };
  if (provider.apiKey !== null) headers.authorization = `Bearer ${provider.apiKey}`;
  for (const [name, value] of Object.entries(provider.headers)) headers[name.toLowerCase()] = value;
  return headers;
}

/** Headers of an answer with one text each. */
export function flatHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** The code of a network error; its message may name addresses that are nobody's business. */
export function networkWord(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown error';
}
