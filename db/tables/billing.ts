import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { BillingKind } from '../../server/core/savings/shares.ts';

/** What operators know of a provider's bills better than its vendor's table. */
export const billingShares = sqliteTable(
  'billing_shares',
  {
    provider: text('provider').notNull(),
    kind: text('kind').$type<BillingKind>().notNull(),
    /** From 0 to 1; null: not known. */
    promptShare: real('prompt_share'),
    outputShare: real('output_share'),
    source: text('source'),
    dated: text('dated'),
    by: text('by').notNull(),
    at: integer('at').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.kind] })],
);
