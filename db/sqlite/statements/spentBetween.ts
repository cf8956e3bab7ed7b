import { and, gte, isNotNull, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SpentByClient } from '../../../server/core/records.ts';
import { requests } from '../../schema.ts';

export function spentBetween(orm: BetterSQLite3Database, { from, to }: { from: number; to: number }): SpentByClient[] {
  // A request whose cost is not known as a whole counts with what is known of its attempts.
  const known = sql`(select sum(cost_nano_usd) from attempts where request_id = ${requests.id})`;
  const costNanoUsd = sql<number>`coalesce(sum(coalesce(${requests.costNanoUsd}, ${known})), 0)`;
  const counted = and(gte(requests.startedAt, from), lt(requests.startedAt, to), isNotNull(requests.client));
  const rows = orm
    .select({ client: requests.client, costNanoUsd })
    .from(requests)
    .where(counted)
    .groupBy(requests.client)
    .all();
  return rows.flatMap(({ client, costNanoUsd }) => (client === null ? [] : [{ client, costNanoUsd }]));
}
