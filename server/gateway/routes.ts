import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ApiErrorCode, errorBody, statusOf } from '../core/errors.ts';
import type { ChainSettings } from '../core/settings.ts';
import { answerChat } from './chat.ts';
import type { Client } from './clients.ts';
import type { GatewayTools } from './deps.ts';
import type { Refusals } from './refusals.ts';

/** What a route takes: the key of a client, where the config lists clients; or nothing, and why it may. */
export type Door = 'client' | { open: string };

const probed = {
  config: { door: { open: 'a balancer has no key, and hears whether we live and whether the record is kept' } },
};
const forClients = { config: { door: 'client' } } as const;

/** The routes of the data plane: each request goes by the tools of its moment. Who may call is checked here; what may reach us at all is checked by the listener. */
export function addRoutes(server: FastifyInstance, current: () => GatewayTools): void {
  guardRoutes(server, current);
  healthRoutes(server, current);
  const startedAt = Math.floor(current().clock.wall() / 1_000);
  server.get('/v1/models', forClients, (request, reply) => {
    const data = chainsOf(request.client, current()).map((chain) => modelOf(chain, startedAt));
    return reply.send({ object: 'list', data });
  });
  server.get<{ Params: { '*': string } }>('/v1/models/*', forClients, (request, reply) => {
    const chains = chainsOf(request.client, current());
    const chain = chains.find(({ name }) => name === request.params['*']);
    return chain ? reply.send(modelOf(chain, startedAt)) : refuseUnknownModel(reply, chains);
  });
  server.post('/v1/embeddings', forClients, (_request, reply) =>
    refuse(reply, {
      code: 'not_supported',
      message:
        'Embeddings are not served here: vectors of different models do not mix, so no fallback could answer. Call the provider itself.',
    }),
  );
  server.post('/v1/chat/completions', forClients, (request, reply) => takeChat(current(), request, reply));
  server.route({
    ...forClients,
    method: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'],
    url: '/v1/chat/completions',
    handler: (request, reply) =>
      refuse(reply.header('allow', 'POST'), {
        code: 'method_not_allowed',
        message: `This address takes POST, not ${request.method}: send the request as the body of a POST.`,
      }),
  });
}

/** Refuses to start with a route that does not say what it takes, and answers nobody without the key that one takes. */
function guardRoutes(server: FastifyInstance, current: () => GatewayTools): void {
  server.decorateRequest('client', null);
  server.decorate('doors', []);
  server.addHook('onRoute', ({ method, url, config }) => {
    const door = config?.door;
    if (door === undefined)
      throw new Error(`The route ${String(method)} ${url} of the gateway does not say what it takes.`);
    for (const each of [method].flat()) server.doors.push({ method: each, url, door });
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.door !== 'client') return done();
    const tools = current();
    const identity = tools.clients.identify(request.headers.authorization);
    const closed = tools.closed();
    // Who keeps a connection would never notice that others are to be asked from now on.
    if (tools.state() === 'draining') reply.raw.setHeader('connection', 'close');
    if (closed) refuseWhileClosed(reply, closed);
    else if (!identity.ok) refuseUnknownClient(tools, { request, reply, tried: identity.tried });
    else if (identity.isGuessable && tools.guesses.tooMany(request.ip)) refuseGuesser(reply);
    else {
      request.client = identity.client;
      done();
    }
  });
}

function healthRoutes(server: FastifyInstance, current: () => GatewayTools): void {
  server.get('/healthz', probed, (_request, reply) => reply.send({ status: 'ok' }));
  server.get('/readyz', probed, (_request, reply) => {
    const { state: stateOf, storageStatus } = current();
    const state = stateOf();
    const storage = storageStatus();
    if (state !== 'serving') return reply.code(503).send({ status: state, storage });
    return reply.send({ status: storage.state, storage });
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    door?: Door;
  }
  interface FastifyInstance {
    /** Every route of the gateway, with what it takes. */
    doors: { method: string; url: string; door: Door }[];
    /** Counts whoever is turned away. */
    refusals: Refusals;
  }
  interface FastifyRequest {
    /** The client whose key was used, or null. */
    client: Client | null;
  }
}

/** Whether anybody may ask this, and by whatever `Host`: balancers ask by address. */
export function isOpen(request: FastifyRequest): boolean {
  return typeof request.routeOptions.config.door === 'object';
}

/** The data plane writes to the socket itself from here on: streams, and bodies held against bounds of our own. */
function takeChat(tools: GatewayTools, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!isJson(request.headers['content-type'])) {
    return refuse(reply, {
      code: 'unsupported_media_type',
      message: 'Send the request as JSON, with the header `content-type: application/json`.',
    });
  }
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    return refuse(reply, {
      code: 'unsupported_media_type',
      message: 'Send the request body as it is: a compressed one (`content-encoding`) is not read here.',
    });
  }
  reply.hijack();
  void answerChat(tools, { request: request.raw, response: reply.raw, client: request.client });
  return reply;
}

