import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { note } from '../operations/note.ts';
import type { Operations } from '../operations/operations.ts';
import { checkToken, type Keys, strangerSentences, strangerStatus } from './authenticate.ts';
import type { SignInCodes } from './codes.ts';
import { errorBody } from './doors.ts';
import { hashOf } from './secret.ts';
import { type Person, sessionCookie, sessionMs } from './session.ts';

/** Who a person is who came by the link of a start: whoever can start the program decides over it. */
const starter: Person = { who: 'operator', role: 'admin' };
const maxSecretCharacters = 500;

const codeQuery = z.object({ code: z.string().min(1).max(maxSecretCharacters) });
const tokenBody = z.strictObject({ token: z.string().min(1).max(maxSecretCharacters) });
/** `everywhere`: on every machine on which this person is signed in. */
const leaveBody = z.strictObject({ everywhere: z.boolean().optional() });

interface SignInDeps {
  keys: Keys;
  codes: SignInCodes;
  operations: Operations;
}

/** `GET /sign-in?code=…` (a link, once), `POST /sign-in {token}`, `POST /sign-out {everywhere?}`: in and out of a session cookie. */
export function signInRoutes(server: FastifyInstance, deps: SignInDeps): void {
  const { keys, codes } = deps;

  // No HEAD: what only looks at a link must not use up its code.
  server.get('/sign-in', { exposeHeadRoute: false, config: { role: 'public' } }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (keys.guesses.tooMany(request.ip)) return sendPage(reply, 429, strangerSentences.throttled);
    const { success, data } = codeQuery.safeParse(request.query);
    if (!success || !codes.use(data.code)) {
      if (success) keys.guesses.wrong(request.ip, hashOf(data.code));
      return sendPage(reply, 401, usedLink);
    }
    begin({ deps, request, reply }, starter);
    return reply.redirect('/', 303);
  });

  server.post('/sign-in', { config: { role: 'public' } }, async (request, reply) => {
    const { success, data } = tokenBody.safeParse(request.body);
    if (!success) return reply.code(400).send(errorBody('bad_request', 'Send {"token": "…"}.'));
    const identity = checkToken(keys, data.token, request.ip);
    if (!identity.known) {
      return reply.code(strangerStatus[identity.why]).send(errorBody('unauthorized', strangerSentences[identity.why]));
    }
    begin({ deps, request, reply }, identity.caller);
    return reply.code(204).send();
  });

  server.post('/sign-out', { config: { role: 'public' } }, async (request, reply) => {
    const { success, data } = leaveBody.safeParse(request.body ?? {});
    if (!success) return reply.code(400).send(errorBody('bad_request', 'Send {} or {"everywhere": true}.'));
    const secret = request.cookies[sessionCookie];
    if (secret !== undefined) end({ deps, request, reply }, secret, data.everywhere === true);
    reply.clearCookie(sessionCookie, cookieOptions);
    return reply.code(204).send();
  });
}

const cookieOptions = { httpOnly: true, sameSite: 'strict', path: '/' } as const;

interface Exchange {
  deps: SignInDeps;
  request: FastifyRequest;
  reply: FastifyReply;
}

function begin({ deps, request, reply }: Exchange, { who, role }: Person): void {
  const { operations, keys } = deps;
  const secret = keys.sessions.open({ who, role });
  reply.setCookie(sessionCookie, secret, { ...cookieOptions, maxAge: sessionMs / 1_000 });
  note(operations, { who, what: 'session.open', from: request.ip, outcome: 'done' });
}

function end({ deps, request }: Exchange, secret: string, everywhere: boolean): void {
  const { operations, keys } = deps;
  const session = keys.sessions.find(secret);
  if (!session) return;
  if (everywhere) keys.sessions.closeAll(session.who);
  else keys.sessions.close(secret);
  const what = everywhere ? 'session.closeAll' : 'session.close';
  note(operations, { who: session.who, what, from: request.ip, outcome: 'done' });
}

const usedLink =
  'This sign-in link does not work: it was used already, is older than ten minutes, or belongs to an earlier start. Start Recloser again for a new one.';

function sendPage(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Recloser</title><h1>Not signed in</h1><p>${sentence}</p></html>\n`;
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}
