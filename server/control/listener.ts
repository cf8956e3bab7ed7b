import fastifyCookie from '@fastify/cookie';
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { Access, Storage } from '../../db/storage.ts';
import type { ProviderBook } from '../core/book.ts';
import type { Clock } from '../core/clock.ts';
import { Guesses } from '../core/guesses.ts';
import type { Telling } from '../core/incidents/types.ts';
import type { Log } from '../core/log.ts';
import type { SessionRecord } from '../core/records.ts';
import type { RetentionSettings } from '../core/retention.ts';
import type { ListenerSettings, SignInSettings } from '../core/settings.ts';
import type { AccessOperations } from '../operations/access/access.ts';
import { AccessBook } from '../operations/access/book.ts';
import type { AlertSource } from '../operations/alerts.ts';
import type { ConfigSource } from '../operations/config.ts';
import { noteForbidden, noteStranger, Refusals } from '../operations/note.ts';
import type { Circuits, Journal, Recheck } from '../operations/operations.ts';
import type { AboutProgram } from './about.ts';
import { AdminToken } from './adminToken.ts';
import { endSessionsOfOthers, type Keys, strangerStatus } from './authenticate.ts';
import { SignInCodes } from './codes.ts';
import { boundConnections } from './connections.ts';
import { cookieName } from './cookies.ts';
import { guard, maxPathCharacters, sendUnreadable } from './doors.ts';
import { isUnknown } from './errors.ts';
import { healthRoutes, metricsRoute } from './health.ts';
import type { LiveSource } from './live.ts';
import { Lockouts } from './lockouts.ts';
import type { OverviewSource } from './overview.ts';
import { pageRoutes } from './pages.ts';
import { restApi } from './rest/rest.ts';
import { guardRoutes, identityOf, withRole } from './roleOfRoutes.ts';
import type { AppRouter } from './router.ts';
import { createRouter } from './router.ts';
import { Sessions } from './session.ts';
import { signInRoutes } from './signIn.ts';
import { providerRoutes } from './signInProvider.ts';
import type { Context, OnRefused } from './trpc.ts';

/** Bounds of this listener. */
const maxBodyBytes = 65_536;
const maxBatch = 20;
/** Time for a request to come in whole, and how often those that take longer are looked for. */
const receiveMs = 10_000;
const slowCheckMs = 2_000;
/** Acts that are under way when the listener closes get so long to reach the disk. */
const closeGraceMs = 2_000;

export interface ControlDeps {
  settings: { control: ListenerSettings; signIn: SignInSettings; retention: RetentionSettings; database: string };
  board: Circuits;
  recheck: Recheck;
  storage: Storage;
  /** Takes rows that nobody waits for. */
  recorder: Journal;
  live: LiveSource;
  overviews: OverviewSource;
  about: () => AboutProgram;
  /** What `GET /metrics` answers. */
  metrics: () => Promise<{ contentType: string; text: string }>;
  book: ProviderBook;
  /** Reads the config file again; absent: there is none. */
  config?: ConfigSource;
  /** Tells people of outages; absent: nobody is told. */
  alerts?: AlertSource;
  /** How far incidents have been told; absent: up to now. */
  telling?: () => Telling;
  /** Sign-ins of earlier runs. */
  sessions: readonly SessionRecord[];
  /** Tokens and people of the record. */
  access: Access;
  clock: Clock;
  newId: () => string;
  log: Log;
  /** `RECLOSER_TOKEN`, or null. */
  token: string | null;
  /** Folder of the built dashboard, or null. */
  webRoot: string | null;
  version: string;
  /** How many files the process may have open; null or absent: not known. */
  openFiles?: number | null;
  /** What the program is at. */
  state: () => 'starting' | 'serving' | 'draining';
}

export interface Control {
  /** Not listening yet. Closing it ends live streams, after the acts under way. */
  server: FastifyInstance;
  /** A path with a new code that signs one person in, once, within ten minutes: put the listener's address before it. */
  signInLink(): string;
  /** Nobody could sign in as an admin otherwise. */
  needsLink(): boolean;
  /** `RECLOSER_TOKEN` as it is from now on. Where it is another one, sessions and streams that were opened with it end. */
  takeToken(token: string | null): void;
}

