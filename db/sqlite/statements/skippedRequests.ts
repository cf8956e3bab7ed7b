import { type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SkippedRequest } from '../../../server/core/savings/types.ts';

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

/** Ms since 1970, from inclusive, to exclusive. */
export interface Span {
  from: number;
  to: number;
}

/** Every request whose first skip is in one of the spans, which do not overlap, with all of its steps in order. */
export function skippedWithin(orm: BetterSQLite3Database, spans: readonly Span[]): Iterable<SkippedRequest> {
  const pairs = JSON.stringify(spans.map(({ from, to }) => [from, to]));
  return skippedAmong(
    orm,
    sql`select request_id from json_each(${pairs}) as span cross join attempts as skip
      where outcome = 'skipped' and started_at >= json_extract(span.value, '$[0]')
        and started_at < json_extract(span.value, '$[1]') and not exists (
          select 1 from attempts as sooner
          where sooner.request_id = skip.request_id and sooner.ordinal < skip.ordinal and sooner.outcome = 'skipped'
        )`,
  );
}

/** Those of these requests that have a skip. */
export function skippedOfIds(orm: BetterSQLite3Database, ids: readonly string[]): Iterable<SkippedRequest> {
  if (ids.length === 0) return [];
  const list = sql.join(
    ids.map((id) => sql`${id}`),
    sql`, `,
  );
  return skippedAmong(
    orm,
    sql`select distinct request_id from attempts where request_id in (${list}) and outcome = 'skipped'`,
  );
}

/** `ids`: a question for the `request_id` of each, once. */
function* skippedAmong(orm: BetterSQLite3Database, ids: SQL): Iterable<SkippedRequest> {
  const rows = orm.values<Row>(sql`
    select r.id, r.node, r.served_by, r.needs_prompt_tokens, a.provider, a.outcome, a.failure_kind, a.circuit_state,
      a.started_at, a.prompt_tokens, a.cached_tokens, a.completion_tokens, a.usage_estimated, a.cost_nano_usd, a.drill
    from (${ids}) as skipped
    join requests as r on r.id = skipped.request_id
    join attempts as a on a.request_id = skipped.request_id
    order by skipped.request_id, a.ordinal`);
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
