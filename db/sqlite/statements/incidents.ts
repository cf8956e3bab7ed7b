import { and, asc, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { IncidentRow, KeptIncident } from '../../../server/core/incidents/report.ts';
import { incidentNotes, incidents } from '../../schema.ts';
import type { IncidentFilter, Page } from '../../storage.ts';
import { after, type Key, limitOf, pageOf } from './page.ts';

type Listed = IncidentRow & { unresolved: boolean };

const key: Key<Listed> = {
  columns: [incidents.unresolved, incidents.id],
  of: ({ unresolved, id }) => [unresolved ? 1 : 0, id],
  kinds: ['number', 'number'],
};

const shown = {
  id: incidents.id,
  state: incidents.state,
  unresolved: incidents.unresolved,
  title: incidents.title,
  beganAt: incidents.beganAt,
  detectedAt: incidents.detectedAt,
  mitigatedAt: incidents.mitigatedAt,
  backAt: incidents.backAt,
  resolvedAt: incidents.resolvedAt,
  quietUntil: incidents.quietUntil,
  providers: incidents.providers,
  chains: incidents.chains,
  errors: incidents.errors,
  openings: incidents.openings,
};

export function listIncidents(orm: BetterSQLite3Database, filter: IncidentFilter): Page<IncidentRow> {
  const { unresolved, provider, before, limit } = filter;
  const rows = orm
    .select(shown)
    .from(incidents)
    .where(
      and(
        unresolved === undefined ? undefined : eq(incidents.unresolved, unresolved),
        provider === undefined
          ? undefined
          : sql`exists (select 1 from json_each(${incidents.providers}) where value = ${provider})`,
        after(key, before),
      ),
    )
    .orderBy(sql`${incidents.unresolved} desc`, sql`${incidents.id} desc`)
    .limit(limitOf(limit))
    .all();
  const page = pageOf(rows, limit, key);
  return { ...page, rows: page.rows.map(({ unresolved: _, ...row }) => row) };
}

export function getIncident(orm: BetterSQLite3Database, id: number): KeptIncident | null {
  const found = orm.select().from(incidents).where(eq(incidents.id, id)).get();
  if (!found) return null;
  const { key: name, unresolved: _, report, impact, ...row } = found;
  const written = orm
    .select()
    .from(incidentNotes)
    .where(eq(incidentNotes.incidentId, id))
    .orderBy(asc(incidentNotes.at), asc(incidentNotes.id))
    .all();
  return {
    key: name,
    row,
    report: { ...report, impact },
    notes: written.flatMap(({ rowId, text, incidentId: _incident, ...note }) => {
      return rowId === null && text !== null ? [{ ...note, text }] : [];
    }),
    stars: written.flatMap(({ rowId, starred }) => (rowId === null ? [] : [{ rowId, starred }])),
  };
}
