/** What is left of the calls in flight at which a provider said "too many". */
const CUT = 0.7;
/** After a 429 it is left at what was borne for so long before one more is tried, twice as long after each further one … */
const FIRST_HOLD_MS = 60_000;
/** … up to this. */
const LONGEST_HOLD_MS = 600_000;
/** Raised so often in a row without a 429, the hold is short again. */
const RAISES_TO_TRUST = 2;

/**
 * How many calls a provider may have in flight: what the config allows, until it answers 429. Then seven tenths of what it had,
 * one more for each round of good answers up to what it bore before, and beyond that, with time, one more, two more, four more …
 * So the next 429 is far away, and nobody has to set anything back. Times are monotonic ms.
 */
export class Allowance {
  private readonly most: number;
  private allowed: number;
  /** What it is known to bear. */
  private borne: number;
  private raiseAt = Number.POSITIVE_INFINITY;
  private holdMs = FIRST_HOLD_MS;
  private step = 1;
  private raises = RAISES_TO_TRUST;

  /** `most`: the `concurrency` of the config, at least 1. */
  constructor(most: number) {
    this.most = most;
    this.allowed = most;
    this.borne = most;
  }

  /** Calls in flight allowed at `now`, from 1 to `most`. */
  limit(now: number): number {
    while (now >= this.raiseAt) this.raise();
    return Math.floor(this.allowed);
  }

  /** A good answer. */
  succeeded(now: number): void {
    if (this.allowed >= this.most) return;
    this.limit(now);
    if (this.allowed < this.borne) this.allowed = Math.min(this.borne, this.allowed + 1 / this.allowed);
  }

  /**
   * A 429. `inFlight`: how many calls were out when the one that got it was let through, itself among them. One alone says
   * nothing of how many are borne.
   */
  throttled(now: number, inFlight: number): void {
    // More than is allowed are let through where nobody else takes them: that it would be too much was known.
    if (inFlight < 2 || inFlight > this.limit(now)) return;
    this.holdMs = this.raises >= RAISES_TO_TRUST ? FIRST_HOLD_MS : Math.min(LONGEST_HOLD_MS, this.holdMs * 2);
    this.borne = inFlight - 1;
    this.allowed = Math.max(1, Math.floor(inFlight * CUT));
    this.step = 1;
    this.raises = 0;
    this.raiseAt = now + this.holdMs;
  }

  /** Time alone gives back what was borne, and tries more. */
  private raise(): void {
    this.allowed = Math.max(this.allowed, this.borne);
    this.borne = Math.min(this.most, this.borne + this.step);
    this.step *= 2;
    this.raises += 1;
    this.raiseAt = this.allowed >= this.most ? Number.POSITIVE_INFINITY : this.raiseAt + this.holdMs;
  }
}
