import type { Clock, Timer } from '../../server/core/clock.ts';
import type { Link } from './link.ts';

/** Requests counted at once: about what a batch takes, so that an act by hand does not wait long behind it. */
const requestsAtOnce = 500;
/** Between two steps, for batches. */
const pauseMs = 20;
/** After a step that failed: the writer is away, or the file is. */
const againMs = 1_000;

/** Adds requests of before there were minute tables to them, a few at a time, until all are. */
export class OlderRequests {
  private readonly writer: Link;
  private readonly clock: Clock;
  private timer: Timer | null = null;
  private running = false;
  private stopped = false;

  constructor({ writer, clock }: { writer: Link; clock: Clock }) {
    this.writer = writer;
    this.clock = clock;
  }

  /** At the start, and when another file took the place of this one. */
  begin(): void {
    if (this.running) return;
    this.running = true;
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private async run(): Promise<void> {
    const wait = await this.step();
    this.running = wait !== null && !this.stopped;
    if (wait !== null && !this.stopped) this.timer = this.clock.after(wait, () => void this.run());
  }

  /** Says how long to wait before the next step; null: there is none. */
  private async step(): Promise<number | null> {
    try {
      const { more } = await this.writer.ask('countOlder', requestsAtOnce);
      return more ? pauseMs : null;
    } catch {
      return againMs;
    }
  }
}
