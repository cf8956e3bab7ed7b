/** How many slices the rate window has: an old sample leaves at most a thirtieth of the window early. */
const SLICES = 30;
/** How many failed attempts are remembered as evidence. */
export const EVIDENCE_LIMIT = 20;

interface Slice {
  /** Number of the slice since the clock began; a slice of another turn of the ring is empty. */
  turn: number;
  calls: number;
  failures: number;
}

/**
 * What a closed circuit has seen lately: streaks, and a sliding window of calls and failures.
 * It only counts; whether that is enough to open is asked in `trip.ts`. Times are monotonic ms.
 */
export class Samples {
  failuresInARow = 0;
  timeoutsInARow = 0;
  private readonly sliceMs: number;
  private readonly windowMs: number;
  private slices: Slice[] = [];
  private failed: string[] = [];
  private lastAt = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number) {
    this.windowMs = windowMs;
    this.sliceMs = windowMs / SLICES;
  }

  success(now: number): void {
    this.slice(now).calls += 1;
    this.failuresInARow = 0;
    this.timeoutsInARow = 0;
  }

  /** `attempt` is remembered as evidence; `timeout`: it cost its caller a clock. */
  failure(now: number, timeout: boolean, attempt: string): void {
    const slice = this.slice(now);
    slice.calls += 1;
    slice.failures += 1;
    this.failuresInARow += 1;
    this.timeoutsInARow = timeout ? this.timeoutsInARow + 1 : 0;
    this.failed.push(attempt);
    if (this.failed.length > EVIDENCE_LIMIT) this.failed.shift();
  }

  /** Calls and failures that completed within the window before `now`. Changes nothing. */
  within(now: number): { calls: number; failures: number } {
    const turn = Math.floor(now / this.sliceMs);
    const sum = { calls: 0, failures: 0 };
    for (const slice of this.slices) {
      if (!slice || slice.turn <= turn - SLICES) continue;
      sum.calls += slice.calls;
      sum.failures += slice.failures;
    }
    return sum;
  }

  /** Failures and time-outs in a row that would still count at `now`. Changes nothing. */
  streaks(now: number): { failuresInARow: number; timeoutsInARow: number } {
    if (now - this.lastAt > this.windowMs) return { failuresInARow: 0, timeoutsInARow: 0 };
    return { failuresInARow: this.failuresInARow, timeoutsInARow: this.timeoutsInARow };
  }

  /** Ids of the last failed attempts, `count` of them at most, eldest first. */
  evidence(count: number): string[] {
    return this.failed.slice(-Math.min(count, EVIDENCE_LIMIT));
  }

  clear(): void {
    this.failuresInARow = 0;
    this.timeoutsInARow = 0;
    this.slices = [];
    this.failed = [];
    this.lastAt = Number.NEGATIVE_INFINITY;
  }

  /** The slice of `now`. After an idle time longer than the window a streak of long ago is no streak. */
  private slice(now: number): Slice {
    if (now - this.lastAt > this.windowMs) this.clear();
    this.lastAt = now;
    const turn = Math.floor(now / this.sliceMs);
    const place = turn % SLICES;
    const found = this.slices[place];
    if (found?.turn === turn) return found;
    const fresh = { turn, calls: 0, failures: 0 };
    this.slices[place] = fresh;
    return fresh;
  }
}
