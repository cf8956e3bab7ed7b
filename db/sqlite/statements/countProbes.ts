import { and, between, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { hourMs } from '../../../server/core/minutes.ts';
import { probes } from '../../schema.ts';
import type { Counting } from './countSkips.ts';
import type { Span } from './skippedRequests.ts';

type Hour = [
  node: string,
  provider: string,
  hour: number,
  first: number,
  last: number,
  probes: number,
  nanoUsd: number,
  unpriced: number,
];

/** Counts our own calls of the span: hour by hour as SQLite sums them, and one by one where a circuit turned or a day ended. */
export function countProbes(orm: BetterSQLite3Database, { from, to }: Span, { tally, turns, dayOf }: Counting): void {
  const hours = orm.values<Hour>(sql`
    select ${probes.node}, ${probes.provider}, cast(${probes.at} / ${hourMs} as integer), min(${probes.at}), max(${probes.at}),
      count(*), coalesce(sum(${probes.costNanoUsd}), 0), sum(${probes.costNanoUsd} is null)
    from ${probes} where ${probes.at} >= ${from} and ${probes.at} < ${to} group by 1, 2, 3`);
  const each = eachOf(orm);
  for (const [node, provider, , first, last, count, nanoUsd, unpriced] of hours) {
    if (!turns.within(provider, first, last + 1) && dayOf(first) === dayOf(last)) {
      tally.probesOf({ node, provider, at: first }, { probes: count, nanoUsd, unpriced });
      continue;
    }
    for (const probe of each({ node, provider, first, last })) tally.probe(probe);
  }
}

/** The calls of one hour, one by one, from the first to the last of them. Asked again and again: prepared once. */
function eachOf(orm: BetterSQLite3Database) {
  const asked = orm
    .select({ node: probes.node, provider: probes.provider, at: probes.at, costNanoUsd: probes.costNanoUsd })
    .from(probes)
    .where(
      and(
        eq(probes.provider, sql.placeholder('provider')),
        eq(probes.node, sql.placeholder('node')),
        between(probes.at, sql.placeholder('first'), sql.placeholder('last')),
      ),
    )
    .prepare();
  return (hour: { node: string; provider: string; first: number; last: number }) => asked.all(hour);
}
