import type { Clock, Timer } from '../core/clock.ts';
import { hashOf, newSecret } from './secret.ts';

export const sessionCookie = 'recloser_session';
/** How long a sign-in lasts. */
export const sessionMs = 7 * 86_400_000;
/** Open at once; over it the eldest ends. */
const maxSessions = 1_000;

export interface Session {
  who: string;
  /** Aborts when the session ends, so that its open streams end with it. */
  signal: AbortSignal;
}

/** Sessions of people. Asynchronous, so that they may be kept in the storage later. Only hashes of secrets are kept. */
export interface SessionStore {
  /** Begins a session; the answer is the secret for the cookie, which is told nowhere else. */
  open(who: string): Promise<string>;
  find(secret: string): Promise<Session | null>;
  /** Ends it; an unknown one is ended already. */
  close(secret: string): Promise<void>;
}

interface Kept {
  who: string;
  ending: AbortController;
  timer: Timer;
}

/** Sessions in memory: a restart signs everybody out. */
export class MemorySessions implements SessionStore {
  private readonly clock: Clock;
  private readonly kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async open(who: string): Promise<string> {
    const [eldest] = this.kept.keys();
    if (this.kept.size >= maxSessions && eldest !== undefined) this.end(eldest);
    const secret = newSecret();
    const hash = hashOf(secret);
    const timer = this.clock.after(sessionMs, () => this.end(hash));
    this.kept.set(hash, { who, ending: new AbortController(), timer });
    return secret;
  }

  async find(secret: string): Promise<Session | null> {
    const kept = this.kept.get(hashOf(secret));
    return kept ? { who: kept.who, signal: kept.ending.signal } : null;
  }

  async close(secret: string): Promise<void> {
    this.end(hashOf(secret));
  }

  private end(hash: string): void {
    const kept = this.kept.get(hash);
    if (!kept) return;
    this.kept.delete(hash);
    kept.timer.cancel();
    kept.ending.abort();
  }
}
