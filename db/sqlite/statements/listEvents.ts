import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { CircuitEvent } from '../../../server/core/circuit/types.ts';
import { circuitEvents } from '../../schema.ts';
import type { EventFilter, Page } from '../../storage.ts';
import { after, type Key, limitOf, pageOf } from './page.ts';

const key: Key<CircuitEvent> = {
  columns: [circuitEvents.at, circuitEvents.node, circuitEvents.seq],
  of: (row) => [row.at, row.node, row.seq],
  kinds: ['number', 'string', 'number'],
};

export function listEvents(orm: BetterSQLite3Database, filter: EventFilter): Page<CircuitEvent> {
  const rows = orm
    .select()
    .from(circuitEvents)
    .where(
      and(
        filter.provider === undefined ? undefined : eq(circuitEvents.provider, filter.provider),
        filter.from === undefined ? undefined : gte(circuitEvents.at, filter.from),
        filter.to === undefined ? undefined : lt(circuitEvents.at, filter.to),
        after(key, filter.before),
      ),
    )
    .orderBy(sql`${circuitEvents.at} desc`, sql`${circuitEvents.node} desc`, sql`${circuitEvents.seq} desc`)
    .limit(limitOf(filter.limit))
    .all();
  return pageOf(rows, filter.limit, key);
}
