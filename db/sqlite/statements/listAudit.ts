import { and, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
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
    .where(and(filter.subject === undefined ? undefined : eq(audit.subject, filter.subject), after(key, filter.before)))
    .orderBy(sql`${audit.at} desc`, sql`${audit.id} desc`)
    .limit(limitOf(filter.limit))
    .all();
  return pageOf(rows, filter.limit, key);
}
