import type { Storage } from '../../db/storage.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { SessionRecord } from '../core/records.ts';
import type { Role } from '../core/roles.ts';
import { hashOf, newSecret } from './secret.ts';

export const sessionCookie = 'recloser_session';
/** How long a sign-in lasts. */
export const sessionMs = 7 * 86_400_000;
/** Open at once; over it the eldest ends. */
const maxSessions = 1_000;
/** When somebody was last seen is written so often at most: a live page asks all day. */
const seenMs = 10 * 60_000;
/** A storage that refused is asked again after so long. */
const againMs = 5_000;

/** Whose session it is. */
export interface Person {
  who: string;
  role: Role;
}

export interface Session extends Person {
  /** Aborts when the session ends, so that its open streams end with it. */
  signal: AbortSignal;
}

/** Sessions of people. Only hashes of secrets are kept. */
export interface SessionStore {
  /** Begins a session; the answer is the secret for the cookie, which is told nowhere else. */
  open(person: Person): string;
  /** Who has this secret; null: nobody. */
  find(secret: string): Session | null;
  /** Ends it; an unknown one is ended already. */
  close(secret: string): void;
  /** Ends every session of this person, on whatever machine. */
  closeAll(who: string): void;
}

interface Kept {
  record: SessionRecord;
  ending: AbortController;
  timer: Timer;
}

export interface SessionDeps {
  storage: Pick<Storage, 'writeSessions'>;
  clock: Clock;
  log: Log;
  /** Those of earlier runs. */
  restored: readonly SessionRecord[];
}

/**
 * Sessions in memory, where they are looked up, and in the storage, so that they outlive the process. While the storage is
 * down they go on; what changed is written once it is back.
 */
export class Sessions implements SessionStore {
  private readonly deps: SessionDeps;
  /** By hash, the eldest first. */
  private readonly kept = new Map<string, Kept>();
  /** Not written yet; null: it ended. */
  private readonly changes = new Map<string, SessionRecord | null>();
  private writing = false;

  constructor(deps: SessionDeps) {
    this.deps = deps;
    for (const record of deps.restored) this.keep(record);
    this.endEldest();
  }

  open({ who, role }: Person): string {
    const now = Math.round(this.deps.clock.wall());
    const secret = newSecret();
    const record = { hash: hashOf(secret), who, role, openedAt: now, seenAt: now, endsAt: now + sessionMs };
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
    return { who: kept.record.who, role: kept.record.role, signal: kept.ending.signal };
  }

  close(secret: string): void {
    this.end(hashOf(secret));
  }

  closeAll(who: string): void {
    for (const [hash, { record }] of this.kept) if (record.who === who) this.end(hash);
  }

  private keep(record: SessionRecord): void {
    const { clock } = this.deps;
    const timer = clock.after(record.endsAt - clock.wall(), () => this.end(record.hash));
    this.kept.set(record.hash, { record, ending: new AbortController(), timer });
  }

  private endEldest(): void {
    for (const [hash] of this.kept) {
      if (this.kept.size <= maxSessions) return;
      this.end(hash);
    }
  }

  private end(hash: string): void {
    const kept = this.kept.get(hash);
    if (!kept) return;
    this.kept.delete(hash);
    kept.timer.cancel();
    kept.ending.abort();
    this.write(hash, null);
  }

  private write(hash: string, record: SessionRecord | null): void {
    this.changes.set(hash, record);
    if (!this.writing) void this.flush();
  }

  /** One transaction at a time, each with all that changed meanwhile. */
  private async flush(): Promise<void> {
    const { storage, clock, log } = this.deps;
    this.writing = true;
    while (this.changes.size > 0) {
      const changes = [...this.changes];
      this.changes.clear();
      try {
        await storage.writeSessions({
          put: changes.flatMap(([, record]) => (record ? [record] : [])),
          drop: changes.flatMap(([hash, record]) => (record ? [] : [hash])),
        });
      } catch (error) {
        log.warn({ error }, 'Sign-ins and sign-outs could not be stored; they hold, and are tried again.');
        for (const [hash, record] of changes) if (!this.changes.has(hash)) this.changes.set(hash, record);
        await new Promise<void>((resolve) => void clock.after(againMs, resolve));
      }
    }
    this.writing = false;
  }
}
