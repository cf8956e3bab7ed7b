/** What a provider gets at first after it came back. */
const FIRST_SHARE = 0.1;

/**
 * From a tenth of the traffic to all of it in `rampMs` after a recovery, so that a provider that has just come back
 * is not met by everybody at once. Even by count, not by dice: at a third, every third call. Times are monotonic ms.
 */
export class Ramp {
  private startedAt: number | null = null;
  /** The first call after a recovery is let through. */
  private credit = 1;

  private rampMs: number;

  constructor(rampMs: number) {
    this.rampMs = rampMs;
  }

  start(now: number): void {
    this.startedAt = this.rampMs > 0 ? now : null;
    this.credit = 1;
  }

  /** Takes so long from now on, also when one is under way. */
  adopt(rampMs: number): void {
    this.rampMs = rampMs;
    if (rampMs === 0) this.stop();
  }

  stop(): void {
    this.startedAt = null;
  }

  /** Share let through at `now`, 0.1 to 1; null: not on a ramp. Changes nothing. */
  share(now: number): number | null {
    if (this.startedAt === null) return null;
    const done = (now - this.startedAt) / this.rampMs;
    return done >= 1 ? null : FIRST_SHARE + (1 - FIRST_SHARE) * done;
  }

  /** When all of the traffic is let through again, or null. */
  endsAt(now: number): number | null {
    return this.share(now) === null || this.startedAt === null ? null : this.startedAt + this.rampMs;
  }

  /** Asks for one call; true lets it through. */
  admit(now: number): boolean {
    const share = this.share(now);
    if (share === null) return true;
    this.credit += share;
    if (this.credit < 1) return false;
    this.credit -= 1;
    return true;
  }
}
