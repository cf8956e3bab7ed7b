import type { Clock, Timer } from '../../server/core/clock.ts';

interface Pending {
  at: number;
  order: number;
  run: () => void;
}

/** A clock that a test moves by hand: five minutes pass at once. Timers fire in the order of their time. */
export class FakeClock implements Clock {
  private monotonic = 0;
  private offset: number;
  private order = 0;
  private readonly pending = new Set<Pending>();

  constructor(wall = 1_760_000_000_000) {
    this.offset = wall;
  }

  now(): number {
    return this.monotonic;
  }

  wall(): number {
    return this.offset + this.monotonic;
  }

  after(ms: number, run: () => void): Timer {
    const timer: Pending = { at: this.monotonic + Math.max(0, ms), order: this.order++, run };
    this.pending.add(timer);
    return { cancel: () => void this.pending.delete(timer) };
  }

  /** Moves both clocks on, firing what falls due on the way. */
  advance(ms: number): void {
    const end = this.monotonic + ms;
    for (let next = this.due(end); next; next = this.due(end)) {
      this.pending.delete(next);
      this.monotonic = Math.max(this.monotonic, next.at);
      next.run();
    }
    this.monotonic = end;
  }

  /** An administrator sets the wall clock; monotonic time does not notice. */
  jumpWall(ms: number): void {
    this.offset += ms;
  }

  /** How many timers are waiting: a leak shows here. */
  get timers(): number {
    return this.pending.size;
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
