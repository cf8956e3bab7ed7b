import type { Storage } from '../../db/storage.ts';
import type { SessionWay, ShownSession, TokenRecord } from '../core/access.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { SessionRecord } from '../core/records.ts';
import type { Role } from '../core/roles.ts';
import { hashOf, newSecret } from '../operations/access/secret.ts';

/** How long a sign-in lasts where nothing says less. */
export const sessionMs = 7 * 86_400_000;
/** Open at once; over it the eldest ends. */
const maxSessions = 1_000;
/** When somebody was last seen is written so often at most: a live page asks all day. */
const seenMs = 10 * 60_000;
/** A storage that refused is asked again after so long. */
const againMs = 5_000;
/** The last try gets so long. */
const closeMs = 2_000;
/** Of a hash: enough to name one among a thousand. */
const idCharacters = 16;

/** Who signs in, and how. */
export interface SignIn {
  who: string;
  role: Role;
  /** The person or the token whose session it is, or the seal of `RECLOSER_TOKEN`; null: of none of them. */
  owner: string | null;
  way: SessionWay;
  from: string | null;
}

export interface Session extends SignIn {
  id: string;
  /** Aborts when the session ends, so that its open streams end with it. */
  signal: AbortSignal;
}

/** Sessions of people. Only hashes of secrets are kept. */
export interface SessionStore {
  /** Begins a session that lasts for `lastsMs` (a week); the answer is the secret for the cookie, which is told nowhere else. */
  open(signIn: SignIn, lastsMs?: number): string;
  /** Whose secret this is; null: nobody's. */
  find(secret: string): Session | null;
  /** Ends it; an unknown one is ended already. */
  close(secret: string): void;
  /** Ends every session of whoever has this one, on whatever machine. */
  closeAll(session: Pick<Session, 'who' | 'owner'>): void;
}

interface Kept {
  record: SessionRecord;
  ending: AbortController;
  timer: Timer;
}

/** A token that was used since the start. */
interface Used {
  ending: AbortController;
  /** Null: it does not expire. */
  timer: Timer | null;
}

export interface SessionDeps {
  storage: Pick<Storage, 'writeSessions'>;
  clock: Clock;
  log: Log;
  /** Those of earlier runs. */
  restored: readonly SessionRecord[];
}

/** Which tokens and people were seen, and when: written with the sessions. */
type Seen = { tokens: Map<string, number>; people: Map<string, number> };

/**
 * Sessions in memory, where they are looked up, and in the storage, so that they outlive the process. While the storage is
 * down they go on; what changed is written once it is back.
 */
export class Sessions implements SessionStore {
  private readonly deps: SessionDeps;
  /** By hash, the eldest first. */
  private readonly kept = new Map<string, Kept>();
  /** By id; no more than there are tokens that let somebody in. */
  private readonly used = new Map<string, Used>();
  /** Not written yet; null: it ended. */
  private readonly changes = new Map<string, SessionRecord | null>();
  private seen: Seen = { tokens: new Map(), people: new Map() };
  private writing: Promise<void> | null = null;
  private failing = false;
  private closing = false;
  /** Ends the rest between two tries. */
  private wake: () => void = () => {};

  constructor(deps: SessionDeps) {
    this.deps = deps;
    for (const record of deps.restored) this.keep(record);
    this.endEldest();
  }

  open(signIn: SignIn, lastsMs = sessionMs): string {
    const now = Math.round(this.deps.clock.wall());
    const secret = newSecret();
    const { who, role, owner, way, from } = signIn;
    const times = { openedAt: now, seenAt: now, endsAt: now + lastsMs };
    const record = { hash: hashOf(secret), who, role, owner, way, from, ...times };
    this.keep(record);
    this.endEldest();
    this.write(record.hash, record);
    return secret;
  }

  find(secret: string): Session | null {
    const kept = this.kept.get(hashOf(secret));
    if (!kept) return null;
    const now = Math.round(this.deps.clock.wall());
    if (now - kept.record.seenAt >= seenMs) {
      kept.record = { ...kept.record, seenAt: now };
      this.write(kept.record.hash, kept.record);
    }
    const { hash, who, role, owner, way, from } = kept.record;
    return { id: idOf(hash), who, role, owner, way, from, signal: kept.ending.signal };
  }

  close(secret: string): void {
    this.endHash(hashOf(secret));
  }

  closeAll({ who, owner }: Pick<Session, 'who' | 'owner'>): void {
    for (const [hash, { record }] of this.kept) {
      if (owner === null ? record.owner === null && record.who === who : record.owner === owner) this.endHash(hash);
    }
  }

  list(): Omit<ShownSession, 'current'>[] {
    return [...this.kept.values()].map(({ record }) => {
      const { hash, who, way, from, openedAt, seenAt, endsAt } = record;
      return { id: idOf(hash), who, way, from, openedAt, seenAt, endsAt };
    });
  }

