import type { Socket } from 'node:net';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { RetryBudget } from '../core/budget.ts';
import { type ApiError, type ApiErrorCode, errorBody, statusOf } from '../core/errors.ts';
import { refuseRequest } from '../core/guard.ts';
import { Guesses } from '../core/guesses.ts';
import { HedgeBudget } from '../core/hedge.ts';
import { sharesOfMemory } from '../core/memory.ts';
import { Pace } from '../core/pace.ts';
import type { PingResult } from '../core/ping.ts';
import type { RequestRecord } from '../core/records.ts';
import type { Settings } from '../core/settings.ts';
import type { RequestTrace } from '../core/telemetry/requestTrace.ts';
import type { GatewayLoad } from '../core/usage.ts';
import { Clients, type Spent } from './clients.ts';
import { Crowd, connectionBound } from './crowd.ts';
import type { GatewayDeps, GatewayTools } from './deps.ts';
import { Generations, mapsOf } from './generations.ts';
import { InFlight } from './inFlight.ts';
import { Interrupt } from './interrupt.ts';
import { Limits } from './limits.ts';
import { pingProvider } from './ping.ts';
import { Refusals } from './refusals.ts';
import { addRoutes, isOpen, refuse, refuseAddress } from './routes.ts';
import { Suspicion } from './suspicion.ts';
import { Upstream } from './upstream.ts';

export type { GatewayDeps } from './deps.ts';

/** Bounds on callers that are slow or large before a request is even one. */
const HEAD_BYTES = 32 * 1_024;
const HEAD_MS = 15_000;
const BODY_MS = 120_000;
const SLOW_CALLERS_CHECK_MS = 2_000;
/** One that is told so has so long to read it. */
const LAST_WORD_MS = 2_000;
/** Longer than load balancers keep theirs (60 s), so that it is never us who closes under a request on its way. */
const KEEP_ALIVE_MS = 75_000;

export interface Gateway {
  server: FastifyInstance;
  /** What is in flight now. */
  load(): GatewayLoad;
  /** Requests that it turned away itself since it began, by the code that their callers heard. */
  refusals: ReadonlyMap<string, number>;
  /**
   * New requests go by these settings from now on; those in flight end with the ones they began with. `onOver` is called
   * when none goes by earlier ones any more. Where it listens, and connections' bound, stay as they are.
   */
  adopt(settings: Settings, onOver: () => void): void;
  /** What clients have spent beside what was counted here. */
  countSpent(spent: Spent): void;
  /** Asks a provider for one token; its circuit is neither asked nor told. Rejects only for a name that is not in the config. */
  ping(provider: string): Promise<PingResult>;
  /**
   * Goes down: takes no more requests, waits `graceMs` for those in flight, tells the rest to end, closes every connection.
   */
  drain(graceMs: number): Promise<void>;
}

/** The data plane: what chat applications call. It listens when the caller says `server.listen`. */
export function createGateway(deps: GatewayDeps): Gateway {
  let draining = false;
  const pace = new Pace();
  const first: GatewayTools = {
    ...deps,
    state: () => (draining ? 'draining' : deps.state()),
    closed: () => (draining ? 'draining' : deps.state() === 'starting' ? 'starting' : null),
    upstream: new Upstream(deps.settings.providers, {
      clock: deps.clock,
      drillUrl: deps.drillUrl ?? null,
      resolve: deps.resolve,
    }),
    limits: new Limits(deps.settings.limits, sharesOfMemory(deps.heapBytes ?? null)),
    clients: new Clients(deps.settings.clients),
    guesses: new Guesses(deps.clock),
    inFlight: new InFlight(),
    refusals: new Refusals(deps),
    budget: new RetryBudget(),
    hedges: new HedgeBudget(),
    pace,
    suspicion: new Suspicion(deps.clock, pace),
    ...mapsOf(deps.settings),
    bodyKey: `${deps.newId()}${deps.newId()}`,
    keep: (request, trace) => {
      generations.current.clients.spend(request);
      keep(deps, request, trace);
    },
  };
  const generations = new Generations(first);
  const bound = connectionBound(deps.settings.limits.connections, deps.openFiles ?? null);
  const { server, crowd } = openServer(generations, bound);
  const pings = new InFlight();
  return {
    server,
    load: () => loadOf(generations.current, crowd),
    refusals: first.refusals.counts,
    adopt: (settings, onOver) => generations.adopt(settings, onOver),
    countSpent: (spent) => generations.current.clients.restore(spent),
    async ping(name) {
      const tools = generations.current;
      const provider = tools.providers.get(name);
      if (!provider) throw new Error(`No provider is called "${name}".`);
      const interrupt = new Interrupt();
      const leave = pings.enter(interrupt);
      const asked = pingProvider(tools, provider, { id: deps.newId(), interrupt });
      if (draining) interrupt.raise('shutdown');
      return asked.finally(leave);
    },
    async drain(graceMs) {
      draining = true;
      // Nobody waits for these, and cut off by the closing of connections they would count against their providers.
      void pings.drain(deps.clock, 0);
      await generations.drain(deps.clock, graceMs);
      await server.close();
    },
  };
}

