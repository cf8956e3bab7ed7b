import type { Clock } from '../core/clock.ts';
import { Roster } from '../core/roster.ts';
import type { Interrupt } from './interrupt.ts';

/** After the last requests were told to end, they have so long to say so to their callers. */
const LAST_WORDS_MS = 1_000;

/** The requests in flight, so that going down can wait for them, and then end them. */
export class InFlight {
  private readonly interrupts = new Roster<Interrupt>();
  private readonly onEmpty = new Set<() => void>();

  enter(interrupt: Interrupt): () => void {
    const place = this.interrupts.add(interrupt);
    return () => {
      this.interrupts.remove(place);
      if (this.interrupts.size === 0) for (const tell of [...this.onEmpty]) tell();
    };
  }

  /** Calls `tell` once, when all have ended; at once when none is there. */
  whenEmpty(tell: () => void): void {
    if (this.interrupts.size === 0) {
      tell();
      return;
    }
    const once = () => {
      this.onEmpty.delete(once);
      tell();
    };
    this.onEmpty.add(once);
  }

  /** Waits for all to end, `graceMs` at most; those left then are told to stop: within this very call if it is 0. */
  async drain(clock: Clock, graceMs: number): Promise<void> {
    if (graceMs > 0) await this.emptied(clock, graceMs);
    for (const interrupt of this.interrupts.list()) interrupt.raise('shutdown');
    await this.emptied(clock, LAST_WORDS_MS);
  }

  private emptied(clock: Clock, ms: number): Promise<void> {
    if (this.interrupts.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel();
        this.onEmpty.delete(end);
        resolve();
      };
      const timer = clock.after(ms, end);
      this.onEmpty.add(end);
    });
  }
}
