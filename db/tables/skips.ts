import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Requests with skips, added up by what they are alike in (`SkipShape`): so that savings of weeks read a sum for each hour of
 * an outage and not every request of it. `rollups` says from when on they are not added up yet. Part of `schema.ts`.
 */

/** Each shape that has ever occurred. */
export const skipShapes = sqliteTable('skip_shapes', {
  id: integer('id').primaryKey(),
  shape: text('shape').notNull().unique(),
});

/** Money is integer nano-dollars; what is not known, as the shape says, is 0. */
const ofShape = {
  /** Of the first skip of each of them. */
  at: integer('at').notNull(),
  shape: integer('shape').notNull(),
  requests: integer('requests').notNull(),
  promptTokens: integer('prompt_tokens').notNull(),
  cachedTokens: integer('cached_tokens').notNull(),
  completionTokens: integer('completion_tokens').notNull(),
  costNanoUsd: integer('cost_nano_usd').notNull(),
};

export const skipMinutes = sqliteTable('skip_minutes', ofShape, (table) => [
  primaryKey({ columns: [table.at, table.shape] }),
]);

export const skipHours = sqliteTable('skip_hours', ofShape, (table) => [
  primaryKey({ columns: [table.at, table.shape] }),
]);
