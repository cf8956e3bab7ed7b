import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRest, restRoot, sendProblem } from './rest/problem.ts';

interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** Answers with an error in the shape that is told at its address. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, code, message } = refusal;
  if (isRest(request)) return sendProblem(reply, { status, code, detail: message });
  return reply.code(status).send(errorBody(code, message));
}

/** The shape of errors outside tRPC and the REST API. */
export function errorBody(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } };
}

/** Answers where no route takes a request: 405 with the methods that its address does take, else 404. */
export function sendNothing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? '';
  const there = isRest(request) ? ` GET ${restRoot}/openapi.json says what there is.` : '';
  const methods = methodsAt(request.server.routesKnown, path);
  if (methods.length === 0) {
    const message = `There is nothing at ${request.method} ${path}.${there}`;
    return sendRefusal(request, reply, { status: 404, code: 'not_found', message });
  }
  const message = `${path} takes ${methods.join(', ')}, not ${request.method}.${there}`;
  reply.header('allow', methods.join(', '));
  return sendRefusal(request, reply, { status: 405, code: 'method_not_allowed', message });
}

/** The methods of the routes that a path fits; files, which any path fits, are none of them. */
function methodsAt(routes: FastifyRequest['server']['routesKnown'], path: string): string[] {
  const parts = path.split('/');
  const fits = (url: string): boolean => {
    const pattern = url.split('/');
    return (
      pattern.length === parts.length && pattern.every((part, place) => part.startsWith(':') || part === parts[place])
    );
  };
  return [...new Set(routes.flatMap(({ method, url }) => (url.includes('*') || !fits(url) ? [] : [method])))].sort();
}
