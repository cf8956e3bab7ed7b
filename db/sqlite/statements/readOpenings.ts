import { and, asc, desc, eq, gt, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { byHand, type CircuitEvent } from '../../../server/core/circuit/types.ts';
import { openingsOf } from '../../../server/core/savings/openings.ts';
import { showed } from '../../../server/core/savings/record.ts';
import { longestRampMs } from '../../../server/core/savings/tally.ts';
import type { Opening, SeenFailure, Sighting } from '../../../server/core/savings/types.ts';
import { attempts, circuitEvents, probes } from '../../schema.ts';

/** A call may take so long until it shows how its provider was. */
const longestAnswerMs = 900_000;
/** Values in one `in (…)`; SQLite takes 32,766. */
const maxIn = 500;

interface Span {
  from: number;
  to: number;
}

/** Every opening that touches the span, whole: from the event that opened it to the one that closed it, if there is one. */
export function readOpenings(orm: BetterSQLite3Database, span: Span): Opening[] {
  const events = circuitsOf(orm).flatMap((circuit) => eventsOf(orm, circuit, span));
  const touches = ({ openedAt, endedAt }: Opening): boolean =>
    openedAt < span.to && (endedAt === null || endedAt >= span.from - longestRampMs);
  const bare = openingsOf({ events, sightings: [], failures: new Map() }).filter(touches);
  if (bare.length === 0) return [];
  const read = sightingsOf(orm);
  const sightings = [...reachesOf(bare)].flatMap(([provider, spans]) =>
    spans.flatMap((reach) => read(provider, reach)),
  );
  return openingsOf({ events, sightings, failures: failuresOf(orm, bare) }).filter(touches);
}

/** When what was seen of each provider bears on these openings, each time once, however many lie close together. */
function reachesOf(openings: readonly Opening[]): Map<string, Span[]> {
  const reaches = new Map<string, Span[]>();
  for (const { provider, openedAt, endedAt } of openings) {
    const spans = reaches.get(provider) ?? [];
    reaches.set(provider, spans);
    const last = spans.at(-1);
    const reach = { from: openedAt - longestAnswerMs, to: endedAt ?? Number.MAX_SAFE_INTEGER };
    // By when they began: of several nodes an earlier one may last longer.
    if (last && reach.from <= last.to) last.to = Math.max(last.to, reach.to);
    else spans.push(reach);
  }
  return reaches;
}

interface Circuit {
  node: string;
  provider: string;
}

/** Found by jumps along the indexes, not by reading every transition. */
function circuitsOf(orm: BetterSQLite3Database): Circuit[] {
  const next = (column: string, index: string) =>
    orm.all<{ value: string }>(sql`
      with recursive jump(value) as (
        select min(${sql.identifier(column)}) from circuit_events indexed by ${sql.identifier(index)}
        union all
        select (select min(${sql.identifier(column)}) from circuit_events indexed by ${sql.identifier(index)}
          where ${sql.identifier(column)} > value) from jump where value is not null
      )
      select value from jump where value is not null`);
  const providers = next('provider', 'circuit_events_by_provider');
  const nodes = next('node', 'sqlite_autoindex_circuit_events_1');
  return providers.flatMap(({ value: provider }) => nodes.map(({ value: node }) => ({ node, provider })));
}

/** From the last closing before the span to the first one after it. */
function eventsOf(orm: BetterSQLite3Database, { node, provider }: Circuit, { from, to }: Span): CircuitEvent[] {
  const own = and(eq(circuitEvents.provider, provider), eq(circuitEvents.node, node));
  const closed = and(own, eq(circuitEvents.automatic, 'closed'));
  const one = (where: SQL | undefined, order: SQL[]): CircuitEvent | undefined =>
    orm
      .select()
      .from(circuitEvents)
      .where(where)
      .orderBy(...order)
      .limit(1)
      .get();
  const after = (event: CircuitEvent | undefined) => (event ? gt(circuitEvents.seq, event.seq) : undefined);
  const isFinal = (closing: CircuitEvent): boolean =>
    byHand(closing) || !opensAgain(one(and(own, after(closing)), [asc(circuitEvents.seq)]));

  const back = [desc(circuitEvents.at), desc(circuitEvents.seq)];
  let first = one(and(closed, lt(circuitEvents.at, from - longestRampMs)), back);
  while (first && !isFinal(first)) {
    first = one(and(closed, lte(circuitEvents.at, first.at), lt(circuitEvents.seq, first.seq)), back);
  }
  const on = [asc(circuitEvents.at), asc(circuitEvents.seq)];
  let last = one(and(closed, gte(circuitEvents.at, to)), on);
  while (last && !isFinal(last)) last = one(and(closed, gte(circuitEvents.at, last.at), after(last)), on);
  return orm
    .select()
    .from(circuitEvents)
    .where(and(own, first && gte(circuitEvents.seq, first.seq), last && lte(circuitEvents.seq, last.seq)))
    .orderBy(asc(circuitEvents.seq))
    .all();
}

/** The answer that had closed it broke off: it is the same opening still. */
function opensAgain(next: CircuitEvent | undefined): boolean {
  return next?.automatic === 'open' && next.cause === 'probe';
}

/** Asked for each opening; both ends are inclusive. */
function sightingsOf(orm: BetterSQLite3Database): (provider: string, span: Span) => Sighting[] {
  const [from, to] = [sql.placeholder('from'), sql.placeholder('to')];
  const ofProvider = sql.placeholder('provider');
  const pings = orm
    .select({ node: probes.node, at: probes.at, ok: probes.ok, ms: probes.durationMs })
    .from(probes)
    .where(and(eq(probes.provider, ofProvider), gte(probes.at, from), lte(probes.at, to)))
    .prepare();
  const calls = orm
    .select({
      ...{ node: attempts.node, outcome: attempts.outcome, kind: attempts.failureKind },
      ...{ at: attempts.startedAt, ms: attempts.durationMs, firstTokenMs: attempts.firstTokenMs },
    })
    .from(attempts)
    .where(
      and(
        // Word for word as in the schema, or SQLite does not see that the partial index fits; the plus has it take that one.
        sql`permit in ('probe', 'forced', 'held')`,
        sql`+${attempts.provider} = ${ofProvider}`,
        gte(attempts.startedAt, from),
        lte(attempts.startedAt, to),
      ),
    )
    .prepare();
  return (provider, span) => [
    ...pings
      .all({ provider, ...span })
      .map(({ node, at, ok, ms }) => ({ node, provider, ok, at: at + Math.round(ms) })),
    ...calls.all({ provider, ...span }).flatMap(({ node, outcome, kind, at, ms, firstTokenMs }) => {
      const ok = showed(outcome, kind);
      return ok === null ? [] : [{ node, provider, ok, at: at + Math.round(ok ? (firstTokenMs ?? ms) : ms) }];
    }),
  ];
}

/** The attempts that opened circuits, as far as the record still has them. */
function failuresOf(orm: BetterSQLite3Database, openings: readonly Opening[]): Map<string, SeenFailure> {
  const ids = [...new Set(openings.flatMap(({ evidence }) => evidence))];
  const requestIds = [...new Set(ids.map((id) => id.slice(0, id.lastIndexOf('/'))))];
  const failures = new Map<string, SeenFailure>();
  for (let at = 0; at < requestIds.length; at += maxIn) {
    const rows = orm
      .select({
        ...{ requestId: attempts.requestId, ordinal: attempts.ordinal },
        ...{ kind: attempts.failureKind, ms: attempts.durationMs },
      })
      .from(attempts)
      .where(and(inArray(attempts.requestId, requestIds.slice(at, at + maxIn)), eq(attempts.outcome, 'failed')))
      .all();
    for (const { requestId, ordinal, kind, ms } of rows) failures.set(`${requestId}/${ordinal}`, { kind, ms });
  }
  return failures;
}
