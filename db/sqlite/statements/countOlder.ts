import { desc, inArray, sql } from 'drizzle-orm';
import { requests } from '../../schema.ts';
import { StorageError } from '../../storage.ts';
import type { DatabaseFile } from '../file.ts';
import { attemptsOf, requestOf } from './rows.ts';
import { immediately } from './write.ts';

/**
 * Adds up to so many requests to the minute tables that are older than these, the newest first; says whether there are more.
 * One transaction: a request is counted once whenever the process ends.
 */
export function countOlder({ sqlite, orm, write }: DatabaseFile, limit: number): { more: boolean } {
  if (!write) throw new StorageError('unavailable', 'The reader of the database was asked to write.');
  return immediately(sqlite, () => {
    const found = orm
      .select()
      .from(requests)
      .where(sql`counted = 0`)
      .orderBy(desc(requests.startedAt), desc(requests.id))
      .limit(limit)
      .all();
    if (found.length === 0) return { more: false };
    const ids = found.map(({ id }) => id);
    const trails = attemptsOf(orm, ids);
    write.minutes(found.map((row) => ({ ...requestOf(row), attempts: trails.get(row.id) ?? [] })));
    orm.update(requests).set({ counted: true }).where(inArray(requests.id, ids)).run();
    return { more: found.length === limit };
  });
}
