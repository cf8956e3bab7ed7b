import type { CallEnd } from './play.ts';

/** One call that a simulated provider took. It goes on changing until its end. */
export interface SeenCall {
  provider: string;
  /** Monotonic ms of the simulator's clock, once the body was there. */
  at: number;
  method: string;
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** As JSON, or null when it was none. */
  body: unknown;
  bodyBytes: number;
  /** The fault it met, by name. */
  fault: string;
  tokensSent: number;
  end: 'open' | CallEnd;
  endedAt: number | null;
}

export const LOG_CALLS_MAX = 10_000;
/** Bytes of bodies kept over all calls; the oldest calls go first. */
export const LOG_BYTES_MAX = 128 * 1024 * 1024;
const WAITERS_MAX = 1_000;

interface Waiter {
  test: (calls: readonly SeenCall[]) => boolean;
  resolve: () => void;
}

/** What the simulated providers saw, oldest first, bounded. */
export class CallLog {
  readonly calls: SeenCall[] = [];
  private bytes = 0;
  private readonly callsMax: number;
  private readonly waiters = new Set<Waiter>();

  constructor(callsMax = LOG_CALLS_MAX) {
    this.callsMax = Math.min(callsMax, LOG_CALLS_MAX);
  }

  add(call: SeenCall): void {
    this.calls.push(call);
    this.bytes += call.bodyBytes;
    while (this.calls.length > this.callsMax || (this.bytes > LOG_BYTES_MAX && this.calls.length > 1)) {
      this.bytes -= this.calls.shift()?.bodyBytes ?? 0;
    }
    this.changed();
  }

  /** Forgets the calls of one provider, or all. */
  forget(provider?: string): void {
    const kept = provider === undefined ? [] : this.calls.filter((call) => call.provider !== provider);
    this.calls.splice(0, this.calls.length, ...kept);
    this.bytes = kept.reduce((sum, call) => sum + call.bodyBytes, 0);
  }

  /** Resolves as soon as the calls pass the test: at once, or when a call arrives, sends a token or ends. */
  until(test: (calls: readonly SeenCall[]) => boolean): Promise<void> {
    if (test(this.calls)) return Promise.resolve();
    if (this.waiters.size >= WAITERS_MAX) {
      return Promise.reject(new Error(`More than ${WAITERS_MAX} waits on the simulator at once: end some first.`));
    }
    return new Promise((resolve) => this.waiters.add({ test, resolve }));
  }

  changed(): void {
    for (const waiter of this.waiters) {
      if (!waiter.test(this.calls)) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }
}
