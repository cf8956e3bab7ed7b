import type { Clock, Timer } from './clock.ts';

interface Pending {
  at: number;
  run: () => void;
}

/**
 * A clock that is told what time it is, by what has happened: nothing of the world is in it. Timers fire at their own
 * moment, in the order of their times, when it is moved past them. For few timers: each look goes through them all.
 */
export class DrivenClock implements Clock {
  private time: number;
  private distanceMs: number;
  /** In the order in which they were set. */
  private pending: Pending[] = [];

  /** `now` monotonic, `wall` ms since 1970. */
  constructor(now: number, wall: number) {
    this.time = now;
    this.distanceMs = wall - now;
  }

  now(): number {
    return this.time;
  }

  wall(): number {
    return this.time + this.distanceMs;
  }

  after(ms: number, run: () => void): Timer {
    const timer: Pending = { at: this.time + Math.max(0, ms), run };
    this.pending.push(timer);
    return { cancel: () => this.forget(timer) };
  }

  /** To `now`, firing what falls due on the way; a time before the present one changes nothing. */
  advanceTo(now: number): void {
    for (let due = this.next(now); due; due = this.next(now)) {
      this.forget(due);
      this.time = Math.max(this.time, due.at);
      due.run();
    }
    this.time = Math.max(this.time, now);
  }

  /** The wall clock's distance from the monotonic one, ms, as it is now. */
  setDistance(distanceMs: number): void {
    this.distanceMs = distanceMs;
  }

  private next(until: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.pending) {
      if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    }
    return first;
  }

  private forget(timer: Pending): void {
    const place = this.pending.indexOf(timer);
    if (place >= 0) this.pending.splice(place, 1);
  }
}
