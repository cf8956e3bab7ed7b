import type { Clock } from '../core/clock.ts';

/** The two clocks are rounded apart, so that their distance seems to change by a millisecond at each look; so much is no change. */
const SAME_DISTANCE_MS = 20;

/** Shows monotonic deadlines as wall times, the same one at each look, until somebody moves the wall clock. */
export class WallTimes {
  private readonly clock: Clock;
  private distanceMs: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.distanceMs = clock.wall() - clock.now();
  }

  /** Ms since 1970, whole. */
  of(deadline: number): number {
    const distanceMs = this.clock.wall() - this.clock.now();
    if (Math.abs(distanceMs - this.distanceMs) > SAME_DISTANCE_MS) this.distanceMs = distanceMs;
    return Math.round(this.distanceMs + deadline);
  }
}
