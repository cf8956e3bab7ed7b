import type { Clock } from '../../server/core/clock.ts';
import { type Batch, StorageError } from '../storage.ts';
import type { Health } from './health.ts';
import type { Link } from './link.ts';

/** Batches waiting behind the one that is being written; the recorder, which keeps its own, has one. */
const maxWaiting = 16;
/** Then its caller is told that it may try again; the thread may still write it, and a row is never written twice. */
const answerMs = 5_000;

interface Waiting {
  batch: Batch;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Gives the writer one batch at a time, so that an act by hand has at most one ahead of it. */
export class BatchLine {
  private readonly writer: Link;
  private readonly clock: Clock;
  private readonly health: Health;
  private readonly waiting: Waiting[] = [];
  private running: Promise<void> | null = null;

  constructor(options: { writer: Link; clock: Clock; health: Health }) {
    this.writer = options.writer;
    this.clock = options.clock;
    this.health = options.health;
  }

  append(batch: Batch): Promise<void> {
    if (this.waiting.length >= maxWaiting) {
      return Promise.reject(new StorageError('unavailable', `${maxWaiting} batches wait for the database already.`));
    }
    const written = new Promise<void>((resolve, reject) => {
      const late = new StorageError('unavailable', `The database has not taken a batch within ${answerMs / 1000} s.`);
      const timer = this.clock.after(answerMs, () => {
        this.health.set('write', late.message);
        reject(late);
      });
      this.waiting.push({
        batch,
        resolve: () => {
          timer.cancel();
          resolve();
        },
        reject: (error) => {
          timer.cancel();
          reject(error);
        },
      });
    });
    this.running ??= this.run();
    return written;
  }

  /** Settles when no batch waits any more. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      try {
        await this.writer.ask('append', next.batch);
        this.health.set('write', null);
        next.resolve();
      } catch (error) {
        if (error instanceof StorageError && error.code !== 'bad_request') this.health.set('write', error.message);
        next.reject(error);
      }
    }
    this.running = null;
  }
}
