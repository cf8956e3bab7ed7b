import type { Clock, Timer } from '../core/clock.ts';

/** What ends a request from outside: its caller left, its time for a first token is over, or we are going down. */
export type InterruptReason = 'callerLeft' | 'deadline' | 'shutdown';

/** One per request. Whoever works or waits for the request listens here and stops. */
export class Interrupt {
  private current: InterruptReason | null = null;
  private readonly listeners = new Set<(reason: InterruptReason) => void>();

  get reason(): InterruptReason | null {
    return this.current;
  }

  /** The first reason stays, but for the deadline: an answer that has begun goes on past it, and its caller may leave yet. */
  raise(reason: InterruptReason): void {
    if (this.current !== null && this.current !== 'deadline') return;
    this.current = reason;
    for (const listen of [...this.listeners]) listen(reason);
  }

  /** Calls `listen` at each reason raised from now on, until the returned function is called. */
  onRaise(listen: (reason: InterruptReason) => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  /** Waits `ms`, or less when a reason is raised. */
  wait(clock: Clock, ms: number): Promise<void> {
    if (this.current !== null || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const end = () => {
        timer?.cancel();
        off();
        resolve();
      };
      const off = this.onRaise(end);
      timer = clock.after(ms, end);
    });
  }
}
