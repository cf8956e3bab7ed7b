import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { dayIn } from '../../../server/core/savings/days.ts';
import { Turns } from '../../../server/core/savings/shape.ts';
import { SkipTally } from '../../../server/core/savings/tally.ts';
import { circuitEvents } from '../../schema.ts';
import type { SavingsSlice, SavingsSpan } from '../../storage.ts';
import { countProbes } from './countProbes.ts';
import { countSkips } from './countSkips.ts';
import { readOpenings } from './readOpenings.ts';

/** What is counted at one go, so that other questions wait for a few tenths of a second at most. */
const maxEvents = 20_000;
const maxProbes = 20_000;

export function countSavings(orm: BetterSQLite3Database, span: SavingsSpan): SavingsSlice {
  const { from, zone, limit } = span;
  const to = endOfSlice(orm, span);
  const openings = readOpenings(orm, { from, to });
  const dayOf = dayIn(zone);
  const tally = new SkipTally(openings, dayOf);
  const counting = { tally, turns: new Turns(openings), dayOf };
  const until = countSkips(orm, { from, to, limit }, counting);
  countProbes(orm, { from, to: until }, counting);
  return { openings, tallies: tally.list(), trips: tripsIn(orm, from, until), until };
}

/** As far as the bounds allow. What has the very same moment is never parted, or it would be counted twice. */
function endOfSlice(orm: BetterSQLite3Database, { from, to }: SavingsSpan): number {
  const event = orm.get<{ at: number } | undefined>(sql`
    select at from circuit_events where at >= ${from} and at < ${to} order by at limit 1 offset ${maxEvents}`);
  const probe = orm.get<{ at: number } | undefined>(sql`
    select at from probes where at >= ${from} and at < ${to} order by at limit 1 offset ${maxProbes}`);
  const end = Math.min(event?.at ?? to, probe?.at ?? to);
  return Math.min(to, Math.max(end, from + 1));
}

function tripsIn(orm: BetterSQLite3Database, from: number, until: number): SavingsSlice['trips'] {
  return orm
    .select({ provider: circuitEvents.provider, trips: sql<number>`count(*)` })
    .from(circuitEvents)
    .where(and(eq(circuitEvents.cause, 'trip'), gte(circuitEvents.at, from), lt(circuitEvents.at, until)))
    .groupBy(circuitEvents.provider)
    .orderBy(asc(circuitEvents.provider))
    .all();
}
