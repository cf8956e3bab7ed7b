import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import type { Clock } from '../core/clock.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { guardedLookup, type Lookup } from './guardedLookup.ts';
import { joinedLookup } from './joinedLookup.ts';
import { openPool, Post } from './line.ts';
import { LINGERING_CONNECTIONS, Lingering } from './lingering.ts';

/** Our own connect clock rules; undici's comes this much later and only cleans up sockets that nobody waits for. */
const CONNECT_SPARE_MS = 1_000;
/** Connections beyond `concurrency`: those that linger, pings, and attempts given up whose connection is still being opened or closed. */
const SPARE_CONNECTIONS = LINGERING_CONNECTIONS + 64;
/** Largest head of a provider's answer. */
const HEAD_BYTES = 32 * 1_024;

/** Connections to the simulator, for drills. */
const DRILL_CONNECTIONS = 256;
const DRILL_CONNECT_MS = 1_000;
/** Tells the simulator what to do with a call. */
const FAULT_HEADER = 'x-simulator-fault';

export interface UpstreamOptions {
  clock: Clock;
  /** Base address of the simulator that plays the faults of drills, or null: there are no drills. */
  drillUrl: string | null;
  /** How names are resolved, if not by the system. */
  resolve?: Lookup | undefined;
  /** Those of the config until now: whoever is reached as before keeps its connections. */
  before?: Upstream | undefined;
}

/** Where a call goes: to the provider's own address, if nothing else is said. */
export interface Destination {
  provider: string;
  /** Fault to be played by the simulator instead, by name. */
  drill?: string | null;
  /** Another address of the provider, out of its config. */
  baseUrl?: string | null;
  /** Sent over those of the provider. */
  headers?: Record<string, string> | null;
}

/** The connections to the providers: one pool each, kept alive between calls. */
export class Upstream {
  private readonly routes = new Map<string, Route>();
  /** Further addresses of a provider, as its config names them (`prefill.baseUrl`): no more than the config has. */
  private readonly others = new Map<string, Route>();
  private readonly providers: ReadonlyMap<string, ProviderSettings>;
  private readonly lingering: ReadonlyMap<string, Lingering>;
  private readonly clock: Clock;
  private readonly drills: Route | null;
  private readonly lookup: Lookup;
  private readonly unguarded: Lookup;

  constructor(providers: readonly ProviderSettings[], { clock, drillUrl, resolve, before }: UpstreamOptions) {
    this.clock = clock;
    this.unguarded = joinedLookup(resolve);
    this.lookup = guardedLookup(this.unguarded);
    this.providers = new Map(providers.map((provider) => [provider.name, provider]));
    this.lingering = new Map(providers.map(({ name }) => [name, before?.lingering.get(name) ?? new Lingering(clock)]));
    for (const provider of providers) {
      const known = before?.routes.get(provider.name);
      const same = known !== undefined && known.reach === reachOf(provider, provider.baseUrl);
      this.routes.set(provider.name, same ? known : this.routeTo(provider, provider.baseUrl));
    }
    this.drills = before ? before.drills : drillUrl === null ? null : drillRoute(drillUrl);
  }

  /** Posts a chat request to a provider. What happens is told to `handler`. Throws for a provider that is not known. */
  post(to: Destination, body: string, handler: Dispatcher.DispatchHandler): void {
    if (to.drill) {
      this.postDrill(to.drill, body, handler);
      return;
    }
    const route = to.baseUrl ? this.otherRoute(to.provider, to.baseUrl) : this.routes.get(to.provider);
    if (!route) throw new Error(`no provider is called "${to.provider}"`);
    route.post(
      this.clock,
      { body, headers: to.headers ? { ...route.headers, ...to.headers } : route.headers },
      handler,
    );
  }

  /** The answer of a provider is whole before its body is: it has a moment to end, or `close` is called. To be told of its end. */
  linger(provider: string, close: () => void): () => void {
    return this.lingering.get(provider)?.wait(close) ?? (() => {});
  }

  /** Closes every connection at once; calls still out end with an error. */
  async close(): Promise<void> {
    await Promise.all(this.allRoutes().map((route) => route.close()));
  }

  /** Nobody goes by this config any more: connections that none of the others has are closed once they are free. */
  retire(others: readonly Upstream[]): void {
    const kept = new Set(others.flatMap((other) => other.allRoutes()));
    for (const route of this.allRoutes()) if (!kept.has(route)) route.retire();
  }

