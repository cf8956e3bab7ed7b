import type { Clock } from '../../server/core/clock.ts';
import type { Log } from '../../server/core/log.ts';
import { StorageError, type StoredAct } from '../storage.ts';
import { Growth } from './growth.ts';
import type { Health } from './health.ts';
import type { Link } from './link.ts';

/** Acts kept while the database cannot be written. People make them, one by one: this is hours of a bad day. */
const maxWaiting = 1_000;
const againMs = { first: 50, most: 1_000 };

interface Waiting {
  act: StoredAct;
  resolve: () => void;
  reject: (error: StorageError) => void;
}

/** Writes acts in their order, each tried again until it is on the disk. */
export class ActLine {
  private readonly writer: Link;
  private readonly clock: Clock;
  private readonly health: Health;
  private readonly log: Log;
  private readonly waits = new Growth(againMs);
  private readonly waiting: Waiting[] = [];
  private running: Promise<void> | null = null;

  constructor(options: { writer: Link; clock: Clock; health: Health; log: Log }) {
    this.writer = options.writer;
    this.clock = options.clock;
    this.health = options.health;
    this.log = options.log;
  }

  write(act: StoredAct): Promise<void> {
    if (this.waiting.length >= maxWaiting) {
      return Promise.reject(new StorageError('unavailable', `${maxWaiting} acts wait for the database already.`));
    }
    const written = new Promise<void>((resolve, reject) => this.waiting.push({ act, resolve, reject }));
    this.running ??= this.run();
    return written;
  }

  /** Settles when no act waits any more. */
  async idle(): Promise<void> {
    await this.running;
  }

  /** Gives up what is still waiting. */
  drop(): void {
    const error = new StorageError('unavailable', 'The database was closed before it took this act.');
    for (const { act, reject } of this.waiting.splice(0)) {
      this.log.error(
        { audit: act.audit },
        'An act by hand was not written before the end; the next start knows nothing of it.',
      );
      reject(error);
    }
  }

  private async run(): Promise<void> {
    for (let first = this.waiting[0]; first; first = this.waiting[0]) {
      const refused = await this.tryOnce(first.act);
      if (refused === 'again') {
        await new Promise<void>((resolve) => void this.clock.after(this.waits.next(), resolve));
        continue;
      }
      this.waits.reset();
      this.waiting.shift();
      if (refused) first.reject(refused);
      else first.resolve();
    }
    this.running = null;
  }

  /** Null: written. An error: the act itself cannot be stored. */
  private async tryOnce(act: StoredAct): Promise<StorageError | 'again' | null> {
    try {
      await this.writer.ask('act', act);
      this.health.set('write', null);
      return null;
    } catch (error) {
      if (error instanceof StorageError && error.code === 'bad_request') return error;
      this.health.set('write', error instanceof Error ? error.message : String(error));
      return 'again';
    }
  }
}
