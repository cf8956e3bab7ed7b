import { eq, max } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { circuitEvents, circuits } from '../../schema.ts';
import type { Verbs } from '../messages.ts';

export function restore(orm: BetterSQLite3Database, node: string): Verbs['restore']['answer'] {
  const last = orm
    .select({ seq: max(circuitEvents.seq) })
    .from(circuitEvents)
    .where(eq(circuitEvents.node, node))
    .get();
  return { circuits: orm.select().from(circuits).all(), lastSeq: last?.seq ?? 0 };
}
