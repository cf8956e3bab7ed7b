import type { Clock } from './clock.ts';

/** Says yes once in so many ms: a log that says the same a thousand times hides all else. */
export class Seldom {
  private readonly clock: Pick<Clock, 'now'>;
  private readonly everyMs: number;
  private last = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'now'>, everyMs: number) {
    this.clock = clock;
    this.everyMs = everyMs;
  }

  /** Whether it is time again; then it is not, for so long. */
  isTime(): boolean {
    const now = this.clock.now();
    if (now - this.last < this.everyMs) return false;
    this.last = now;
    return true;
  }
}
