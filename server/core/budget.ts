/** Further tries earned by each request. */
const triesPerRequest = 0.1;
/** Further tries earned by each second, so that little traffic may retry too. */
const triesPerSecond = 3;
/** What may be saved up: a quiet night must not pay for a storm of retries in the morning. */
const maxSavedTries = 30;

/**
 * Bounds further tries on the *same* provider: a tenth of the requests plus three a second. Without it, retries multiply
 * the traffic to a provider exactly when it can bear it least. One for the process. Times are `Clock.now()`, in milliseconds.
 */
export class RetryBudget {
  private saved = triesPerSecond;
  private lastNow: number | null = null;

  /** A request has come. */
  request(now: number): void {
    this.earn(now);
    this.saved = Math.min(maxSavedTries, this.saved + triesPerRequest);
  }

  /** Asks for one further try; true: it may be made, and is paid for. */
  take(now: number): boolean {
    this.earn(now);
    if (this.saved < 1) return false;
    this.saved -= 1;
    return true;
  }

  private earn(now: number): void {
    const elapsedMs = this.lastNow === null ? 0 : Math.max(0, now - this.lastNow);
    this.lastNow = now;
    this.saved = Math.min(maxSavedTries, this.saved + (elapsedMs / 1_000) * triesPerSecond);
  }
}
