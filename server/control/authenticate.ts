import { isGood, type Scope } from '../core/access.ts';
import type { Clock } from '../core/clock.ts';
import type { Guesses } from '../core/guesses.ts';
import type { AccessBook } from '../operations/access/book.ts';
import { hashOf } from '../operations/access/secret.ts';
import type { Caller } from '../operations/operations.ts';
import type { AdminToken } from './adminToken.ts';
import type { Lockouts } from './lockouts.ts';
import type { Session, Sessions } from './session.ts';

/** What a request shows of who sends it. */
export interface Credentials {
  authorization: string | undefined;
  /** Value of the session cookie. */
  session: string | undefined;
  address: string;
}

/** Who sends a request, as the control plane knows them. */
export interface Known extends Caller {
  /** Id of the person or the token; null: of neither, such as `RECLOSER_TOKEN`. */
  owner: string | null;
  /** What they may ask for; empty: everything their role allows. */
  scopes: readonly Scope[];
  /** Id of their session; null: they came with a token. */
  session: string | null;
}

/** Who sends a request, or why that is not known: `ended` is a session that is known no more, `wrong` a token. `signal` aborts when their session or token ends. */
export type Identity =
  | { known: true; caller: Known; signal: AbortSignal | null }
  | { known: false; why: 'missing' | 'ended' | 'wrong' | 'throttled'; from: string };

export interface Keys {
  admin: AdminToken;
  /** Name of the cookie of sessions. */
  sessionCookie: string;
  book: AccessBook;
  sessions: Sessions;
  guesses: Guesses;
  /** Of passwords, each wrong one counted: hashing takes a processor, and whoever floods it keeps no token out. */
  passwords: Guesses;
  lockouts: Lockouts;
  clock: Clock;
}

/** Who sends this request: a program by its bearer token, or a person by their session. */
export function authenticate(keys: Keys, shown: Credentials): Identity {
  if (shown.authorization !== undefined) return byToken(keys, shown.authorization, shown.address);
  const from = shown.address;
  if (shown.session === undefined) return { known: false, why: 'missing', from };
  const session = keys.sessions.find(shown.session);
  return (session && bySession(keys, session, from)) ?? { known: false, why: 'ended', from };
}

function byToken(keys: Keys, authorization: string, address: string): Identity {
  const given = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  return given === undefined ? { known: false, why: 'wrong', from: address } : checkToken(keys, given, address);
}

/** Whose token this is; wrong ones are counted by address, and a short one that a person chose is not heard while there are too many. */
export function checkToken(keys: Keys, given: string, address: string): Identity {
  // Drawn by us, and too long to be guessed: they hold also while somebody guesses behind the same proxy.
  const token = keys.book.tokenOf(given, keys.clock.wall());
  if (token) {
    const lastUsedAt = keys.sessions.sawOwner('tokens', { id: token.id, before: token.lastUsedAt });
    if (lastUsedAt !== null) keys.book.put({ tokens: [{ ...token, lastUsedAt }], people: [] });
    const { role, scopes } = token;
    const caller = { who: `token:${token.name}`, role, from: address, owner: token.id, scopes, session: null };
    return { known: true, caller, signal: keys.sessions.signalOf(token) };
  }
  const hash = hashOf(given);
  const throttled = keys.guesses.tooMany(address);
  if (keys.admin.is(hash) && !(throttled && keys.admin.isGuessable)) {
    const caller = {
      who: 'token:admin',
      role: 'admin',
      from: address,
      owner: null,
      scopes: [],
      session: null,
    } as const;
    return { known: true, caller, signal: keys.admin.signal };
  }
  if (throttled) return { known: false, why: 'throttled', from: address };
  keys.guesses.wrong(address, hash);
  return { known: false, why: 'wrong', from: address };
}

/** With the role that its owner has now, not the one they signed in with. Null: they may not come in any more. */
function bySession(keys: Keys, session: Session, address: string): Identity | null {
  const { id, who, role, owner, way, signal } = session;
  const caller = { who, role, from: address, owner, scopes: [], session: id };
  if (owner === null) return way === 'token' ? null : { known: true, caller, signal };
  if (way === 'token') {
    if (keys.admin.isSeal(owner)) return { known: true, caller, signal };
    const token = keys.book.token(owner);
    if (!token || !isGood(token, keys.clock.wall())) return null;
    // From its first use on the end of the token is waited for, and ends its sessions.
    keys.sessions.signalOf(token);
    return { known: true, caller: { ...caller, role: token.role, scopes: token.scopes }, signal };
  }
  const person = keys.book.person(owner);
  if (!person || person.disabledAt !== null) return null;
  const seenAt = keys.sessions.sawOwner('people', { id: person.id, before: person.seenAt });
  if (seenAt !== null) keys.book.put({ tokens: [], people: [{ ...person, seenAt }] });
  return { known: true, caller: { ...caller, who: person.name, role: person.role }, signal };
}

/** Of the sessions of earlier runs those end that were opened with another `RECLOSER_TOKEN`. */
export async function endSessionsOfOthers({ admin, book, sessions }: Keys): Promise<void> {
  for (const owner of sessions.tokenOwners()) {
    if (book.token(owner) === null && !(await admin.recognise(owner))) sessions.endOf(owner);
  }
}

type Stranger = (Identity & { known: false })['why'];

export const strangerStatus: Record<Stranger, 401 | 429> = { missing: 401, ended: 401, wrong: 401, throttled: 429 };

/** What to tell somebody who is not known. */
export const strangerSentences: Record<Stranger, string> = {
  missing:
    'Who are you? Programs send "Authorization: Bearer TOKEN" with a token (RECLOSER_TOKEN, or one made by "recloser token create"); people sign in on the dashboard.',
  ended:
    'This session is over, or was never known here. Sign in again; programs send RECLOSER_TOKEN or a token that is good.',
  wrong:
    'This token is not known here, or holds no more. Send the RECLOSER_TOKEN that the program was started with, or a token that is good.',
  throttled: 'Too many wrong tokens, codes or passwords came from this address. Wait a minute, then try again.',
};
