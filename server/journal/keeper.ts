import type { LetGoAsk, Storage } from '../../db/storage.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { type KeptKind, keptFrom, keptKinds, type RetentionSettings } from '../core/retention.ts';

/** Rows let go at once: what a batch takes, so that an act by hand waits no longer behind it. */
const rowsAtOnce = 250;
/** Between two such steps the writer is free: it gives a fifth of its time to this at most. */
const pauseMs = 100;
/** Not in the first minute, when the program has most to do. */
const firstMs = 60_000;
const everyMs = 600_000;
/** A wall clock that runs ahead of the time passed by more than this is not believed. */
const clockDoubtMs = 3_600_000;
/** Incidents that are not over, looked at. */
const unresolvedLimit = 100;

interface KeeperOptions {
  storage: Pick<Storage, 'letGo' | 'listIncidents'>;
  retention: RetentionSettings;
  clock: Clock;
  log: Log;
}

/** Lets go of what is older than `retention` says: little by little, one step after the other, never two. */
export class Keeper {
  private readonly options: KeeperOptions;
  private readonly began: { wall: number; now: number };
  private timer: Timer | null = null;
  private running = false;
  private sweeping: Promise<void> | null = null;
  private wake: () => void = () => {};
  private failing = false;

  constructor(options: KeeperOptions) {
    this.options = options;
    this.began = { wall: options.clock.wall(), now: options.clock.now() };
  }

  start(): void {
    this.running = true;
    this.next(firstMs);
  }

  /** Resolves when the step under way has ended. */
  async stop(): Promise<void> {
    this.running = false;
    this.timer?.cancel();
    this.wake();
    await this.sweeping;
  }

  private next(ms: number): void {
    this.timer = this.options.clock.after(ms, () => {
      this.sweeping = this.sweep().finally(() => {
        this.sweeping = null;
        if (this.running) this.next(everyMs);
      });
    });
  }

  private async sweep(): Promise<void> {
    const { log, storage, retention } = this.options;
    try {
      const now = this.now();
      const { rows } = await storage.listIncidents({ unresolved: true, limit: unresolvedLimit });
      const heldFrom = rows.length > 0 ? Math.min(...rows.map(({ beganAt }) => beganAt)) : null;
      const from = keptFrom(retention, { now, heldFrom });
      for (const kind of keptKinds) {
        const gone = await this.letGo({ kind, before: from[kind], limit: rowsAtOnce, at: now });
        if (gone > 0) log.info(saidOf(kind, gone, from[kind]), `${gone} old rows were let go (retention.${kind}).`);
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) log.warn({ error }, 'Old rows cannot be let go now: it is tried again in ten minutes.');
      this.failing = true;
    }
  }

  /** All there is to let go of one kind; how many rows that were. */
  private async letGo(ask: LetGoAsk): Promise<number> {
    let gone = 0;
    while (this.running) {
      const { rows, more } = await this.options.storage.letGo(ask);
      gone += rows;
      if (!more || !this.running) break;
      await this.pause();
    }
    return gone;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.options.clock.after(pauseMs, resolve);
      this.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** A clock set forward by mistake must not empty the record. */
  private now(): number {
    const { clock } = this.options;
    return Math.min(clock.wall(), this.began.wall + (clock.now() - this.began.now) + clockDoubtMs);
  }
}

function saidOf(kind: KeptKind, rows: number, before: number): object {
  return { kind, rows, before: new Date(before).toISOString() };
}
