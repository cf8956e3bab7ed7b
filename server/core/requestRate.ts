const SECOND_MS = 1_000;
const SECONDS = 60;
const WINDOW_MS = SECONDS * SECOND_MS;

/** How a client stands with its requests of the last sixty seconds. Lengths of time are ms. */
export interface RateStanding {
  /** Requests that it may send at once. */
  remaining: number;
  /** Until it may send one more than now; 0: nothing is counted. */
  resetMs: number;
}

/**
 * Counts requests by the second over the last sixty, so that no sixty seconds ever hold more than the limit: a request
 * leaves when its whole second is sixty seconds old. In constant time and memory. Times are monotonic ms.
 */
export class RequestRate {
  private readonly counts = new Uint32Array(SECONDS + 1);
  private total = 0;
  /** Number of the newest second counted. */
  private newest = 0;

  /** Counts one more, if `limit` allows it: null; else how long until it would. */
  take(limit: number, now: number): number | null {
    this.forget(now);
    if (this.total >= limit) return this.freeInMs(limit, now);
    const place = this.newest % this.counts.length;
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.total += 1;
    return null;
  }

  standing(limit: number, now: number): RateStanding {
    this.forget(now);
    const remaining = Math.max(0, limit - this.total);
    return { remaining, resetMs: this.total === 0 ? 0 : this.freeInMs(this.total, now) };
  }

  /** Until fewer than `limit` are counted. */
  private freeInMs(limit: number, now: number): number {
    let left = this.total;
    for (let second = this.newest - SECONDS; second <= this.newest; second += 1) {
      left -= this.counts[placeOf(second, this.counts.length)] ?? 0;
      if (left < limit) return Math.max(1, (second + 1) * SECOND_MS + WINDOW_MS - now);
    }
    return WINDOW_MS;
  }

  /** Seconds that are over sixty seconds old count no more. */
  private forget(now: number): void {
    const second = Math.floor(now / SECOND_MS);
    for (let each = Math.max(this.newest + 1, second - SECONDS); each <= second; each += 1) {
      const place = placeOf(each, this.counts.length);
      this.total -= this.counts[place] ?? 0;
      this.counts[place] = 0;
    }
    this.newest = Math.max(this.newest, second);
  }
}

function placeOf(second: number, places: number): number {
  return ((second % places) + places) % places;
}
