import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newSecret } from '../operations/access/secret.ts';
import { contentPolicy } from './doors.ts';
import { sendNothing } from './refusals.ts';
import { isRest } from './rest/problem.ts';
import { withRole } from './roleOfRoutes.ts';

const indexFile = 'index.html';
/** Where the page has the nonce that lets its parts write styles. */
const noncePlace = '__nonce__';

/** Holds the code of an invitation from the link to the password that is set by it. */
export const joinCookie = 'recloser_join';
const joinSeconds = 3_600;
const maxCodeCharacters = 500;

interface PageDeps {
  webRoot: string | null;
  /** Cookies go by HTTPS only. */
  secure: boolean;
}

/** The dashboard's files; any page's address gets its `index.html`, which finds the page itself. */
export function pageRoutes(server: FastifyInstance, { webRoot, secure }: PageDeps): void {
  const index = webRoot === null ? null : join(webRoot, indexFile);
  const built = webRoot !== null && index !== null && existsSync(index);
  withRole(server, 'public', (scope) => {
    if (built) {
      scope.register(fastifyStatic, { root: webRoot, index: false, wildcard: true });
      for (const path of ['/', `/${indexFile}`]) scope.get(path, (_request, reply) => sendIndex(index, reply));
      scope.get<{ Querystring: { code?: unknown } }>('/join', { exposeHeadRoute: false }, (request, reply) => {
        const { code } = request.query;
        if (typeof code !== 'string' || code.length > maxCodeCharacters) return sendIndex(index, reply);
        return keepCode(reply, { code, secure });
      });
    } else scope.get('/', async (_request, reply) => reply.type('text/plain; charset=utf-8').send(notBuilt));
    scope.setNotFoundHandler((request, reply) => {
      if (built && isPage(request)) return sendIndex(index, reply);
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

/** The address of an invitation stays in no history: what it holds goes into a cookie that nothing but the sign-in reads. */
function keepCode(reply: FastifyReply, { code, secure }: { code: string; secure: boolean }): FastifyReply {
  const kept = { httpOnly: true, sameSite: 'strict', path: '/join', secure, maxAge: joinSeconds } as const;
  return reply.setCookie(joinCookie, code, kept).header('cache-control', 'no-store').redirect('/join', 303);
}

/** Each answer has a nonce of its own, and so is kept by nobody. */
async function sendIndex(index: string, reply: FastifyReply): Promise<FastifyReply> {
  const page = await readFile(index, 'utf8');
  const nonce = newSecret();
  return reply
    .headers({ 'cache-control': 'no-store', 'content-security-policy': contentPolicy(nonce) })
    .type('text/html; charset=utf-8')
    .send(page.replaceAll(noncePlace, nonce));
}
