import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendNothing } from './refusals.ts';
import { isRest } from './rest/problem.ts';
import { withRole } from './roleOfRoutes.ts';

const indexFile = 'index.html';

/** The dashboard's files; any page's address gets its `index.html`, which finds the page itself. */
export function pageRoutes(server: FastifyInstance, webRoot: string | null): void {
  const built = webRoot !== null && existsSync(join(webRoot, indexFile));
  withRole(server, 'public', (scope) => {
    if (built) scope.register(fastifyStatic, { root: webRoot, index: indexFile, wildcard: true });
    else scope.get('/', async (_request, reply) => reply.type('text/plain; charset=utf-8').send(notBuilt));
    scope.setNotFoundHandler((request, reply) => {
      if (built && isPage(request)) return sendIndex(reply);
      return sendNothing(request, reply);
    });
  });
}

const notBuilt = 'Recloser is running. Its dashboard is not built here; use the command line: recloser circuits\n';

/** A page's address: asked for by a browser as a document, outside the API, and no file's name. */
function isPage(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? '';
  const last = path.slice(path.lastIndexOf('/') + 1);
  const wantsPage = request.headers.accept?.includes('text/html') === true;
  return request.method === 'GET' && wantsPage && !path.startsWith('/trpc') && !isRest(request) && !last.includes('.');
}

function sendIndex(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-cache').sendFile(indexFile);
}
