import { sql } from 'drizzle-orm';
import { customType, integer, primaryKey, real, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core';
import type { Counts } from '../../server/core/minutes.ts';
import type { RequestOutcome } from '../../server/core/records.ts';
import { packCounts, unpackCounts } from '../packed.ts';

/**
 * What is counted of each minute, and of each hour that is over: so that a question of weeks reads hours, and minutes only
 * at its edges. Hours are added up from their minutes a while after their end; `rollups` says how far. Part of `schema.ts`.
 */

/** Of a histogram: a hundred buckets in two hundred bytes. */
const packed = customType<{ data: Counts; driverData: Uint8Array }>({
  dataType: () => 'blob',
  toDriver: packCounts,
  fromDriver: unpackCounts,
});

const counts = (name: string) => text(name, { mode: 'json' }).$type<Counts>().notNull();

const ofChain = {
  at: integer('at').notNull(),
  chain: text('chain').notNull(),
  requests: integer('requests').notNull(),
  answered: integer('answered').notNull(),
  answeredBy: counts('answered_by'),
  byFallback: integer('by_fallback').notNull(),
  rescued: integer('rescued').notNull(),
  errors: integer('errors').notNull(),
  cancelled: integer('cancelled').notNull(),
  firstTokens: packed('first_tokens').notNull(),
  firstTokenSumMs: real('first_token_sum_ms').notNull(),
  costNanoUsd: integer('cost_nano_usd').notNull(),
  unpriced: integer('unpriced').notNull(),
  costEstimated: integer('cost_estimated').notNull(),
};

/** A minute of a chain (`ChainMinute`), of all nodes together. */
export const chainMinutes = sqliteTable('chain_minutes', ofChain, (table) => [
  primaryKey({ columns: [table.at, table.chain] }),
]);

export const chainHours = sqliteTable('chain_hours', ofChain, (table) => [
  primaryKey({ columns: [table.at, table.chain] }),
]);

const ofProvider = {
  at: integer('at').notNull(),
  provider: text('provider').notNull(),
  chain: text('chain').notNull(),
  attempts: integer('attempts').notNull(),
  succeeded: integer('succeeded').notNull(),
  failed: integer('failed').notNull(),
  cancelled: integer('cancelled').notNull(),
  skipped: integer('skipped').notNull(),
  failures: counts('failures'),
  skips: counts('skips'),
  firstTokens: packed('first_tokens').notNull(),
  firstTokenSumMs: real('first_token_sum_ms').notNull(),
  /** Empty in minutes that are older than it. */
  durations: packed('durations').notNull().default(sql`x''`),
  promptTokens: integer('prompt_tokens').notNull(),
  completionTokens: integer('completion_tokens').notNull(),
  costNanoUsd: integer('cost_nano_usd').notNull(),
  unpriced: integer('unpriced').notNull(),
};

/** A minute of a provider (`ProviderMinute`) within one chain. */
export const providerMinutes = sqliteTable('provider_minutes', ofProvider, (table) => [
  primaryKey({ columns: [table.at, table.provider, table.chain] }),
]);

export const providerHours = sqliteTable('provider_hours', ofProvider, (table) => [
  primaryKey({ columns: [table.at, table.provider, table.chain] }),
]);

/** Each combination of what requests can be filtered by (`Facet`) that has ever occurred. */
export const facets = sqliteTable(
  'facets',
  {
    id: integer('id').primaryKey(),
    chain: text('chain').notNull(),
    client: text('client').notNull(),
    outcome: text('outcome').$type<RequestOutcome>().notNull(),
    servedBy: text('served_by').notNull(),
    fallback: integer('fallback', { mode: 'boolean' }).notNull(),
    rescued: integer('rescued', { mode: 'boolean' }).notNull(),
    provider: text('provider').notNull(),
    failureKind: text('failure_kind').notNull(),
  },
  (table) => [
    unique('facets_once').on(
      table.chain,
      table.client,
      table.outcome,
      table.servedBy,
      table.fallback,
      table.rescued,
      table.provider,
      table.failureKind,
    ),
  ],
);

const ofFacet = {
  facet: integer('facet').notNull(),
  at: integer('at').notNull(),
  requests: integer('requests').notNull(),
};

/** How many requests of a combination began in a minute. */
export const facetMinutes = sqliteTable('facet_minutes', ofFacet, (table) => [
  primaryKey({ columns: [table.facet, table.at] }),
]);

export const facetHours = sqliteTable('facet_hours', ofFacet, (table) => [
  primaryKey({ columns: [table.facet, table.at] }),
]);

/** How far what is added up has come. */
export const rollups = sqliteTable('rollups', {
  name: text('name').$type<'hours' | 'skips' | 'incidents'>().primaryKey(),
  /**
   * `hours`: every hour that began before this moment is in the hour tables, with all that its minutes have. `skips`: every
   * request whose first skip was before it is in the tables of skips; what is written of such a time is added at once.
   * `incidents`: those that began before it have been told.
   */
  until: integer('until').notNull(),
});
