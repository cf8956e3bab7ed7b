import { desc } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Impact, IncidentReport } from '../../server/core/incidents/report.ts';
import type { IncidentState } from '../../server/core/incidents/types.ts';

/** Written anew while one goes on, and left as it was at its end: what is told of it outlives the rows it was told from. */
export const incidents = sqliteTable(
  'incidents',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** Of its first trouble: the same record always gives the same. */
    key: text('key').notNull(),
    state: text('state').$type<IncidentState>().notNull(),
    /** Kept so that those that are not over come first without sorting. */
    unresolved: integer('unresolved', { mode: 'boolean' }).notNull(),
    title: text('title').notNull(),
    beganAt: integer('began_at').notNull(),
    detectedAt: integer('detected_at').notNull(),
    mitigatedAt: integer('mitigated_at'),
    backAt: integer('back_at'),
    resolvedAt: integer('resolved_at'),
    quietUntil: integer('quiet_until'),
    providers: text('providers', { mode: 'json' }).$type<string[]>().notNull(),
    chains: text('chains', { mode: 'json' }).$type<string[]>().notNull(),
    errors: integer('errors').notNull(),
    openings: integer('openings').notNull(),
    impact: text('impact', { mode: 'json' }).$type<Impact>().notNull(),
    report: text('report', { mode: 'json' }).$type<Omit<IncidentReport, 'impact'>>().notNull(),
  },
  (table) => [
    uniqueIndex('incidents_by_key').on(table.key),
    index('incidents_in_order').on(desc(table.unresolved), desc(table.id)),
  ],
);

/** What people wrote on an incident; with `row_id`, a star that somebody put on a row of its timeline or took off. */
export const incidentNotes = sqliteTable(
  'incident_notes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    incidentId: integer('incident_id').notNull(),
    rowId: text('row_id'),
    text: text('text'),
    /** The time it is about. */
    at: integer('at').notNull(),
    notedAt: integer('noted_at').notNull(),
    who: text('who').notNull(),
    starred: integer('starred', { mode: 'boolean' }).notNull(),
  },
  (table) => [uniqueIndex('incident_notes_by_row').on(table.incidentId, table.rowId)],
);
