const FIRST_INTERVAL_MS = 5_000;
const SHORTEST_INTERVAL_MS = 50;
const LONGEST_INTERVAL_MS = 300_000;

/**
 * How often the last one standing may be tried while it is open: one call in 5 s at first, twice as often after each
 * success, half as often after each failure. Times are monotonic ms.
 */
export class Pacing {
  private intervalMs = FIRST_INTERVAL_MS;
  private next: number;

  /** `now`: when the circuit opened. */
  constructor(now: number) {
    this.next = now + FIRST_INTERVAL_MS;
  }

  /** When the next forced call would be let through. */
  get nextAt(): number {
    return this.next;
  }

  /** Takes the next call if it is due. */
  take(now: number): boolean {
    if (now < this.next) return false;
    this.next = now + this.intervalMs;
    return true;
  }

  succeeded(now: number): void {
    this.intervalMs = Math.max(SHORTEST_INTERVAL_MS, this.intervalMs / 2);
    this.next = Math.min(this.next, now + this.intervalMs);
  }

  failed(now: number): void {
    this.intervalMs = Math.min(LONGEST_INTERVAL_MS, this.intervalMs * 2);
    this.next = Math.max(this.next, now + this.intervalMs);
  }

  /** A provider that named a time is not tried sooner. */
  notBefore(at: number): void {
    this.next = Math.max(this.next, at);
  }
}
