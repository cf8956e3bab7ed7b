import type { Clock, Timer } from '../core/clock.ts';
import type { Telling } from '../core/incidents/types.ts';
import type { Log } from '../core/log.ts';
import type { Look } from './tellIncidents.ts';

/** How often the record is looked at, at leisure. */
const tickMs = 15_000;
/** After a transition it is looked at so soon: by then it is in the record. Several at once are one look. */
const hurryMs = 1_000;
/** While it catches up with a record that nobody has told, others come in between. */
const catchUpMs = 50;

interface ChronicleOptions {
  /** Tells the record up to a moment, ms since 1970, or a part of what is left of it. */
  look: (until: number) => Promise<Look>;
  clock: Clock;
  log: Log;
  /** Something was written of incidents, or the last of the old ones has been told. */
  onWritten: () => void;
}

/** Keeps the table of incidents true, off the path of requests: one look after the other, never two. */
export class Chronicle {
  private readonly options: ChronicleOptions;
  private timer: Timer | null = null;
  private running = false;
  private looking: Promise<void> | null = null;
  /** A transition came while it looked. */
  private hurried = false;
  private failing = false;
  private told: Telling = { isBehind: true, toldUntil: null };

  constructor(options: ChronicleOptions) {
    this.options = options;
  }

  /** Begins with what happened before this run. */
  start(): void {
    this.running = true;
    this.next(hurryMs);
  }

  /** Resolves when the look under way has ended. */
  async stop(): Promise<void> {
    this.running = false;
    this.timer?.cancel();
    await this.looking;
  }

  /** How far the record has been told. */
  readonly telling = (): Telling => this.told;

  transition(): void {
    if (!this.running) return;
    if (this.looking) this.hurried = true;
    else this.next(hurryMs);
  }

  private next(ms: number): void {
    this.timer?.cancel();
    this.timer = this.options.clock.after(ms, () => {
      this.looking = this.look().then((more) => {
        this.looking = null;
        if (this.running) this.next(more ? catchUpMs : this.hurried ? hurryMs : tickMs);
        this.hurried = false;
      });
    });
  }

  /** Whether there is more to look at now. Never rejects. */
  private async look(): Promise<boolean> {
    const { look, clock, log, onWritten } = this.options;
    try {
      const { written, more, until } = await look(clock.wall());
      const wasBehind = this.told.isBehind;
      this.told = { isBehind: more, toldUntil: until };
      if (written || (wasBehind && !more)) onWritten();
      if (this.failing) log.info({}, 'Incidents are told again.');
      this.failing = false;
      return more;
    } catch (error) {
      if (!this.failing && this.running) {
        log.warn({ error }, 'The record cannot be read or written now: incidents are told as soon as it can be.');
      }
      this.failing = true;
      return false;
    }
  }
}
