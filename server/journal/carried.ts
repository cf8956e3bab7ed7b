const secondMs = 1_000;
const seconds = 60;

/** How many were answered in any sixty seconds, and the most there ever were: in constant time a request. */
export class Carried {
  private readonly counts = new Uint32Array(seconds);
  /** The newest second in the counts. */
  private last = Number.NEGATIVE_INFINITY;
  private sum = 0;
  private best = 0;

  /** One request ended at that moment, ms since 1970. What is older than the sixty seconds is left out. */
  add(moment: number, now: number): void {
    const second = Math.floor(Math.min(moment, now) / secondMs);
    // A clock that was set back: those seconds come again.
    if (Math.floor(now / secondMs) < this.last) this.forget();
    if (second > this.last) this.moveTo(second);
    else if (second <= this.last - seconds) return;
    const place = second % seconds;
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.sum += 1;
    this.atLeast(this.sum);
  }

  /** It is known that there were so many. */
  atLeast(requests: number): void {
    if (requests > this.best) this.best = requests;
  }

  get most(): number {
    return this.best;
  }

  private moveTo(second: number): void {
    if (second - this.last >= seconds) this.forget();
    else {
      for (let passed = this.last + 1; passed <= second; passed += 1) {
        this.sum -= this.counts[passed % seconds] ?? 0;
        this.counts[passed % seconds] = 0;
      }
    }
    this.last = second;
  }

  private forget(): void {
    this.counts.fill(0);
    this.sum = 0;
    this.last = Number.NEGATIVE_INFINITY;
  }
}
