import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { KeptKind } from '../../server/core/retention.ts';

/** What was let go of each kind of row, so that what is missing is known to be. Part of `schema.ts`. */
export const letGo = sqliteTable('let_go', {
  kind: text('kind').$type<KeptKind>().primaryKey(),
  /** Rows of before this moment. */
  before: integer('before').notNull(),
  /** In all. */
  rows: integer('rows').notNull(),
  at: integer('at').notNull(),
});
