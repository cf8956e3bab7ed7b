import { eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { hourOf } from '../../../server/core/minutes.ts';
import { letGo, rollups } from '../../schema.ts';

type Mark = (typeof rollups.$inferSelect)['name'];

/** Asks for the moment before which all is added up (see `rollups`), ms since 1970; 0: nothing is. */
export function rolledUpTo(orm: BetterSQLite3Database, name: Mark = 'hours'): () => number {
  const mark = orm.select({ until: rollups.until }).from(rollups).where(eq(rollups.name, name)).prepare();
  return () => mark.get()?.until ?? 0;
}

export function moveMark(orm: BetterSQLite3Database, name: Mark, until: number): void {
  orm.insert(rollups).values({ name, until }).onConflictDoUpdate({ target: rollups.name, set: { until } }).run();
}

/** What a question about minutes goes by. Times are ms since 1970, and begin hours. */
export interface Shown {
  /** Minutes of before were let go, or are being let go now: none of them is shown. */
  from: number;
  /** Before this moment whole hours can be read from the hour tables. */
  hoursUntil: number;
}

export function shownOf(orm: BetterSQLite3Database): Shown {
  const gone = orm.select({ before: letGo.before }).from(letGo).where(eq(letGo.kind, 'minutes')).get();
  return { from: hourOf(gone?.before ?? 0), hoursUntil: rolledUpTo(orm)() };
}
