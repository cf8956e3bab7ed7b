/** Of the requests that may be hedged, this share at most is. */
const share = 0.02;
/** What may be saved up: a quiet hour must not pay for a burst that doubles the traffic. */
const maxSaved = 5;

/** Bounds hedged requests: two in a hundred at most, however slow a provider becomes. One for the process. */
export class HedgeBudget {
  private saved = 0;

  /** A request has come that may be hedged. */
  request(): void {
    this.saved = Math.min(maxSaved, this.saved + share);
  }

  /** Asks for one hedge; true: it may be made, and is paid for. */
  take(): boolean {
    // Fifty times a fiftieth falls a little short of one.
    if (this.saved < 1 - 1e-9) return false;
    this.saved -= 1;
    return true;
  }
}
