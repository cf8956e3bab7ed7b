import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { dayIn } from '../../../server/core/savings/days.ts';
import { SkipTally } from '../../../server/core/savings/tally.ts';
import type { SkippedRequest } from '../../../server/core/savings/types.ts';
import { circuitEvents, probes } from '../../schema.ts';
import type { SavingsSlice, SavingsSpan } from '../../storage.ts';
import { readOpenings } from './readOpenings.ts';

/** What is counted at one go, so that other questions wait for a few tenths of a second at most. */
const maxSkips = 10_000;
const maxEvents = 20_000;
const maxProbes = 20_000;

export function countSavings(orm: BetterSQLite3Database, span: SavingsSpan): SavingsSlice {
  const { from, zone } = span;
  const until = endOfSlice(orm, span);
  const openings = readOpenings(orm, { from, to: until });
  const tally = new SkipTally(openings, dayIn(zone));
  for (const request of skippedRequests(orm, from, until)) tally.request(request);
  const own = orm
    .select({ node: probes.node, provider: probes.provider, at: probes.at, costNanoUsd: probes.costNanoUsd })
    .from(probes)
    .where(and(gte(probes.at, from), lt(probes.at, until)))
    .all();
  for (const probe of own) tally.probe(probe);
  return { openings, tallies: tally.list(), trips: tripsIn(orm, from, until), until };
}

/** As far as the bounds allow. What has the very same moment is never parted, or it would be counted twice. */
function endOfSlice(orm: BetterSQLite3Database, { from, to, limit = maxSkips }: SavingsSpan): number {
  const skip = orm.get<{ at: number } | undefined>(sql`
    select started_at as at from attempts
    where outcome = 'skipped' and started_at >= ${from} and started_at < ${to}
    order by started_at limit 1 offset ${Math.min(limit, maxSkips)}`);
  const event = orm.get<{ at: number } | undefined>(sql`
    select at from circuit_events where at >= ${from} and at < ${to} order by at limit 1 offset ${maxEvents}`);
  const probe = orm.get<{ at: number } | undefined>(sql`
    select at from probes where at >= ${from} and at < ${to} order by at limit 1 offset ${maxProbes}`);
  const end = Math.min(skip?.at ?? to, event?.at ?? to, probe?.at ?? to);
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

type Row = [
  id: string,
  node: string,
  servedBy: string | null,
  promptEstimate: number | null,
  provider: string,
  outcome: SkippedRequest['steps'][number]['outcome'],
  kind: string | null,
  state: string,
  at: number,
  prompt: number | null,
  cached: number | null,
  completion: number | null,
  usageKnown: number | null,
  cost: number | null,
  drill: string | null,
];

/** Every request whose first skip is in the span, with all of its steps in order. */
function* skippedRequests(orm: BetterSQLite3Database, from: number, until: number): Iterable<SkippedRequest> {
  const rows = orm.values<Row>(sql`
    select r.id, r.node, r.served_by, r.needs_prompt_tokens, a.provider, a.outcome, a.failure_kind, a.circuit_state,
      a.started_at, a.prompt_tokens, a.cached_tokens, a.completion_tokens, a.usage_estimated, a.cost_nano_usd, a.drill
    from (
      select request_id from attempts as skip
      where outcome = 'skipped' and started_at >= ${from} and started_at < ${until} and not exists (
        select 1 from attempts as sooner
        where sooner.request_id = skip.request_id and sooner.ordinal < skip.ordinal and sooner.outcome = 'skipped'
      )
    ) as first
    join requests as r on r.id = first.request_id
    join attempts as a on a.request_id = first.request_id
    order by first.request_id, a.ordinal`);
  let steps: Row[] = [];
  for (const row of rows) {
    if (steps[0] && steps[0][0] !== row[0]) {
      yield requestOf(steps);
      steps = [];
    }
    steps.push(row);
  }
  if (steps.length > 0) yield requestOf(steps);
}

/** As `core/savings/record.ts` makes it of a whole record. */
function requestOf(rows: Row[]): SkippedRequest {
  const [, node = '', servedBy = null, promptEstimate = null] = rows[0] ?? [];
  const tokens = { prompt: 0, cached: 0, completion: 0 };
  let [answers, told, priced, cost] = [0, false, true, 0];
  for (const [, , , , provider, outcome, , , , prompt, cached, completion, usageKnown, costNanoUsd, drill] of rows) {
    if (provider !== servedBy || outcome !== 'succeeded') continue;
    answers += 1;
    told ||= usageKnown !== null;
    tokens.prompt += prompt ?? 0;
    tokens.cached += Math.min(cached ?? 0, prompt ?? 0);
    tokens.completion += completion ?? 0;
    priced &&= costNanoUsd !== null && drill === null;
    cost += costNanoUsd ?? 0;
  }
  const estimate = promptEstimate === null ? null : { prompt: promptEstimate, cached: 0, completion: 0 };
  return {
    node,
    servedBy,
    tokens: told ? tokens : estimate,
    costNanoUsd: answers > 0 && priced ? cost : null,
    steps: rows.map(([, , , , provider, outcome, kind, state, at]) => {
      return { provider, outcome, kind, closed: state === 'closed', at };
    }),
  };
}
