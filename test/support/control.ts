import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import type { Access, Storage } from '../../db/storage.ts';
import { Board } from '../../server/circuits/board.ts';
import type { AboutProgram } from '../../server/control/about.ts';
import { createControl } from '../../server/control/listener.ts';
import type { LiveSource } from '../../server/control/live.ts';
import { Lockouts } from '../../server/control/lockouts.ts';
import type { OverviewSource } from '../../server/control/overview.ts';
import { createRouter } from '../../server/control/router.ts';
import { Sessions } from '../../server/control/session.ts';
import type { ProviderBook } from '../../server/core/book.ts';
import type { BreakerSettings, CircuitEvent } from '../../server/core/circuit/types.ts';
import type { Telling } from '../../server/core/incidents/types.ts';
import type { AuditRecord, SessionRecord } from '../../server/core/records.ts';
import type { Role } from '../../server/core/roles.ts';
import type { ChainSettings, ProviderSettings, SignInSettings } from '../../server/core/settings.ts';
import { Meter } from '../../server/journal/meter.ts';
import { Overviews } from '../../server/journal/overview.ts';
import { AccessBook } from '../../server/operations/access/book.ts';
import { type ConfigSource, noConfig } from '../../server/operations/config.ts';
import { Refusals } from '../../server/operations/note.ts';
import type { Journal, Operations } from '../../server/operations/operations.ts';
import { FakeClock } from './fakeClock.ts';
import { MemoryStorage } from './memoryStorage.ts';

export const testToken = 'a-token-for-tests';
const names = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];

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
  rampMs: 30_000,
  suspect: 0,
};

function provider(name: string): ProviderSettings {
  const timeouts = {
    connectMs: 3_000,
    firstTokenMs: 10_000,
    perThousandTokensMs: 250,
    idleMs: 20_000,
    totalMs: 600_000,
    answerMs: 60_000,
  };
  return {
    name,
    baseUrl: 'http://127.0.0.1:9/v1',
    dialect: 'openai',
    apiKey: null,
    model: name,
    price: null,
    timeouts,
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
    breaker,
  };
}

const backoff = { initialMs: 250, factor: 2, maxMs: 8_000, jitter: 'equal' } as const;

const lucy: ChainSettings = { name: 'lucy', providers: names, backoff, deadlineMs: 120_000, rescue: [], hedge: 'off' };

/** What the config says of the providers here. */
export const bookOfTests: ProviderBook = { providers: names.map(provider), chains: [lucy], effective: {} };

/** A real board of three healthy providers that one chain, `lucy`, goes through. */
export function testBoard(clock: FakeClock, ghosts: Record<string, Partial<BreakerSettings>> = {}): Board {
  const beside = Object.entries(ghosts).map(([name, keys]) => ({ name, breaker: { ...breaker, ...keys } }));
  return new Board({
    node: 'a',
    providers: names.map((name) => ({ ...provider(name), ghosts: beside })),
    chains: [lucy],
    clock,
    random: () => 0.5,
    restored: { circuits: [], lastSeq: 0 },
    onListenerError: (error) => {
      throw error;
    },
  });
}

/** Lets a provider fail until its circuit opens. */
export function breakProvider(board: Board, name: string): void {
  for (let call = 0; call < breaker.failures; call += 1) {
    const admission = board.acquire(name, { leaseMs: 10_000, onEvacuate: () => {} });
    if (!('permit' in admission)) throw new Error(`${name} is open already`);
    board.settle(admission.permit, { result: 'failure', timeout: false, ambiguous: null, attempt: `r/${call}` });
  }
}

export interface Logged {
  level: 'info' | 'warn' | 'error';
  context: object;
  sentence: string;
}

/** What verbs work on, with everything they did in plain sight. */
export function testOperations() {
  const clock = new FakeClock();
  const storage = new MemoryStorage();
  const audit: AuditRecord[] = [];
  const logged: Logged[] = [];
  let ids = 0;
  const board = testBoard(clock);
  const recheck: Operations['recheck'] = {
    probeNow: async () => ({ ok: true, word: 'ok', status: 200, ms: 12, costNanoUsd: 30 }),
  };
  const log = {
    info: (context: object, sentence: string) => void logged.push({ level: 'info', context, sentence }),
    warn: (context: object, sentence: string) => void logged.push({ level: 'warn', context, sentence }),
    error: (context: object, sentence: string) => void logged.push({ level: 'error', context, sentence }),
  };
  const newId = () => `id-${++ids}`;
  const transitions: CircuitEvent[] = [];
  const journal = {
    audit: (row: AuditRecord) => void audit.push(row),
    transition: (event: CircuitEvent) => void transitions.push(event),
  };
  const book = new AccessBook({ tokens: [], people: [] });
  const sessions = new Sessions({ storage, clock, log, restored: [] });
  const refusals = new Refusals(clock);
  const asking = new Set<string>();
  const lockouts = new Lockouts(clock);
  const access = { book, sessions, refusals, lockouts };
  const operations = { board, recheck, storage, clock, newId, log, journal, asking, ...access };
  return { operations, board, clock, storage, audit, transitions, logged };
}

