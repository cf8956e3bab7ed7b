import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PersonRecord } from '../core/access.ts';
import type { OpenIdSettings } from '../core/settings.ts';
import type { AccessOperations } from '../operations/access/access.ts';
import { newPassword } from '../operations/access/inputs.ts';
import { isPassword, passwordCharacters } from '../operations/access/passwords.ts';
import { acceptInvitation } from '../operations/access/people.ts';
import { hashOf } from '../operations/access/secret.ts';
import { OperationError } from '../operations/errors.ts';
import { note, noteRefused as noteRefusal } from '../operations/note.ts';
import { authenticate, checkToken, type Keys, strangerSentences, strangerStatus } from './authenticate.ts';
import type { SignInCodes } from './codes.ts';
import { joinCookie } from './pages.ts';
import { errorBody } from './refusals.ts';
import { type SignIn, sessionMs } from './session.ts';

/** Who a person is who came by the link of a start: whoever can start the program decides over it. */
const starter = { who: 'operator', role: 'admin', owner: null, way: 'link' } as const;
const maxSecretCharacters = 500;
const maxNameCharacters = 200;

const secret = z.string().min(1).max(maxSecretCharacters);
const codeQuery = z.object({ code: secret });
const signInBody = z.union([
  z.strictObject({ token: secret }),
  z.strictObject({
    name: z.string().min(1).max(maxNameCharacters),
    password: z.string().min(1).max(passwordCharacters.most),
  }),
]);
/** Without `code`, that of the link which was followed in this browser. */
const joinBody = z.strictObject({ code: secret.optional(), password: newPassword });
/** `everywhere`: on every machine on which this person is signed in. */
const leaveBody = z.strictObject({ everywhere: z.boolean().optional() });

export interface SignInDeps {
  keys: Keys;
  codes: SignInCodes;
  operations: AccessOperations;
  /** People reach the dashboard by HTTPS only, so their cookie goes that way only. */
  secure: boolean;
  /** What the button of the identity provider says; null: there is none. */
  provider: string | null;
}

const isPublic = { config: { role: 'public' } } as const;

/**
 * `GET /sign-in?code=…` (a link, once), `POST /sign-in {token} | {name, password}`, `POST /join {code?, password}` (an
 * invitation, once), `POST /sign-out {everywhere?}`: in and out of a session cookie. `GET /sign-in/ways`: what there is.
 * What we have drawn is too long to be guessed: a good link works also while somebody guesses from the same address.
 */
export function signInRoutes(server: FastifyInstance, deps: SignInDeps): void {
  const { keys, codes, operations } = deps;

  // No HEAD: what only looks at a link must not use up its code.
  server.get('/sign-in', { exposeHeadRoute: false, ...isPublic }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { success, data } = codeQuery.safeParse(request.query);
    if (!success || !codes.use(data.code)) {
      if (keys.guesses.tooMany(request.ip)) return sendPage(reply, 429, strangerSentences.throttled);
      if (success) guessed(deps, request, { hash: hashOf(data.code), who: 'unknown', way: 'a sign-in link' });
      return sendPage(reply, 401, usedLink);
    }
    begin({ deps, request, reply }, { ...starter, from: request.ip });
    return reply.redirect('/', 303);
  });

  server.get('/sign-in/ways', isPublic, async () => ({
    password: keys.book.listPeople().some(({ passwordHash }) => passwordHash !== null),
    provider: deps.provider,
  }));

  server.post('/sign-in', isPublic, async (request, reply) => {
    const { success, data } = signInBody.safeParse(request.body);
    const shapes = 'Send {"token": "…"}, or {"name": "…", "password": "…"}.';
    if (!success) return reply.code(400).send(errorBody('bad_request', shapes));
    return 'token' in data ? byToken({ deps, request, reply }, data.token) : byPassword({ deps, request, reply }, data);
  });

  server.post('/join', isPublic, async (request, reply) => {
    const { success, data, error } = joinBody.safeParse(request.body);
    if (!success) {
      const sentence = error.issues.map(({ message }) => message).join('; ');
      return reply.code(400).send(errorBody('bad_request', `Send {"code": "…", "password": "…"}: ${sentence}.`));
    }
    const code = data.code ?? request.cookies[joinCookie] ?? '';
    try {
      const person = await acceptInvitation(operations, request.ip, { secret: code, password: data.password });
      beginAs({ deps, request, reply }, person);
      if (data.code === undefined) reply.clearCookie(joinCookie, { ...cookieOptions(deps), path: '/join' });
      return reply.code(204).send();
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      if (error.code !== 'forbidden') return refuse(reply, 503, error.message);
      if (keys.guesses.tooMany(request.ip)) return refuse(reply, 429, strangerSentences.throttled);
      guessed(deps, request, { hash: hashOf(code), who: 'unknown', way: 'an invitation' });
      return refuse(reply, 401, error.message);
    }
  });

  server.post('/sign-out', isPublic, async (request, reply) => {
    const { success, data } = leaveBody.safeParse(request.body ?? {});
    if (!success) return reply.code(400).send(errorBody('bad_request', 'Send {} or {"everywhere": true}.'));
    const cookie = request.cookies[keys.sessionCookie];
    if (cookie !== undefined) end({ deps, request, reply }, cookie, data.everywhere === true);
    reply.clearCookie(keys.sessionCookie, cookieOptions(deps));
    return reply.code(204).send();
  });
}

