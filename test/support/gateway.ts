import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Board } from '../../server/circuits/board.ts';
import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import type { Clock } from '../../server/core/clock.ts';
import type { RequestRecord } from '../../server/core/records.ts';
import type { ChainSettings, ProviderSettings, Settings } from '../../server/core/settings.ts';
import { createGateway, type Gateway, type GatewayDeps } from '../../server/gateway/listener.ts';
import { realClock } from '../../server/world.ts';
import { eventsOf } from './rawCall.ts';

const breaker: BreakerSettings = {
  failures: 5,
  timeouts: 3,
  rate: 0.5,
  calls: 10,
  windowMs: 60_000,
  openMs: 300_000,
  openMaxMs: 300_000,
  jitter: 0,
  probes: 1,
  successes: 1,
  probe: 'caller',
  recheckMs: null,
  rampMs: 0,
  suspect: 0,
};

/** A provider with the defaults of the config. */
export function providerAt(name: string, url: string, changes: ProviderChanges = {}): ProviderSettings {
  const { timeouts, breaker: breakerChanges, ...rest } = changes;
  return {
    name,
    baseUrl: url,
    dialect: 'openai',
    apiKey: `sk-secret-of-${name}`,
    model: `${name}-upstream`,
    price: { input: 1, cachedInput: 1, output: 2 },
    timeouts: {
      connectMs: 3_000,
      firstTokenMs: 10_000,
      perThousandTokensMs: 0,
      idleMs: 20_000,
      totalMs: 600_000,
      answerMs: 60_000,
      ...timeouts,
    },
    retries: 0,
    concurrency: 256,
    assemble: true,
    accepts: { images: true, tools: true, jsonSchema: true, contextTokens: null },
    systemPrompt: null,
    headers: {},
    drop: [],
    rename: {},
    set: {},
    prefill: null,
    standbyMs: null,
    breaker: { ...breaker, ...breakerChanges },
    ...rest,
  };
}

export type ProviderChanges = Partial<Omit<ProviderSettings, 'timeouts' | 'breaker'>> & {
  timeouts?: Partial<ProviderSettings['timeouts']>;
  breaker?: Partial<BreakerSettings>;
};

export interface GatewayOptions {
  /** By name, in the order of the chain `lucy`: where each is, and what is not as the default. */
  providers: Record<string, { url: string } & ProviderChanges>;
  chain?: Partial<ChainSettings>;
  settings?: Partial<Settings>;
  clock?: Clock;
  deps?: Partial<GatewayDeps>;
}

export interface RunningGateway {
  url: string;
  gateway: Gateway;
  board: Board;
  records: RequestRecord[];
  errors: unknown[];
  /** Permits given out and settled so far. */
  permits: { acquired: number; settled: number };
  /** Waits until so many requests have been recorded; the last of them. */
  recorded(count: number): Promise<RequestRecord>;
  /** Asks for an answer of `lucy` to "hi". */
  ask(body?: object, headers?: Record<string, string>): Promise<Answered>;
}

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** Body as JSON; a stream's is null. */
  json: AnswerJson;
  /** Events of a stream. */
  events: unknown[];
}

export interface AnswerJson {
  model?: string;
  choices?: { message?: { content?: string } }[];
  usage?: unknown;
  error?: {
    message: string;
    type: string;
    code: string | null;
    param: string | null;
    attempts?: { provider: string; outcome: string; status: number | null; ms: number }[];
  };
  [more: string]: unknown;
}

