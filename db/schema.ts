import { desc, sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { PermitKind } from '../server/core/circuit/settle.ts';
import type { AutomaticState, OpenCause, Override, ShownState, TransitionCause } from '../server/core/circuit/types.ts';
import type { AttemptOutcome, AttemptRecord, ProbeRecord, RequestOutcome } from '../server/core/records.ts';

/**
 * The tables. Times are ms since 1970, lengths of time are ms (with a fraction where the clock gave one), money is integer
 * nano-dollars, and null means not known. No text of a prompt or an answer has a column.
 */

export { audit, people, sessions, tokens } from './tables/access.ts';
export { alertDeliveries, alerts } from './tables/alerts.ts';
export { billingShares } from './tables/billing.ts';
export { incidentNotes, incidents } from './tables/incidents.ts';
export { letGo } from './tables/letGo.ts';
export {
  chainHours,
  chainMinutes,
  facetHours,
  facetMinutes,
  facets,
  providerHours,
  providerMinutes,
  rollups,
} from './tables/minutes.ts';
export { skipHours, skipMinutes, skipShapes } from './tables/skips.ts';

const usage = {
  promptTokens: integer('prompt_tokens'),
  cachedTokens: integer('cached_tokens'),
  completionTokens: integer('completion_tokens'),
  /** Null with the three above: nothing is known about tokens. */
  usageEstimated: integer('usage_estimated', { mode: 'boolean' }),
};

const cost = {
  costNanoUsd: integer('cost_nano_usd'),
  costEstimated: integer('cost_estimated', { mode: 'boolean' }).notNull(),
};

export const requests = sqliteTable(
  'requests',
  {
    id: text('id').primaryKey(),
    node: text('node').notNull(),
    chain: text('chain').notNull(),
    client: text('client'),
    stream: integer('stream', { mode: 'boolean' }).notNull(),
    /** Null in all four: the row is older than they are. */
    needsImages: integer('needs_images', { mode: 'boolean' }),
    needsTools: integer('needs_tools', { mode: 'boolean' }),
    needsJsonSchema: integer('needs_json_schema', { mode: 'boolean' }),
    needsPromptTokens: integer('needs_prompt_tokens'),
    startedAt: integer('started_at').notNull(),
    firstTokenMs: real('first_token_ms'),
    durationMs: real('duration_ms').notNull(),
    outcome: text('outcome').$type<RequestOutcome>().notNull(),
    status: integer('status').notNull(),
    errorCode: text('error_code'),
    servedBy: text('served_by'),
    /** Answered by another provider than the first of its trail; kept so that a list of them needs no look at attempts. */
    fallback: integer('fallback', { mode: 'boolean' }).notNull(),
    /** Rows older than this column were never rescued. */
    rescued: integer('rescued', { mode: 'boolean' }).notNull().default(false),
    /** It is in the minute tables. Rows older than those are counted little by little after a start. */
    counted: integer('counted', { mode: 'boolean' }).notNull().default(false),
    ...usage,
    ...cost,
  },
  (table) => [
    index('requests_newest').on(desc(table.startedAt), desc(table.id)),
    index('requests_by_outcome').on(table.outcome, desc(table.startedAt), desc(table.id)),
    index('requests_by_provider').on(table.servedBy, desc(table.startedAt), desc(table.id)),
    index('requests_fallback').on(desc(table.startedAt), desc(table.id)).where(sql`fallback = 1`),
    index('requests_rescued').on(desc(table.startedAt), desc(table.id)).where(sql`rescued = 1`),
    index('requests_felt')
      .on(desc(table.startedAt), desc(table.id))
      .where(sql`outcome not in ('succeeded', 'cancelled')`),
    index('requests_uncounted').on(desc(table.startedAt), desc(table.id)).where(sql`counted = 0`),
  ],
);

export const attempts = sqliteTable(
  'attempts',
  {
    requestId: text('request_id').notNull(),
    ordinal: integer('ordinal').notNull(),
    node: text('node').notNull(),
    provider: text('provider').notNull(),
    outcome: text('outcome').$type<AttemptOutcome>().notNull(),
    word: text('word').notNull(),
    failureKind: text('failure_kind'),
    status: integer('status'),
    circuitState: text('circuit_state').$type<ShownState>().notNull(),
    epoch: integer('epoch').notNull(),
    permit: text('permit').$type<PermitKind>(),
    until: integer('until'),
    waitMs: real('wait_ms').notNull(),
    startedAt: integer('started_at').notNull(),
    firstTokenMs: real('first_token_ms'),
    durationMs: real('duration_ms').notNull(),
    way: text('way').$type<AttemptRecord['way']>(),
    raced: text('raced').$type<AttemptRecord['raced']>(),
    drill: text('drill'),
    ...usage,
    ...cost,
  },
  (table) => [
    primaryKey({ columns: [table.requestId, table.ordinal] }),
    index('attempts_by_provider').on(table.provider, table.startedAt),
    index('attempts_by_failure')
      .on(table.failureKind, table.provider, table.requestId)
      .where(sql`failure_kind is not null`),
    index('attempts_skipped').on(table.startedAt, table.requestId, table.ordinal).where(sql`outcome = 'skipped'`),
    /** Calls that showed how a provider was while its circuit was not closed. */
    index('attempts_sightings').on(table.startedAt).where(sql`permit in ('probe', 'forced', 'held')`),
  ],
);

/** Calls of our own: standby checks, pings while open, probes by hand. */
export const probes = sqliteTable(
  'probes',
  {
    id: text('id').primaryKey(),
    node: text('node').notNull(),
    provider: text('provider').notNull(),
    kind: text('kind').$type<ProbeRecord['kind']>().notNull(),
    by: text('by').notNull(),
    at: integer('at').notNull(),
    ok: integer('ok', { mode: 'boolean' }).notNull(),
    word: text('word').notNull(),
    status: integer('status'),
    durationMs: real('duration_ms').notNull(),
    costNanoUsd: integer('cost_nano_usd'),
  },
  (table) => [index('probes_by_provider').on(table.provider, desc(table.at)), index('probes_by_time').on(table.at)],
);

export const circuits = sqliteTable('circuits', {
  provider: text('provider').primaryKey(),
  automatic: text('automatic').$type<AutomaticState>().notNull(),
  override: text('override').$type<Override>().notNull(),
  epoch: integer('epoch').notNull(),
  since: integer('since').notNull(),
  automaticSince: integer('automatic_since').notNull(),
  cause: text('cause').$type<OpenCause>(),
  openUntil: integer('open_until'),
  overrideUntil: integer('override_until'),
  by: text('by').notNull(),
  reason: text('reason'),
  probesFailed: integer('probes_failed').notNull(),
  throttles: integer('throttles').notNull(),
  evidence: text('evidence', { mode: 'json' }).$type<string[]>().notNull(),
  lastSuccessAt: integer('last_success_at'),
});

export const circuitEvents = sqliteTable(
  'circuit_events',
  {
    node: text('node').notNull(),
    seq: integer('seq').notNull(),
    provider: text('provider').notNull(),
    epoch: integer('epoch').notNull(),
    from: text('from').$type<ShownState>().notNull(),
    to: text('to').$type<ShownState>().notNull(),
    automatic: text('automatic').$type<AutomaticState>().notNull(),
    cause: text('cause').$type<TransitionCause>().notNull(),
    evidence: text('evidence', { mode: 'json' }).$type<string[]>().notNull(),
    by: text('by').notNull(),
    reason: text('reason'),
    until: integer('until'),
    at: integer('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.node, table.seq] }),
    index('circuit_events_newest').on(desc(table.at), desc(table.node), desc(table.seq)),
    index('circuit_events_by_provider').on(table.provider, desc(table.at), desc(table.node), desc(table.seq)),
  ],
);
