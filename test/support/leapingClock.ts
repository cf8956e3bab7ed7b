import type { Clock, Timer } from '../../server/core/clock.ts';
import { realClock } from '../../server/world.ts';

interface Pending {
  at: number;
  run: () => void;
  timer: Timer;
}

/** The real clock, which a test may move forward: for a whole program, whose sockets and threads take real time. */
export class LeapingClock implements Clock {
  private leaptMs = 0;
  private readonly pending = new Set<Pending>();

  now(): number {
    return realClock.now() + this.leaptMs;
  }

  wall(): number {
    return realClock.wall() + this.leaptMs;
  }

  after(ms: number, run: () => void): Timer {
    const fire = (): void => {
      this.pending.delete(pending);
      run();
    };
    const pending: Pending = { at: this.now() + ms, run: fire, timer: realClock.after(ms, fire) };
    this.pending.add(pending);
    return {
      cancel: () => {
        this.pending.delete(pending);
        pending.timer.cancel();
      },
    };
  }

  /** Moves both clocks on; what falls due on the way fires at its end, in the order of its time. */
  leap(ms: number): void {
    this.leaptMs += ms;
    const due = [...this.pending].filter(({ at }) => at <= this.now()).sort((one, other) => one.at - other.at);
    for (const pending of due) {
      if (!this.pending.has(pending)) continue;
      pending.timer.cancel();
      pending.run();
    }
  }
}