export interface Exchange {
  deps: SignInDeps;
  request: FastifyRequest;
  reply: FastifyReply;
}

async function byToken(exchange: Exchange, token: string): Promise<FastifyReply> {
  const { deps, request, reply } = exchange;
  const identity = checkToken(deps.keys, token, request.ip);
  if (!identity.known) {
    noteRefused(deps, request, { who: 'unknown', why: 'the token is not known, or holds no more' });
    return refuse(reply, strangerStatus[identity.why], strangerSentences[identity.why]);
  }
  const { who, role, owner: id } = identity.caller;
  const owner = id ?? (await deps.keys.admin.sealNow());
  if (owner === null) return refuse(reply, 401, strangerSentences.wrong);
  begin(exchange, { who, role, owner, way: 'token', from: request.ip });
  return reply.code(204).send();
}

/** A name nobody has, a wrong password, a locked name and a person who may not come in sound and take the same. */
async function byPassword(exchange: Exchange, given: { name: string; password: string }): Promise<FastifyReply> {
  const { deps, request, reply } = exchange;
  const { passwords, lockouts, book } = deps.keys;
  if (passwords.tooMany(request.ip)) return refuse(reply, 429, strangerSentences.throttled);
  const locked = lockouts.isLocked(given.name);
  const passwordHash = book.named(given.name)?.passwordHash ?? null;
  let right: boolean;
  try {
    right = await isPassword(passwordHash, given.password);
  } catch (error) {
    if (error instanceof OperationError) return refuse(reply, 503, error.message);
    throw error;
  }
  // Hashing takes a while: they may have been shut out meanwhile, or have another password.
  const person = book.named(given.name);
  if (!right || locked || person?.passwordHash !== passwordHash || person.disabledAt !== null) {
    const locks = !locked && lockouts.wrong(given.name);
    const why = locked ? 'the name is locked' : locks ? 'wrong for the tenth time: the name is locked' : 'wrong';
    passwords.wrong(request.ip, deps.operations.newId());
    noteRefused(deps, request, { who: person?.name ?? 'unknown', why });
    return refuse(reply, 401, wrongPassword);
  }
  lockouts.right(given.name);
  beginAs(exchange, person);
  return reply.code(204).send();
}

/** Begins a session of a person; one by an identity provider lasts as long as its settings say. */
export function beginAs(exchange: Exchange, person: PersonRecord, provider?: Pick<OpenIdSettings, 'sessionMs'>): void {
  const { id: owner, name: who, role } = person;
  const way = provider ? 'provider' : 'password';
  begin(exchange, { who, role, owner, way, from: exchange.request.ip }, provider?.sessionMs);
}

function begin({ deps, request, reply }: Exchange, signIn: SignIn, lastsMs = sessionMs): void {
  const { operations, keys } = deps;
  const cookie = keys.sessions.open(signIn, lastsMs);
  reply.setCookie(keys.sessionCookie, cookie, { ...cookieOptions(deps), maxAge: lastsMs / 1_000 });
  const noted = { who: signIn.who, what: 'session.open', subject: signIn.way, from: request.ip } as const;
  note(operations, { ...noted, outcome: 'done' });
}

function end({ deps, request }: Exchange, cookie: string, everywhere: boolean): void {
  const { operations, keys } = deps;
  const session = keys.sessions.find(cookie);
  if (!session) return;
  const identity = authenticate(keys, { authorization: undefined, session: cookie, address: request.ip });
  const who = identity.known ? identity.caller.who : session.who;
  if (everywhere) keys.sessions.closeAll(session);
  else keys.sessions.close(cookie);
  const what = everywhere ? 'session.closeAll' : 'session.close';
  note(operations, { who, what, from: request.ip, outcome: 'done' });
}

function guessed(deps: SignInDeps, request: FastifyRequest, of: { hash: string; who: string; way: string }): void {
  deps.keys.guesses.wrong(request.ip, of.hash);
  noteRefused(deps, request, { who: of.who, why: `${of.way} that does not work` });
}

/** Sign-ins that were refused are in the audit too; each address is held to a number of them by `guesses`. */
export function noteRefused(
  { operations }: SignInDeps,
  request: FastifyRequest,
  { who, why }: { who: string; why: string },
): void {
  noteRefusal(operations, { who, what: 'session.open', from: request.ip, reason: why });
}

function cookieOptions({ secure }: SignInDeps) {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure } as const;
}

const wrongPassword =
  'Name and password do not fit. After ten wrong ones a name is locked for a quarter of an hour; an admin can send a new invitation.';
const usedLink =
  'This sign-in link does not work: it was used already, is older than ten minutes, or belongs to an earlier start. Start Recloser again for a new one.';

function refuse(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  const code = status === 429 ? 'too_many_requests' : status === 503 ? 'unavailable' : 'unauthorized';
  return reply.code(status).send(errorBody(code, sentence));
}

export function sendPage(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Recloser</title><h1>Not signed in</h1><p>${sentence}</p><p><a href="/">To the sign-in page</a></p></html>\n`;
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}
