import { and, gte, isNotNull, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SpentByClient } from '../../../server/core/records.ts';
import { requests } from '../../schema.ts';

export function spentSince(orm: BetterSQLite3Database, from: number): SpentByClient[] {
  const costNanoUsd = sql<number>`sum(${requests.costNanoUsd})`;
  const counted = and(gte(requests.startedAt, from), isNotNull(requests.client), isNotNull(requests.costNanoUsd));
  const rows = orm
    .select({ client: requests.client, costNanoUsd })
    .from(requests)
    .where(counted)
    .groupBy(requests.client)
    .all();
  return rows.flatMap(({ client, costNanoUsd }) => (client === null ? [] : [{ client, costNanoUsd }]));
}
