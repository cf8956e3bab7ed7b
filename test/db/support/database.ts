import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { type OpenOptions, openSqlite } from '../../../db/sqlite/open.ts';
import { startThread } from '../../../db/sqlite/start.ts';
import type { Storage, StorageStatus } from '../../../db/storage.ts';
import { realClock } from '../../../server/world.ts';

/** A folder with a database in it, its threads at hand; all gone at the end of the scope. */
export class TestDatabase implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'recloser-db-'));
  readonly path = join(this.folder, 'recloser.db');
  readonly threads: { writer: Worker[]; reader: Worker[] } = { writer: [], reader: [] };
  readonly sentences: string[] = [];
  readonly statuses: StorageStatus[] = [];
  private readonly opened: Storage[] = [];
  private watchers: (() => void)[] = [];

  async open(changes: Partial<OpenOptions> = {}): Promise<Storage> {
    const say = (_context: object, sentence: string) => void this.sentences.push(sentence);
    const storage = await openSqlite({
      path: this.path,
      clock: realClock,
      log: { info: say, warn: say, error: say },
      onStatus: (status) => {
        this.statuses.push(status);
        for (const look of this.watchers) look();
      },
      start: (name) => {
        const worker = startThread(name);
        this.threads[name.endsWith('reader') ? 'reader' : 'writer'].push(worker);
        return worker;
      },
      ...changes,
    });
    this.opened.push(storage);
    return storage;
  }

  /** Resolves when the writer runs its code; it has not opened the file before. */
  async started(): Promise<void> {
    while (!this.threads.writer[0]) await new Promise<void>((resolve) => setImmediate(resolve));
    await once(this.threads.writer[0], 'online');
  }

  /** Resolves when a status has been told, since the opening, that `matches`. */
  async told(matches: (status: StorageStatus) => boolean): Promise<StorageStatus> {
    for (;;) {
      const found = this.statuses.find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => this.watchers.push(resolve));
      this.watchers = [];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const storage of this.opened) await storage.close(2_000);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