function openServer(generations: Generations, bound: number): { server: FastifyInstance; crowd: Crowd } {
  const tools = generations.current;
  const server = Fastify({
    logger: false,
    http: {
      maxHeaderSize: HEAD_BYTES,
      headersTimeout: HEAD_MS,
      requestTimeout: BODY_MS,
      connectionsCheckingInterval: SLOW_CALLERS_CHECK_MS,
      // Node would refuse without a word; the check of hosts says what to send.
      requireHostHeader: false,
    },
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: BODY_MS,
    trustProxy: tools.settings.gateway.trustProxy,
    // By then every answer has been given out, or told to end.
    forceCloseConnections: true,
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerClientError(tools, error, socket),
    frameworkErrors: (_error, _request, reply) => {
      refuse(reply, { code: 'not_found', message: 'This address cannot be read: there is nothing of that name here.' });
    },
  });
  server.decorate('refusals', tools.refusals);
  const crowd = new Crowd(server.server, { bound, clock: tools.clock, log: tools.log });
  // Node would refuse what it does not know with an empty 417; such a wish may as well be passed over.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response));
  server.addHook('onRequest', (request, reply, done) => {
    // An overloaded process is alive: whoever took it for dead would make things worse.
    if (crowd.isOver(request.raw.socket) && !isOpen(request)) {
      refuse(reply.header('connection', 'close').header('retry-after', '1'), overloaded(bound));
      return;
    }
    const { host, origin, 'sec-fetch-site': site } = request.headers;
    const secFetchSite = Array.isArray(site) ? site[0] : site;
    const port = request.raw.socket.localPort ?? tools.settings.gateway.port;
    const hosts = isOpen(request) ? 'any' : generations.current.settings.gateway.hosts;
    const refusal = refuseRequest({ host, origin, secFetchSite }, hosts, port);
    if (refusal) refuse(reply, refusal);
    else done();
  });
  server.addHook('onClose', () => generations.close());
  // Bodies are read by the routes that want one, held against bounds of our own.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.setNotFoundHandler((request, reply) => refuseAddress(server, request, reply));
  server.setErrorHandler<FastifyError>((error, _asked, reply) => {
    const code = codeOf(error.statusCode ?? 500);
    const request = tools.newId();
    if (code === 'internal_error') {
      reply.header('x-recloser-request-id', request);
      tools.log.error({ error, request }, 'A request failed by a defect of the gateway itself.');
    }
    return refuse(reply, {
      code,
      message: code === 'internal_error' ? 'The gateway failed at this request; its log says why.' : error.message,
    });
  });
  addRoutes(server, () => generations.current);
  return { server, crowd };
}

function loadOf({ limits, settings }: GatewayTools, crowd: Crowd): GatewayLoad {
  const most = settings.limits;
  return {
    requests: { now: limits.requests, limit: most.requests },
    streams: { now: limits.streams, limit: most.streams },
    connections: { now: crowd.open, limit: crowd.bound },
    bodiesBytes: { now: limits.bodiesBytes, limit: most.bodiesBytes },
    answersBytes: { now: limits.answersBytes, limit: limits.answersMost },
  };
}

function overloaded(bound: number): ApiError {
  return {
    code: 'overloaded',
    message: `Callers have ${bound} connections to the gateway, as many as they may (limits.connections): keep fewer open, or try again in a moment.`,
  };
}

function codeOf(status: number): ApiErrorCode {
  if (status === 415) return 'unsupported_media_type';
  if (status === 413) return 'body_too_large';
  return status >= 400 && status < 500 ? 'invalid_request' : 'internal_error';
}

/** As Node's own handler looks at it: the answer that this connection is giving out, if there is one. */
type AnsweringSocket = Socket & { _httpMessage?: { headersSent: boolean } | null };

/** What Node could not read as HTTP at all has no request to answer to: only a socket. */
function answerClientError(
  { clock, refusals }: Pick<GatewayTools, 'clock' | 'refusals'>,
  error: Error & { code?: string },
  socket: AnsweringSocket,
): void {
  // It was answered, and still sends: closing at once would take the answer from under its eyes.
  if (socket.writableEnded) return;
  // Into an answer that is under way nothing else may be written: its caller would take it for a part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  const { code, message } = clientErrors[error.code ?? ''] ?? unreadable;
  refusals.add(code, null);
  const body = JSON.stringify(errorBody({ code, message }));
  const head = `HTTP/1.1 ${statusOf(code)} Refused\r\ncontent-type: application/json; charset=utf-8\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
  // Its own end is not waited for: a caller that is slow on purpose would never close.
  const timer = clock.after(LAST_WORD_MS, () => socket.destroy());
  socket.once('close', () => timer.cancel());
}

const unreadable = { code: 'invalid_request', message: 'This is not a request in HTTP/1.1.' } as const;
const clientErrors: Record<string, { code: ApiErrorCode; message: string }> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers_too_large',
    message: `The headers are larger than ${HEAD_BYTES} bytes: send less in them.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'body_timeout',
    message: `The request did not come whole in time (headers ${HEAD_MS / 1_000} s, all of it ${BODY_MS / 1_000} s): send it faster.`,
  },
};

function keep(deps: GatewayDeps, request: RequestRecord, trace: RequestTrace | null): void {
  try {
    deps.record(request, trace);
  } catch (error) {
    deps.log.error({ error, request: request.id }, 'A finished request could not be handed to the journal.');
  }
}
