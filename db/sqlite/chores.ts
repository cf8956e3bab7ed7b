import type { Clock, Timer } from '../../server/core/clock.ts';
import type { Link } from './link.ts';

/** What the writer does a little of at a time, between all else. */
interface ChoreKind {
  /** One step: about what a batch takes, so that an act by hand does not wait long behind it. */
  step: (writer: Link, clock: Clock) => Promise<{ more: boolean }>;
  /** When all is done it is looked so often whether there is more again; null: never. */
  restMs: number | null;
}

const requestsAtOnce = 500;
/** Requests are written at their end, and count in the minute they began in: after so long few are still to come. */
const lateMs = 20 * 60_000;

/** Adds requests of before there were minute tables to them, until all are. */
const countOlder: ChoreKind = {
  step: (writer) => writer.ask('countOlder', requestsAtOnce),
  restMs: null,
};

/** Adds up hours that are over, the eldest first: after an update those of the whole record. */
const rollUp: ChoreKind = {
  step: (writer, clock) => writer.ask('rollUp', clock.wall() - lateMs),
  restMs: 5 * 60_000,
};

const skipsAtOnce = 1_000;

/** Adds up the skips of before there were sums of them, until all are. */
const addUpSkips: ChoreKind = {
  step: (writer) => writer.ask('addUpSkips', skipsAtOnce),
  restMs: null,
};

/** Between two steps, for batches. */
const pauseMs = 20;
/** After a step that failed: the writer is away, or the file is. */
const againMs = 1_000;

export class Chores {
  private readonly each: Chore[];

  constructor(options: { writer: Link; clock: Clock }) {
    this.each = [countOlder, rollUp, addUpSkips].map((kind) => new Chore(kind, options));
  }

  /** At the start, and when another file took the place of this one. */
  begin(): void {
    for (const chore of this.each) chore.begin();
  }

  stop(): void {
    for (const chore of this.each) chore.stop();
  }
}

class Chore {
  private readonly kind: ChoreKind;
  private readonly writer: Link;
  private readonly clock: Clock;
  private timer: Timer | null = null;
  private running = false;
  private stopped = false;

  constructor(kind: ChoreKind, { writer, clock }: { writer: Link; clock: Clock }) {
    this.kind = kind;
    this.writer = writer;
    this.clock = clock;
  }

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
      const { more } = await this.kind.step(this.writer, this.clock);
      return more ? pauseMs : this.kind.restMs;
    } catch {
      return againMs;
    }
  }
}
