import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { AuditParts } from '../../../server/core/auditFilter.ts';
import type { AuditRecord } from '../../../server/core/records.ts';
import { audit } from '../../schema.ts';
import type { AuditFilter, Page } from '../../storage.ts';
import { after, type Key, limitOf, pageOf } from './page.ts';

const key: Key<AuditRecord> = {
  columns: [audit.at, audit.id],
  of: (row) => [row.at, row.id],
  kinds: ['number', 'string'],
};

export function listAudit(orm: BetterSQLite3Database, filter: AuditFilter): Page<AuditRecord> {
  const rows = orm
    .select()
    .from(audit)
    .where(and(...partsOf(filter), after(key, filter.before)))
    .orderBy(sql`${audit.at} desc`, sql`${audit.id} desc`)
    .limit(limitOf(filter.limit))
    .all();
  return pageOf(rows, filter.limit, key);
}

export function getAudit(orm: BetterSQLite3Database, id: string): AuditRecord | null {
  return orm.select().from(audit).where(eq(audit.id, id)).get() ?? null;
}

/** The conditions of a filter, but for its page. */
export function partsOf({ who, what, subject, outcome, from, to }: AuditParts): (SQL | undefined)[] {
  return [
    who === undefined ? undefined : eq(audit.who, who),
    what === undefined ? undefined : eq(audit.what, what),
    subject === undefined ? undefined : eq(audit.subject, subject),
    outcome === undefined ? undefined : eq(audit.outcome, outcome),
    from === undefined ? undefined : gte(audit.at, from),
    to === undefined ? undefined : lt(audit.at, to),
  ];
}
