import { callTRPCProcedure, TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';
import type { Log } from '../../core/log.ts';
import { OperationError } from '../../operations/errors.ts';
import { authenticate, type Keys, strangerSentences, strangerStatus } from '../authenticate.ts';
import { isUnknown, sentenceOf } from '../errors.ts';
import { withRole } from '../roleOfRoutes.ts';
import type { AppRouter } from '../router.ts';
import type { Context, OnRefused } from '../trpc.ts';
import { InputError, inputOf } from './input.ts';
import { openApiOf } from './openapi.ts';
import { restRoot, sendProblem } from './problem.ts';
import { type Field, fieldsOf, type RestRoute, restRoutes } from './table.ts';

export interface RestDeps {
  router: AppRouter;
  keys: Keys;
  onRefused: OnRefused;
  version: string;
  log: Log;
}

/**
 * The REST API: each route calls its procedure, which decides who may, what is taken, and what is written in the audit. Only
 * tokens are taken: a browser's session would bring its cookie along for any page that sends it here.
 */
export function restApi(server: FastifyInstance, deps: RestDeps): void {
  withRole(server, 'procedures', (scope) => {
    scope.setErrorHandler((error, request, reply) => sendError(deps.log, { error, request, reply }));
    for (const route of restRoutes) {
      const fields = fieldsOf(route);
      scope.route({
        method: route.method,
        url: restRoot + route.path.replace(/\{(\w+)\}/g, ':$1'),
        handler: async (request, reply) => answer(route, reply, await call(deps, { route, fields, request })),
      });
    }
    const document = openApiOf(deps.version);
    scope.get(`${restRoot}/openapi.json`, { config: { role: 'public' } }, async () => document);
  });
}

interface Asked {
  route: RestRoute;
  fields: ReadonlyMap<string, Field>;
  request: FastifyRequest;
}

async function call({ router, keys, onRefused }: RestDeps, { route, fields, request }: Asked): Promise<unknown> {
  const { authorization } = request.headers;
  const identity = authenticate(keys, { authorization, session: undefined, address: request.ip });
  if (!identity.known) {
    onRefused(identity, route.method === 'POST' ? route.procedure : null);
    throw new StrangerError(identity.why);
  }
  const { params, query, body } = request;
  const getRawInput = async (): Promise<object> => inputOf(route, fields, { params, query, body });
  if (route.input === null) await getRawInput();
  const ctx: Context = { identity, onRefused };
  return await callTRPCProcedure({
    ...{ router, path: route.procedure, ctx, getRawInput, signal: undefined, batchIndex: 0 },
    type: route.method === 'GET' ? 'query' : 'mutation',
  });
}

class StrangerError extends Error {
  readonly why: keyof typeof strangerStatus;

  constructor(why: keyof typeof strangerStatus) {
    super(strangerSentences[why]);
    this.why = why;
  }
}

interface GivenFile {
  name: string;
  type: string;
  text: string;
}

function answer({ answer: shape }: RestRoute, reply: FastifyReply, data: unknown): FastifyReply {
  reply.header('cache-control', 'no-store');
  if (shape !== 'file') return reply.send(data);
  const { name, type, text } = data as GivenFile;
  return reply
    .type(`${type}; charset=utf-8`)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(text);
}

interface Failed {
  error: unknown;
  request: FastifyRequest;
  reply: FastifyReply;
}

function sendError(log: Log, { error, request, reply }: Failed): FastifyReply {
  if (error instanceof StrangerError) {
    const status = strangerStatus[error.why];
    return sendProblem(reply, { status, code: status === 429 ? 'throttled' : 'unauthorized', detail: error.message });
  }
  if (error instanceof InputError) return sendInputError(reply, error);
  if (error instanceof TRPCError) return sendTrpcError(log, { error, request, reply });
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  if (statusCode < 500) return sendProblem(reply, { status: statusCode, code: 'bad_request', detail: message });
  log.error(
    { url: request.routeOptions.url, request: request.id, error },
    'A request to the REST API failed unforeseen.',
  );
  return sendProblem(reply, { status: 500, code: 'internal', detail: unforeseen });
}

const unforeseen = 'Something went wrong inside; the log of the program has the whole of it.';

function sendTrpcError(log: Log, { error, request, reply }: Failed & { error: TRPCError }): FastifyReply {
  const { cause } = error;
  if (cause instanceof InputError) return sendInputError(reply, cause);
  if (isUnknown(error))
    log.error(
      { url: request.routeOptions.url, request: request.id, error: cause ?? error },
      'A procedure failed unforeseen.',
    );
  const status = getHTTPStatusCodeFromError(error);
  const code = cause instanceof OperationError ? cause.code : error.code.toLowerCase();
  const entry = cause instanceof OperationError && cause.entry ? { entry: cause.entry } : {};
  const errors =
    cause instanceof ZodError
      ? { errors: cause.issues.map(({ path, message }) => ({ field: path.join('.'), detail: message })) }
      : {};
  return sendProblem(reply, { status, code, detail: sentenceOf(error), ...entry, ...errors });
}

function sendInputError(reply: FastifyReply, { message, errors }: InputError): FastifyReply {
  return sendProblem(reply, { status: 400, code: 'bad_request', detail: message, errors });
}