const quiet: LiveSource = {
  async *subscribe(_lastEventId, signal) {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  },
};

export interface ControlOptions {
  token?: string | null;
  live?: LiveSource;
  webRoot?: string | null;
  state?: () => 'starting' | 'serving' | 'draining';
  recheck?: Operations['recheck'];
  /** In place of arrays. */
  storage?: Storage;
  journal?: Journal;
  board?: Board;
  overviews?: OverviewSource;
  about?: AboutProgram;
  sessions?: SessionRecord[];
  access?: Access;
  signIn?: SignInSettings;
  telling?: () => Telling;
  trustProxy?: string[];
  config?: ConfigSource;
}

/** Overviews of a program that has had no request. */
export function nothingYet(board: Board, clock: FakeClock): Overviews {
  const parts = { chains: [lucy], providers: names.map(provider), clock };
  return new Overviews({ ...parts, meter: new Meter(parts), circuits: () => board.list(), demo: null });
}

export const aboutTests: AboutProgram = {
  version: '0.1.0',
  environment: 'test',
  node: 'a',
  now: 1_760_000_000_000,
  startedAt: 1_760_000_000_000,
  timeZone: 'UTC',
  gatewayUrl: 'http://127.0.0.1:4400',
  chains: ['lucy'],
  demo: false,
  curl: 'curl http://127.0.0.1:4400',
};

/** A control listener on a real port, over a real board. `await using` closes it. */
export async function startControl(options: ControlOptions = {}) {
  const world = testOperations();
  const { operations } = world;
  const board = options.board ?? world.board;
  const control = createControl({
    ...operations,
    recheck: options.recheck ?? operations.recheck,
    storage: options.storage ?? operations.storage,
    board,
    settings: {
      control: { host: '127.0.0.1', port: 0, hosts: [], trustProxy: options.trustProxy ?? [] },
      signIn: options.signIn ?? { url: null, provider: null },
      ...settingsOfTests,
    },
    recorder: options.journal ?? operations.journal,
    live: options.live ?? quiet,
    book: bookOfTests,
    overviews: options.overviews ?? nothingYet(board, operations.clock),
    about: () => options.about ?? aboutTests,
    metrics: async () => ({ contentType: 'text/plain', text: 'up 1\n' }),
    sessions: options.sessions ?? [],
    access: options.access ?? { tokens: [], people: [] },
    token: options.token === undefined ? testToken : options.token,
    webRoot: options.webRoot ?? null,
    version: '0.1.0',
    state: options.state ?? (() => 'serving'),
    ...(options.telling ? { telling: options.telling } : {}),
    config: options.config ?? noConfig,
  });
  await control.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = control.server.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return { ...world, ...control, board, url, port, [Symbol.asyncDispose]: () => control.server.close() };
}

/** One tRPC call as a program makes it: what came back as JSON, and the status. */
export async function call(
  control: { url: string },
  path: string,
  options: { input?: unknown; post?: boolean; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: TrpcBody }> {
  const { input, post = false, headers = { authorization: `Bearer ${testToken}` } } = options;
  const query = !post && input !== undefined ? `?input=${encodeURIComponent(JSON.stringify(input))}` : '';
  const response = await fetch(`${control.url}/trpc/${path}${query}`, {
    ...(post ? { method: 'POST', body: JSON.stringify(input ?? {}) } : {}),
    headers: post ? { 'content-type': 'application/json', ...headers } : headers,
  });
  const text = await response.text();
  const streamed = /^event: serialized-error\ndata: (.*)$/m.exec(text)?.[1];
  return { status: response.status, body: streamed ? { error: JSON.parse(streamed) } : JSON.parse(text) };
}

export interface TrpcBody {
  result?: { data: Record<string, unknown> };
  error?: { message: string; data: { code: string; httpStatus: number; entry: Record<string, unknown> | null } };
}

const dayMs = 86_400_000;
/** What the procedures read of the config. */
export const settingsOfTests = {
  database: '/var/lib/recloser/recloser.db',
  retention: {
    ...{ requestsMs: 14 * dayMs, probesMs: dayMs, transitionsMs: dayMs, minutesMs: dayMs },
    ...{ auditMs: dayMs, incidentsMs: dayMs },
  },
};

export interface Procedure {
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  role: Role;
  /** Of what it takes; null: of nothing. */
  input: z.ZodType | null;
}

/** Every procedure there is, with the role it names. */
export const procedures = listProcedures();

function listProcedures(): Procedure[] {
  const { operations, storage, board, clock } = testOperations();
  const parts = { overviews: nothingYet(board, clock), about: () => aboutTests, book: bookOfTests };
  const settings = settingsOfTests;
  const router = createRouter({ operations, storage, live: quiet, settings, ...parts });
  // tRPC keeps procedures by their whole path, and types them as a tree.
  const flat = { ...router._def.procedures } as unknown as Record<
    string,
    { _def: { type: Procedure['type']; meta: { role: Role }; inputs: z.ZodType[] } }
  >;
  return Object.entries(flat).map(([path, { _def }]) => ({
    path,
    type: _def.type,
    role: _def.meta.role,
    input: _def.inputs[0] ?? null,
  }));
}
