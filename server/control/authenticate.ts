import type { Caller } from '../operations/operations.ts';
import type { Guesses } from './guesses.ts';
import { hashOf, sameHash } from './secret.ts';
import type { SessionStore } from './session.ts';

/** What a request shows of who sends it. */
export interface Credentials {
  authorization: string | undefined;
  /** Value of the session cookie. */
  session: string | undefined;
  address: string;
}

/** Who sends a request, or why that is not known. `signal` aborts when a session ends. */
export type Identity =
  | { known: true; caller: Caller; signal: AbortSignal | null }
  | { known: false; why: 'missing' | 'wrong' | 'throttled' };

export interface Keys {
  /** The administrator's token, or null: there is none. */
  token: string | null;
  sessions: SessionStore;
  guesses: Guesses;
}

/** Who sends this request: a program by its bearer token, or a person by their session. */
export function authenticate(keys: Keys, shown: Credentials): Identity {
  if (shown.authorization !== undefined) return byToken(keys, shown.authorization, shown.address);
  if (shown.session === undefined) return { known: false, why: 'missing' };
  const session = keys.sessions.find(shown.session);
  if (!session) return { known: false, why: 'wrong' };
  return { known: true, caller: { who: session.who, role: session.role, from: shown.address }, signal: session.signal };
}

function byToken(keys: Keys, authorization: string, address: string): Identity {
  const given = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  return given === undefined ? { known: false, why: 'wrong' } : checkToken(keys, given, address);
}

/** Whether this is the administrator's token; guesses are counted by address. */
export function checkToken(keys: Keys, given: string, address: string): Identity {
  if (keys.guesses.tooMany(address)) return { known: false, why: 'throttled' };
  const hash = hashOf(given);
  if (keys.token !== null && sameHash(hash, hashOf(keys.token))) {
    return { known: true, caller: { who: 'token:admin', role: 'admin', from: address }, signal: null };
  }
  keys.guesses.wrong(address, hash);
  return { known: false, why: 'wrong' };
}

type Stranger = (Identity & { known: false })['why'];

export const strangerStatus: Record<Stranger, 401 | 429> = { missing: 401, wrong: 401, throttled: 429 };

/** What to tell somebody who is not known. */
export const strangerSentences: Record<Stranger, string> = {
  missing:
    'Who are you? Programs send "Authorization: Bearer TOKEN" with the RECLOSER_TOKEN that the program was started with; people open the sign-in link that it printed at its start.',
  wrong:
    'This token or session is not known here. Send the RECLOSER_TOKEN that the program was started with, or sign in again: a start without a token prints a link.',
  throttled: 'Too many wrong tokens or codes came from this address. Wait a minute, then try again.',
};
