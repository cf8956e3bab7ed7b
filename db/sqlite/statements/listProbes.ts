import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { ProbeRecord } from '../../../server/core/records.ts';
import { probes } from '../../schema.ts';
import type { Page, ProbeFilter } from '../../storage.ts';
import { after, type Key, limitOf, pageOf } from './page.ts';

const key: Key<ProbeRecord> = {
  columns: [probes.at, probes.id],
  of: (row) => [row.at, row.id],
  kinds: ['number', 'string'],
};

export function listProbes(orm: BetterSQLite3Database, filter: ProbeFilter): Page<ProbeRecord> {
  const { provider, from, to, before } = filter;
  const conditions = [
    eq(probes.provider, provider),
    from === undefined ? undefined : gte(probes.at, from),
    to === undefined ? undefined : lt(probes.at, to),
    after(key, before),
  ];
  const rows = orm
    .select()
    .from(probes)
    .where(and(...conditions))
    .orderBy(sql`${probes.at} desc`, sql`${probes.id} desc`)
    .limit(limitOf(filter.limit))
    .all();
  return pageOf(rows, filter.limit, key);
}
