import { sql } from 'drizzle-orm';
import { skipAdder } from './addSkips.ts';
import type { Writable } from './countMinutes.ts';
import { moveMark, rolledUpTo } from './shown.ts';
import { skippedWithin } from './skippedRequests.ts';
import { immediately } from './write.ts';

/** No moment is later: all is added up, and what comes is added as it is written. */
const ever = Number.MAX_SAFE_INTEGER;

/**
 * Adds up the record of a version without sums, from its beginning on, about so many skips; says whether there are more. One
 * transaction, which moves the mark too: whenever the process ends, a request is in the sums once, or not yet.
 */
export function addUpSkips(database: Writable, limit: number): { more: boolean } {
  const { sqlite, orm } = database;
  return immediately(sqlite, () => {
    const from = rolledUpTo(orm, 'skips')();
    if (from === ever) return { more: false };
    const next = orm.get<{ at: number } | undefined>(sql`
      select started_at as at from attempts where outcome = 'skipped' and started_at >= ${from}
      order by started_at limit 1 offset ${limit}`);
    // What has the very same moment is never parted.
    const until = next === undefined ? ever : Math.max(next.at, from + 1);
    skipAdder(database)([...skippedWithin(orm, [{ from, to: until }])], 1);
    moveMark(orm, 'skips', until);
    return { more: until !== ever };
  });
}
