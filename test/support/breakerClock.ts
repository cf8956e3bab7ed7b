import type { Clock, Timer } from '../../server/core/clock.ts';

/** Timers fire so much early, as those of Node.js do by up to a millisecond. */
export const EARLY_MS = 0.5;

interface Pending {
  at: number;
  order: number;
  run: () => void;
}

/**
 * A clock that does to a circuit what real ones do: timers fire a little early, the event loop stalls so that they
 * fire late, an administrator moves the wall, and a new process starts counting from elsewhere.
 */
export class BreakerClock implements Clock {
  private monotonic = 0;
  private offset = 1_760_000_000_000;
  private order = 0;
  private readonly pending = new Set<Pending>();

  now(): number {
    return this.monotonic;
  }

  wall(): number {
    return this.offset + this.monotonic;
  }

  after(ms: number, run: () => void): Timer {
    const early = ms > 1 ? EARLY_MS : 0;
    const timer: Pending = { at: this.monotonic + Math.max(0, ms) - early, order: this.order++, run };
    this.pending.add(timer);
    return { cancel: () => void this.pending.delete(timer) };
  }

  /** Time goes by, and timers fire on the way. */
  advance(ms: number): void {
    const end = this.monotonic + ms;
    for (let next = this.due(end); next; next = this.due(end)) {
      this.pending.delete(next);
      this.monotonic = Math.max(this.monotonic, next.at);
      next.run();
    }
    this.monotonic = end;
  }

  /** Time goes by, and no timer gets its turn. */
  stall(ms: number): void {
    this.monotonic += ms;
  }

  jumpWall(ms: number): void {
    this.offset += ms;
  }

  /** Another process, `downMs` later: its timers are gone, and its monotonic clock begins anew. */
  restart(downMs: number): void {
    const wall = this.wall() + downMs;
    this.pending.clear();
    this.monotonic = 1_000;
    this.offset = wall - this.monotonic;
  }

  private due(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.pending) {
      if (timer.at > end) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}