export function refuse(
  reply: FastifyReply,
  error: { code: ApiErrorCode; message: string; param?: string | null },
): FastifyReply {
  reply.server.refusals.add(error.code, reply.request.client?.name ?? null);
  return reply.code(statusOf(error.code)).send(errorBody(error));
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType?.trim() ?? '');
}

/** Answers where no route takes a request: 405 with the methods that its address does take, else 404. */
export function refuseAddress({ doors }: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? '';
  const fits = (url: string): boolean => (url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : path === url);
  const methods = [...new Set(doors.flatMap(({ method, url }) => (fits(url) ? [method] : [])))].sort();
  const named = path.slice(0, 200);
  if (methods.length > 0) {
    const message = `${named} takes ${methods.join(', ')}, not ${request.method}.`;
    return refuse(reply.header('allow', methods.join(', ')), { code: 'method_not_allowed', message });
  }
  const message = `There is no ${request.method} ${named} here: POST /v1/chat/completions is what answers.`;
  return refuse(reply, { code: 'not_found', message });
}

/** In OpenAI's shape of a model; the chain's name is the model's. */
function modelOf(chain: ChainSettings, created: number): Record<string, unknown> {
  return { id: chain.name, object: 'model', created, owned_by: 'recloser' };
}

/** Chains that a client may ask for. */
function chainsOf(client: Client | null, tools: GatewayTools): ChainSettings[] {
  const all = [...tools.chains.values()];
  return client?.chains ? all.filter(({ name }) => client.chains?.has(name)) : all;
}

function refuseUnknownModel(reply: FastifyReply, chains: ChainSettings[]): FastifyReply {
  const names = chains.map(({ name }) => name).join(', ');
  return refuse(reply, {
    code: 'model_not_found',
    message: `There is no such model here: there are ${names}.`,
    param: 'model',
  });
}

interface UnknownClient {
  request: FastifyRequest;
  reply: FastifyReply;
  tried: string | null;
}

/** Wrong keys are counted by address: while there are too many, neither they nor keys that may have been guessed are heard. */
function refuseUnknownClient({ guesses, log }: GatewayTools, { request, reply, tried }: UnknownClient): FastifyReply {
  if (tried !== null) {
    if (guesses.tooMany(request.ip)) return refuseGuesser(reply);
    if (guesses.wrong(request.ip, tried)) {
      log.warn(
        { from: request.ip },
        'Many different wrong keys came to the gateway from one address: more are not heard for a minute.',
      );
    }
  }
  return refuse(reply, {
    code: 'invalid_api_key',
    message: 'Send the key of a client of this gateway as `Authorization: Bearer KEY` (`clients` in the config).',
  });
}

function refuseGuesser(reply: FastifyReply): FastifyReply {
  return refuse(reply.header('retry-after', '60').header('x-should-retry', 'false'), {
    code: 'rate_limit_exceeded',
    message: 'Too many different wrong keys came from this address. Wait a minute, then send the key of a client.',
  });
}

function refuseWhileClosed(reply: FastifyReply, closed: 'starting' | 'draining'): FastifyReply {
  const what = closed === 'starting' ? 'is starting' : 'is going down';
  reply.header('retry-after', '1').header('connection', 'close');
  return refuse(reply, {
    code: 'draining',
    message: `The gateway ${what} and takes no requests: try again in a moment.`,
  });
}
