import type { Role } from './roles.ts';

/** Who may come in to the control plane, as kept in the record: no secret is in here, only hashes. Times are ms since 1970. */

/** What a token can be bound to. `circuits` is also what moves with them: the live page and its feed. */
export const scopes = ['circuits', 'requests', 'incidents', 'savings', 'audit', 'metrics', 'access'] as const;
export type Scope = (typeof scopes)[number];

/** The scope of a procedure by its noun. Whoever may come in at all may ask `about`. */
const scopeOfNoun: Record<string, Scope | null> = {
  about: null,
  access: 'access',
  alerts: 'incidents',
  audit: 'audit',
  circuits: 'circuits',
  config: 'access',
  events: 'circuits',
  incidents: 'incidents',
  live: 'circuits',
  overview: 'circuits',
  providers: 'circuits',
  record: null,
  requests: 'requests',
  savings: 'savings',
};

/** The scope that a procedure (`circuits.trip`) takes; null: none; undefined: nobody has said. */
export function scopeOf(path: string): Scope | null | undefined {
  const noun = path.split('.', 1)[0] ?? '';
  return Object.hasOwn(scopeOfNoun, noun) ? scopeOfNoun[noun] : undefined;
}

/** A token of a program: a row of `tokens`. */
export interface TokenRecord {
  id: string;
  name: string;
  /** Of the secret, which was shown once and is kept nowhere. */
  hash: string;
  role: Role;
  /** What it may be used for; empty: everything its role allows. */
  scopes: Scope[];
  createdAt: number;
  createdBy: string;
  /** Null: it does not expire. */
  expiresAt: number | null;
  /** Not kept to the minute; null: never. */
  lastUsedAt: number | null;
  revokedAt: number | null;
}

/** A person: a row of `people`. */
export interface PersonRecord {
  id: string;
  /** What they sign in with and are called in the audit. */
  name: string;
  role: Role;
  /** Argon2id in its usual form; null: no password was set. */
  passwordHash: string | null;
  /** Who they are at the identity provider, `issuer subject`; null: they have not come that way. */
  subject: string | null;
  /** Of the one-use link by which they set a password; null: none is out. */
  inviteHash: string | null;
  inviteEndsAt: number | null;
  createdAt: number;
  createdBy: string;
  seenAt: number | null;
  /** Null: they may come in. */
  disabledAt: number | null;
}

/** A token or key as long as this that nobody made up is not guessed, however often somebody tries. */
export const unguessableCharacters = 16;

/** Whether a token lets anybody in at this moment. */
export function isGood(token: TokenRecord, now: number): boolean {
  return token.revokedAt === null && (token.expiresAt === null || now < token.expiresAt);
}

/** A token as it is shown to people. */
export type ShownToken = Omit<TokenRecord, 'hash'> & { state: 'good' | 'expired' | 'revoked' };

export function shownToken({ hash: _, ...token }: TokenRecord, now: number): ShownToken {
  const expired = token.expiresAt !== null && now >= token.expiresAt;
  return { ...token, state: token.revokedAt !== null ? 'revoked' : expired ? 'expired' : 'good' };
}

/** A person as they are shown to people. */
export interface ShownPerson {
  id: string;
  name: string;
  role: Role;
  /** How they come in. `invited`: by a link that they have not used yet. */
  ways: ('password' | 'provider' | 'invited')[];
  createdAt: number;
  createdBy: string;
  seenAt: number | null;
  disabledAt: number | null;
}

export function shownPerson(person: PersonRecord, now: number): ShownPerson {
  const { id, name, role, createdAt, createdBy, seenAt, disabledAt } = person;
  const invited = person.inviteHash !== null && person.inviteEndsAt !== null && now < person.inviteEndsAt;
  const ways: ShownPerson['ways'] = [
    ...(person.passwordHash === null ? [] : (['password'] as const)),
    ...(person.subject === null ? [] : (['provider'] as const)),
    ...(invited ? (['invited'] as const) : []),
  ];
  return { id, name, role, ways, createdAt, createdBy, seenAt, disabledAt };
}

/** A session as it is shown: which machine, since when. */
export interface ShownSession {
  /** Names it among the sessions; nobody comes in with it. */
  id: string;
  who: string;
  way: SessionWay;
  from: string | null;
  openedAt: number;
  seenAt: number;
  endsAt: number;
  /** The one that asks. */
  current: boolean;
}

/** How somebody signed in. */
export type SessionWay = 'link' | 'token' | 'password' | 'provider';
