import { and, desc, isNotNull, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { AuditCounts, AuditParts } from '../../../server/core/auditFilter.ts';
import type { Counts } from '../../../server/core/minutes.ts';
import { audit } from '../../schema.ts';
import { partsOf } from './listAudit.ts';

/** Values of one part at most. */
const maxValues = 100;

/** From the rows themselves: people act a few hundred times a day, and refusals are noted once a minute at most. */
export function countAudit(orm: BetterSQLite3Database, filter: AuditParts): AuditCounts {
  const count = sql<number>`count(*)`;
  const by = (name: 'who' | 'what' | 'subject' | 'outcome'): Counts => {
    const column = audit[name];
    const rows = orm
      .select({ value: column, count })
      .from(audit)
      .where(and(...partsOf({ ...filter, [name]: undefined }), isNotNull(column)))
      .groupBy(column)
      .orderBy(desc(count), column)
      .limit(maxValues)
      .all();
    return Object.fromEntries(rows.map((row) => [row.value, row.count]));
  };
  const all = orm
    .select({ count })
    .from(audit)
    .where(and(...partsOf(filter)))
    .get();
  return { acts: all?.count ?? 0, who: by('who'), what: by('what'), subject: by('subject'), outcome: by('outcome') };
}
