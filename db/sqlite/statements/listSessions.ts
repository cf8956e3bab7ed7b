import { asc, gt } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SessionRecord } from '../../../server/core/records.ts';
import { sessions } from '../../schema.ts';

/** Sign-ins are few: whoever opens one over their bound ends the eldest. */
const maxRows = 10_000;

export function listSessions(orm: BetterSQLite3Database, now: number): SessionRecord[] {
  return orm
    .select()
    .from(sessions)
    .where(gt(sessions.endsAt, now))
    .orderBy(asc(sessions.openedAt), asc(sessions.hash))
    .limit(maxRows)
    .all();
}
