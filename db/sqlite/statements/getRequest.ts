import { asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { RequestRecord } from '../../../server/core/records.ts';
import { attempts, requests } from '../../schema.ts';
import { attemptOf, requestOf } from './rows.ts';

export function getRequest(orm: BetterSQLite3Database, id: string): RequestRecord | null {
  const row = orm.select().from(requests).where(eq(requests.id, id)).get();
  if (!row) return null;
  const trail = orm.select().from(attempts).where(eq(attempts.requestId, id)).orderBy(asc(attempts.ordinal)).all();
  return { ...requestOf(row), attempts: trail.map(attemptOf) };
}
