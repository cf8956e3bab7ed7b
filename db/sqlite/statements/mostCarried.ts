import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { requests } from '../../schema.ts';
import type { Carried } from '../../storage.ts';

const minuteMs = 60_000;
/** A request counts at its end, and is found by its start: none is under way for longer. */
const longestRequestMs = 900_000;

/** Counted by the second, as the meter counts: sixty seconds that end with one in which a request ended. */
export function mostCarried(orm: BetterSQLite3Database, { from, to }: { from: number; to: number }): Carried[] {
  const earliest = from - minuteMs - longestRequestMs;
  return orm.all<Carried>(sql`
    select provider, max(carried) as requests
    from (
      select provider, second, count(*) over (
        partition by provider order by second range between 59 preceding and current row
      ) as carried
      from (
        select ${requests.servedBy} as provider,
          cast((${requests.startedAt} + ${requests.durationMs}) / 1000 as integer) as second
        from ${requests}
        where ${requests.startedAt} >= ${earliest} and ${requests.startedAt} < ${to} and ${requests.servedBy} is not null
      )
    )
    where second >= ${Math.floor(from / 1_000)} and second <= ${Math.floor(to / 1_000)}
    group by provider`);
}