  end(id: string): boolean {
    const hash = [...this.kept.keys()].find((key) => idOf(key) === id);
    if (hash === undefined) return false;
    this.endHash(hash);
    return true;
  }

  /** Of sessions that were opened with a token. */
  tokenOwners(): string[] {
    const owners = [...this.kept.values()].map(({ record: { way, owner } }) => (way === 'token' ? owner : null));
    return [...new Set(owners)].filter((owner) => owner !== null);
  }

  endOf(owner: string): void {
    for (const [hash, { record }] of this.kept) if (record.owner === owner) this.endHash(hash);
    const used = this.used.get(owner);
    this.used.delete(owner);
    used?.timer?.cancel();
    used?.ending.abort();
  }

  /** Aborts when this token, which is good, lets nobody in any more: streams that were asked for with it end then. */
  signalOf(token: Pick<TokenRecord, 'id' | 'expiresAt'>): AbortSignal {
    const used = this.used.get(token.id) ?? { ending: new AbortController(), timer: this.expiry(token) };
    this.used.set(token.id, used);
    return used.ending.signal;
  }

  private expiry({ id, expiresAt }: Pick<TokenRecord, 'id' | 'expiresAt'>): Timer | null {
    const { clock } = this.deps;
    if (expiresAt === null) return null;
    return clock.after(expiresAt - clock.wall(), () => {
      const used = this.used.get(id);
      // A timer takes no more than some weeks, and a wall clock may have been set back.
      if (used && clock.wall() < expiresAt) used.timer = this.expiry({ id, expiresAt });
      else this.endOf(id);
    });
  }

  /** A token was used, or a person came, who was last known to at `before`: written now and then, with no act to go with. Says when, if so. */
  sawOwner(kind: keyof Seen, { id, before }: { id: string; before: number | null }): number | null {
    const now = Math.round(this.deps.clock.wall());
    if (before !== null && now - before < seenMs) return null;
    this.seen[kind].set(id, now);
    this.writing ??= this.flush();
    return now;
  }

  /** Settles when all that has changed is on the disk. */
  async written(): Promise<void> {
    await this.writing;
  }

  /** Tries once more to write what is not on the disk; what is left then is logged. */
  async finish(): Promise<void> {
    const { clock, log } = this.deps;
    this.closing = true;
    this.wake();
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = clock.after(closeMs, resolve);
    });
    await Promise.race([this.writing, over]);
    timer?.cancel();
    const ended = [...this.changes.values()].filter((record) => record === null).length;
    if (ended === 0) return;
    log.error(
      { ended },
      `${ended} sessions have ended, which is not on the disk: they hold again from the next start on. End them then.`,
    );
  }

  private keep(record: SessionRecord): void {
    const { clock } = this.deps;
    const timer = clock.after(record.endsAt - clock.wall(), () => this.endHash(record.hash));
    this.kept.set(record.hash, { record, ending: new AbortController(), timer });
  }

  private endEldest(): void {
    for (const [hash] of this.kept) {
      if (this.kept.size <= maxSessions) return;
      this.endHash(hash);
    }
  }

  private endHash(hash: string): void {
    const kept = this.kept.get(hash);
    if (!kept) return;
    this.kept.delete(hash);
    kept.timer.cancel();
    kept.ending.abort();
    this.write(hash, null);
  }

  private write(hash: string, record: SessionRecord | null): void {
    this.changes.set(hash, record);
    this.writing ??= this.flush();
  }

  /** One transaction at a time, each with all that changed meanwhile. */
  private async flush(): Promise<void> {
    const { storage, log } = this.deps;
    while (this.changes.size + this.seen.tokens.size + this.seen.people.size > 0) {
      const changes = [...this.changes];
      const { tokens, people } = this.seen;
      this.changes.clear();
      this.seen = { tokens: new Map(), people: new Map() };
      try {
        await storage.writeSessions({
          put: changes.flatMap(([, record]) => (record ? [record] : [])),
          drop: changes.flatMap(([hash, record]) => (record ? [] : [hash])),
          seen: { tokens: rowsOf(tokens), people: rowsOf(people) },
        });
        this.failing = false;
      } catch (error) {
        if (!this.failing) log.warn({ error }, 'Sign-ins and sign-outs cannot be stored now; they hold, and will be.');
        this.failing = true;
        for (const [hash, record] of changes) if (!this.changes.has(hash)) this.changes.set(hash, record);
        if (this.closing) break;
        await this.rest();
      }
    }
    this.writing = null;
  }

  private async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.deps.clock.after(againMs, resolve);
      this.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function idOf(hash: string): string {
  return hash.slice(0, idCharacters);
}

function rowsOf(seen: Map<string, number>): { id: string; at: number }[] {
  return [...seen].map(([id, at]) => ({ id, at }));
}