/** A gateway on a real port before real circuits, with a chain `lucy`. Without randomness, and released with the test. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const clock = options.clock ?? realClock;
  const settings = settingsOf(options);
  const board = new Board({
    node: 'a',
    providers: settings.providers,
    chains: settings.chains,
    clock,
    random: () => 0.5,
    restored: { circuits: [], lastSeq: 0 },
    onListenerError: () => {},
  });
  const records: RequestRecord[] = [];
  const errors: unknown[] = [];
  const waiters = new Set<() => void>();
  const counted = countPermits(board);
  let ids = 0;
  const gateway = createGateway({
    settings,
    board: counted.board,
    clock,
    random: () => 0.5,
    newId: () => `id-${++ids}`,
    log: { info: () => {}, warn: () => {}, error: (context) => void errors.push(context) },
    record: (request) => {
      records.push(request);
      for (const wake of [...waiters]) wake();
    },
    storageStatus: () => ({ state: 'ok', problem: null, since: 0 }),
    state: () => 'serving',
    ...options.deps,
  });
  await gateway.server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => gateway.server.close());
  const url = `http://127.0.0.1:${(gateway.server.server.address() as AddressInfo).port}`;
  return {
    url,
    gateway,
    board,
    records,
    errors,
    permits: counted.permits,
    recorded: (count) =>
      new Promise((resolve) => {
        const wake = () => {
          const record = records[count - 1];
          if (!record) return;
          waiters.delete(wake);
          resolve(record);
        };
        waiters.add(wake);
        wake();
      }),
    ask: (body = {}, headers = {}) => ask(url, body, headers),
  };
}

/** Polls from one turn of the event loop to the next: for what no event tells of. */
export async function until(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setImmediate(resolve));
}

function settingsOf({ providers, chain, settings }: GatewayOptions): Settings {
  const listener = { host: '127.0.0.1', port: 0, hosts: [], trustProxy: [] };
  const names = Object.keys(providers);
  return {
    gateway: listener,
    control: listener,
    signIn: { url: null, provider: null },
    database: ':memory:',
    environment: 'test',
    node: 'a',
    providers: Object.entries(providers).map(([name, { url, ...changes }]) => providerAt(name, url, changes)),
    chains: [
      {
        name: 'lucy',
        providers: names,
        backoff: { initialMs: 1, factor: 2, maxMs: 8_000, jitter: 'none' },
        deadlineMs: 120_000,
        rescue: [],
        hedge: 'off',
        ...chain,
      },
    ],
    limits: {
      bodyBytes: 1_000_000,
      bodiesBytes: 10_000_000,
      requests: 1_000,
      streams: 1_000,
      connections: 1_000,
      answersBytes: 1_000_000_000,
    },
    clients: [],
    retention: { requestsMs: 1, probesMs: 1, transitionsMs: 1, minutesMs: 1, auditMs: 1, incidentsMs: 1 },
    telemetry: null,
    shutdownDelayMs: 0,
    shutdownGraceMs: 1_000,
    alerts: [],
    drills: false,
    ...settings,
  };
}

/** A board that counts: every permit must be settled exactly once. */
function countPermits(board: Board): { board: GatewayDeps['board']; permits: RunningGateway['permits'] } {
  const permits = { acquired: 0, settled: 0 };
  return {
    permits,
    board: {
      acquire: (provider, options) => {
        const admission = board.acquire(provider, options);
        if (admission.permit) permits.acquired += 1;
        return admission;
      },
      acquireLast: (providers, options) => {
        const admission = board.acquireLast(providers, options);
        if (admission) permits.acquired += 1;
        return admission;
      },
      settle: (permit, settlement) => {
        permits.settled += 1;
        board.settle(permit, settlement);
      },
      answered: (permit) => board.answered(permit),
      heard: (permit, readings) => board.heard(permit, readings),
      look: (provider) => board.look(provider),
      retryAfterMs: (providers) => board.retryAfterMs(providers),
    },
  };
}

async function ask(url: string, body: object, headers: Record<string, string>): Promise<Answered> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'lucy', messages: [{ role: 'user', content: 'hi' }], ...body }),
  });
  const text = await response.text();
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isStream ? {} : (JSON.parse(text) as AnswerJson),
    events: isStream ? eventsOf(text) : [],
  };
}