/** The control plane: tRPC at `/trpc`, REST at `/api/v1`, sign-in, health, and the dashboard's files. */
export function createControl(deps: ControlDeps): Control {
  const server = openServer(deps);
  const { clock, settings, storage, log } = deps;
  const codes = new SignInCodes(clock);
  const sessions = new Sessions({ storage, clock, log, restored: deps.sessions });
  const book = new AccessBook(deps.access);
  const lockouts = new Lockouts(clock);
  const { url, provider } = settings.signIn;
  const secure = url?.startsWith('https:') === true;
  const keys: Keys = {
    sessionCookie: cookieName('recloser_session', secure),
    admin: new AdminToken(deps.token),
    book,
    sessions,
    guesses: new Guesses(clock),
    passwords: new Guesses(clock),
    lockouts,
    clock,
  };
  const operations: AccessOperations = {
    ...deps,
    journal: deps.recorder,
    asking: new Set(),
    book,
    sessions,
    refusals: new Refusals(clock),
    lockouts,
  };

  const onRefused: OnRefused = (by, what) => {
    if (!by.known) noteStranger(operations, by, what);
    else if (what !== null) noteForbidden(operations, by.caller, what);
  };
  boundConnections(server.server, { openFiles: deps.openFiles ?? null, clock, log });
  guard(server, () => settings.control, log);
  server.register(fastifyCookie);
  guardRoutes(server, keys, onRefused);
  server.addHook('onReady', () => endSessionsOfOthers(keys));
  server.addHook('onClose', () => sessions.finish());
  healthRoutes(server, deps);
  metricsRoute(server, deps.metrics);
  const ways = { keys, codes, operations, secure, provider: provider?.label ?? null };
  signInRoutes(server, ways);
  const onError = (error: unknown, request: string) =>
    log.warn({ error, request }, 'Somebody could not sign in by the identity provider.');
  if (provider && url !== null) providerRoutes(server, { ...ways, settings: provider, url, onError });
  pageRoutes(server, { webRoot: deps.webRoot, secure });
  const router = createRouter({ ...deps, operations });
  restApi(server, { router, keys, onRefused, version: deps.version, log });
  const options = { prefix: '/trpc', trpcOptions: trpcOptions({ router, onRefused, keys, log }) };
  withRole(server, 'procedures', (scope) => scope.register(fastifyTRPCPlugin<AppRouter>, options));
  finishActsFirst(server, clock);
  return {
    server,
    needsLink: () => !keys.admin.isSet && !book.hasAdmin(),
    signInLink: () => `/sign-in?code=${codes.make()}`,
    takeToken: (token) => {
      const seal = keys.admin.replace(token);
      if (seal !== null) sessions.endOf(seal);
    },
  };
}

function openServer({ settings, newId }: ControlDeps): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    http: {
      headersTimeout: receiveMs,
      requestTimeout: receiveMs,
      connectionsCheckingInterval: slowCheckMs,
    },
    requestTimeout: receiveMs,
    trustProxy: settings.control.trustProxy,
    routerOptions: { maxParamLength: maxPathCharacters },
    genReqId: ({ headers }) => saneId(headers['x-request-id']) ?? newId(),
    frameworkErrors: (error, request, reply) => sendUnreadable(settings.control, error, { request, reply }),
    forceCloseConnections: true, // live streams would hold it open for ever
  });
}

interface TrpcParts {
  router: AppRouter;
  onRefused: OnRefused;
  keys: Keys;
  log: Log;
}

function trpcOptions({ router, onRefused, keys, log }: TrpcParts): FastifyTRPCPluginOptions<AppRouter>['trpcOptions'] {
  return {
    router,
    maxBatchSize: maxBatch,
    createContext: async ({ req }): Promise<Context> => ({
      onRefused,
      identity: identityOf(keys, req),
    }),
    // tRPC would begin a stream with 200 for anybody, and refuse inside it.
    responseMeta: ({ ctx }) => (ctx && !ctx.identity.known ? { status: strangerStatus[ctx.identity.why] } : {}),
    onError: ({ error, path, req }) => {
      if (isUnknown(error))
        log.error({ path, request: req.id, error: error.cause ?? error }, 'A procedure failed unforeseen.');
    },
  };
}

/** An id that whoever asks has given the request, fit for a line of a log; else null. */
function saneId(given: string | string[] | undefined): string | null {
  return typeof given === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(given) ? given : null;
}

/** Closing the listener breaks connections off: acts under way are let through to their answer before. */
function finishActsFirst(server: FastifyInstance, clock: Clock): void {
  let underWay = 0;
  let finished: (() => void) | null = null;
  server.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST') return;
    underWay += 1;
    reply.raw.once('close', () => {
      underWay -= 1;
      if (underWay === 0) finished?.();
    });
  });
  server.addHook('preClose', async () => {
    if (underWay === 0) return;
    await new Promise<void>((resolve) => {
      const timer = clock.after(closeGraceMs, resolve);
      finished = () => {
        timer.cancel();
        resolve();
      };
    });
  });
}
