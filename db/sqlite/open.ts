import { isAbsolute } from 'node:path';
import type { Clock } from '../../server/core/clock.ts';
import type { Log } from '../../server/core/log.ts';
import { type Storage, StorageError, type StorageStatus } from '../storage.ts';
import { Health } from './health.ts';
import { Link } from './link.ts';
import type { OpenAsk, Role } from './messages.ts';
import { SqliteStorage } from './sqliteStorage.ts';
import { type StartThread, startThread } from './start.ts';

export interface OpenOptions {
  /** An absolute path, whose folder is made if it is not there, or `:memory:`. */
  path: string;
  clock: Clock;
  log: Log;
  /** Told of each change of `status()`. */
  onStatus?: ((status: StorageStatus) => void) | undefined;
  /** Pages of 4 kB that the file may grow to; without it, what the disk takes. */
  maxPages?: number | undefined;
  start?: StartThread | undefined;
}

/** A file that another program has locked is waited for so long. */
const openPatienceMs = 5_000;
const openAgainMs = 250;

/**
 * Opens the database and brings its tables up to date. Rejects with `StorageError`: `unusable` for a file that is not ours,
 * from a newer version, or that cannot be made (nothing has been changed then); `unavailable` for one that stays locked.
 */
export async function openSqlite(options: OpenOptions): Promise<Storage> {
  const { path, clock, log } = options;
  const inMemory = path === ':memory:';
  if (!inMemory && !isAbsolute(path)) {
    throw new StorageError('unusable', `The path of the database must be absolute, and ${path} is not.`);
  }
  const health = new Health({ clock, log, onStatus: options.onStatus ?? (() => {}) });
  const link = (role: Role) =>
    new Link({
      role,
      start: options.start ?? startThread,
      clock,
      openAsk: () => openAsk(role),
      onProblem(problem) {
        // That nothing was written while it was away is no news once it is back.
        if (role !== 'reader' && problem === null) health.set('write', null);
        health.set(role === 'reader' ? 'reader' : 'writer', problem);
      },
    });
  const openAsk = (role: Role): OpenAsk => ({ path, role, stamp: clock.wall(), maxPages: options.maxPages ?? null });

  const writer = link(inMemory ? 'both' : 'writer');
  const reader = inMemory ? writer : link('reader');
  reader.warm();
  try {
    await openLink(writer, options);
    if (reader !== writer) await openLink(reader, options);
    return new SqliteStorage({ writer, reader, clock, health, log, openAsk });
  } catch (error) {
    await Promise.all([writer.end(), reader.end()]);
    throw error;
  }
}

async function openLink(link: Link, { clock, log }: { clock: Clock; log: Log }): Promise<void> {
  const end = clock.now() + openPatienceMs;
  for (;;) {
    try {
      const { backup } = await link.open();
      if (backup) log.info({ backup }, 'The database was copied before its tables were brought up to date.');
      return;
    } catch (error) {
      const passing = error instanceof StorageError && error.code === 'unavailable' && clock.now() < end;
      if (!passing) throw error;
    }
    await new Promise<void>((resolve) => void clock.after(openAgainMs, resolve));
  }
}