  private allRoutes(): Route[] {
    return [...this.routes.values(), ...this.others.values(), ...(this.drills ? [this.drills] : [])];
  }

  private otherRoute(name: string, baseUrl: string): Route | undefined {
    const provider = this.providers.get(name);
    const key = `${name} ${baseUrl}`;
    const route = this.others.get(key) ?? (provider && this.routeTo(provider, baseUrl));
    if (route) this.others.set(key, route);
    return route;
  }

  private routeTo(provider: ProviderSettings, baseUrl: string): Route {
    const lookup = provider.allowLinkLocal === true ? this.unguarded : this.lookup;
    const made = { headers: headersOf(provider), reach: reachOf(provider, baseUrl) };
    return new Route(baseUrl, made, { ...boundsOf(provider), lookup });
  }

  /** No key and no header of a provider goes to the simulator. */
  private postDrill(fault: string, body: string, handler: Dispatcher.DispatchHandler): void {
    // An open port cannot refuse: the simulator has nothing for it.
    if (fault.split('/')[0] === 'refuse') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    if (!this.drills) throw new Error('there are no drills');
    this.drills.post(this.clock, { body, headers: { ...plainHeaders, [FAULT_HEADER]: fault } }, handler);
  }
}

function drillRoute(url: string): Route {
  const bounds = { connections: DRILL_CONNECTIONS, connectMs: DRILL_CONNECT_MS, lookup: null };
  return new Route(url, { headers: plainHeaders, reach: url }, bounds);
}

function boundsOf({ concurrency, timeouts }: ProviderSettings): Omit<RouteBounds, 'lookup'> {
  return { connections: concurrency + SPARE_CONNECTIONS, connectMs: timeouts.connectMs };
}

/** What a provider's connections are made by: while it is the same, so may they be. */
function reachOf(provider: ProviderSettings, baseUrl: string): string {
  return JSON.stringify([baseUrl, headersOf(provider), boundsOf(provider), provider.allowLinkLocal === true]);
}

interface RouteBounds {
  connections: number;
  connectMs: number;
  /** Null: the system's own. */
  lookup: Lookup | null;
}

/** Where one provider is. */
class Route {
  readonly headers: Record<string, string>;
  readonly reach: string;
  private readonly origin: string;
  private readonly path: string;
  private readonly options: Pool.Options;
  private readonly pool: Pool;
  private freshPool: Pool | null = null;

  constructor(baseUrl: string, { headers, reach }: Pick<Route, 'headers' | 'reach'>, limits: RouteBounds) {
    const url = new URL(baseUrl);
    this.origin = url.origin;
    this.path = `${url.pathname.replace(/\/$/, '')}/chat/completions${url.search}`;
    this.headers = headers;
    this.reach = reach;
    this.options = {
      connections: limits.connections,
      pipelining: 1,
      connectTimeout: limits.connectMs + CONNECT_SPARE_MS,
      ...(limits.lookup && { connect: { lookup: limits.lookup } }),
      // The attempt's clocks rule; undici's would charge a provider for time that we paused it.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: HEAD_BYTES,
    };
    this.pool = openPool(this.origin, this.options);
  }

  post(
    clock: Clock,
    sent: { body: string; headers: Record<string, string> },
    handler: Dispatcher.DispatchHandler,
  ): void {
    const tools = { pool: this.pool, fresh: () => this.fresh(), clock };
    new Post(tools, { path: this.path, body: sent.body, headers: sent.headers }, handler).send();
  }

  /** Takes nothing new, and closes when what is out (a ping) is over. */
  retire(): void {
    // A provider that never ends it is cut off by the clocks of the call itself.
    void Promise.all([this.pool.close(), this.freshPool?.close()]).catch(() => {});
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.freshPool?.destroy()]);
  }

  /** Without pipelining undici closes each connection after its request. */
  private fresh(): Pool {
    this.freshPool ??= new Pool(this.origin, { ...this.options, pipelining: 0 });
    return this.freshPool;
  }
}

const plainHeaders: Record<string, string> = {
  'content-type': 'application/json',
  accept: 'text/event-stream, application/json',
  'accept-encoding': 'identity',
};

/** The caller's own headers never go on: they hold the key of a client of ours. */
export function headersOf(provider: ProviderSettings): Record<string, string> {
  const headers = { ...plainHeaders };
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
