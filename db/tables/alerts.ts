import { desc, sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { AlertMessage, Delivery, Told } from '../../server/core/alerts/types.ts';

/** One thing that was alerted about, and what each destination was told of it last. Part of `schema.ts`. */
export const alerts = sqliteTable(
  'alerts',
  {
    key: text('key').primaryKey(),
    incidentId: integer('incident_id'),
    chain: text('chain'),
    seenAt: integer('seen_at').notNull(),
    badSince: integer('bad_since'),
    riskSince: integer('risk_since'),
    wellSince: integer('well_since'),
    resolvedAt: integer('resolved_at'),
    told: text('told', { mode: 'json' }).$type<Told[]>().notNull(),
    /** Nothing more is to be said of it. */
    done: integer('done', { mode: 'boolean' }).notNull(),
  },
  (table) => [index('alerts_in_order').on(table.done, desc(table.seenAt))],
);

/** One message to one destination, with what became of it. No address and no key is in it. */
export const alertDeliveries = sqliteTable(
  'alert_deliveries',
  {
    id: text('id').primaryKey(),
    alertKey: text('alert_key'),
    destination: text('destination').notNull(),
    ordinal: integer('ordinal').notNull(),
    message: text('message', { mode: 'json' }).$type<AlertMessage>().notNull(),
    createdAt: integer('created_at').notNull(),
    status: text('status').$type<Delivery['status']>().notNull(),
    attempts: integer('attempts').notNull(),
    nextAt: integer('next_at').notNull(),
    answer: integer('answer'),
    error: text('error'),
    settledAt: integer('settled_at'),
  },
  (table) => [
    uniqueIndex('alert_deliveries_once').on(table.alertKey, table.destination, table.ordinal),
    index('alert_deliveries_newest').on(desc(table.createdAt), desc(table.id)),
    index('alert_deliveries_waiting').on(table.createdAt, table.id).where(sql`status = 'waiting'`),
    index('alert_deliveries_by_destination').on(table.destination, table.createdAt, table.id),
  ],
);
