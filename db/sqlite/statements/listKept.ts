import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { type Kept, type KeptKind, keptKinds } from '../../../server/core/retention.ts';
import { letGo } from '../../schema.ts';

/** Where the time of each kind is; with an index each, but for incidents, which are few. */
const times: Record<KeptKind, string> = {
  requests: 'select min(started_at) as at from requests',
  probes: 'select min(at) as at from probes',
  transitions: 'select min(at) as at from circuit_events',
  minutes: 'select min(at) as at from chain_minutes',
  audit: 'select min(at) as at from audit',
  incidents: 'select min(began_at) as at from incidents',
};

/** Each kind of row as it is kept. */
export function listKept(orm: BetterSQLite3Database): Kept[] {
  const gone = new Map(
    orm
      .select()
      .from(letGo)
      .all()
      .map((row) => [row.kind, row]),
  );
  return keptKinds.map((kind) => {
    const { before = null, rows = 0, at = null } = gone.get(kind) ?? {};
    const eldest = orm.get<{ at: number | null }>(sql.raw(times[kind]));
    return { kind, eldestAt: eldest.at, letGoBefore: before, letGoRows: rows, letGoAt: at };
  });
}
