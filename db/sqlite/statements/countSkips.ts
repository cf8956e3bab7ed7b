import { and, asc, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { hourMs, minuteMs } from '../../../server/core/minutes.ts';
import {
  type SkipShape,
  type SkipSum,
  type SumLength,
  type Turns,
  tallySum,
  unpackShape,
} from '../../../server/core/savings/shape.ts';
import type { SkipTally } from '../../../server/core/savings/tally.ts';
import { attempts, skipHours, skipMinutes, skipShapes } from '../../schema.ts';
import { rolledUpTo } from './shown.ts';
import { type Span, skippedWithin } from './skippedRequests.ts';

/** Skips that are counted request by request at one go, so that other questions do not wait long. */
const maxSkips = 10_000;

export interface Counting {
  tally: SkipTally;
  turns: Turns;
  dayOf: (at: number) => string;
}

/**
 * Counts the requests whose first skip is in the span: by sums of hours, hours in which something turned by their minutes,
 * and minutes in which something turned request by request. Says how far it came, exclusive: the last are bounded at one go.
 */
export function countSkips(
  orm: BetterSQLite3Database,
  { limit = maxSkips, ...span }: Span & { limit?: number | undefined },
  counting: Counting,
): number {
  const summedTo = Math.min(span.to, rolledUpTo(orm, 'skips')());
  const reading = { orm, counting, summedTo };
  const byHours = readSums(reading, [span], { table: skipHours, length: hourMs });
  const byMinutes = readSums(reading, byHours.rest, { table: skipMinutes, length: minuteMs });
  const until = endOf(orm, { spans: byMinutes.rest, span, limit: Math.min(limit, maxSkips) });
  for (const { shape, sum } of [...byHours.sums, ...byMinutes.sums]) {
    if (sum.at < until) tallySum(counting.tally, shape, sum);
  }
  const rest = byMinutes.rest.filter(({ from }) => from < until);
  const upToThere = rest.map(({ from, to }) => ({ from, to: Math.min(to, until) }));
  for (const request of skippedWithin(orm, upToThere)) counting.tally.request(request);
  return until;
}

interface Reading {
  orm: BetterSQLite3Database;
  counting: Counting;
  /** Nothing of later is in the sums for sure. */
  summedTo: number;
}

interface Sums {
  table: typeof skipHours | typeof skipMinutes;
  length: SumLength;
}

interface Found {
  sums: { shape: SkipShape; sum: SkipSum }[];
  /** What they do not tell of, in order. */
  rest: Span[];
}

function readSums({ orm, counting, summedTo }: Reading, spans: readonly Span[], { table, length }: Sums): Found {
  const shapes = shapesOf(orm);
  const read = orm
    .select()
    .from(table)
    .where(and(gte(table.at, sql.placeholder('from')), lt(table.at, sql.placeholder('to'))))
    .orderBy(asc(table.at))
    .prepare();
  const found: Found = { sums: [], rest: [] };
  for (const span of spans) {
    const from = Math.ceil(span.from / length) * length;
    const to = Math.max(from, Math.floor(Math.min(span.to, summedTo) / length) * length);
    if (to === from) {
      leave(found, span);
      continue;
    }
    const sums = read.all({ from, to }).map((row) => ({ shape: shapes(row.shape), sum: sumOf(row) }));
    const turned = new Set(sums.filter((each) => !isPlain(each, length, counting)).map(({ sum }) => sum.at));
    leave(found, { from: span.from, to: from });
    for (const at of turned) leave(found, { from: at, to: at + length });
    leave(found, { from: to, to: span.to });
    found.sums.push(...sums.filter(({ sum }) => !turned.has(sum.at)));
  }
  return found;
}

function leave({ rest }: Found, { from, to }: Span): void {
  const last = rest.at(-1);
  if (last && last.to === from) last.to = to;
  else if (from < to) rest.push({ from, to });
}

/** Whether all that is in it is counted alike, and on the same day. */
function isPlain(
  { shape, sum: { at } }: Found['sums'][number],
  length: SumLength,
  { turns, dayOf }: Counting,
): boolean {
  return dayOf(at) === dayOf(at + length - 1) && turns.spare(shape, at, length);
}

/** Each is read once, when it is met first. */
function shapesOf(orm: BetterSQLite3Database): (id: number) => SkipShape {
  const one = orm
    .select({ shape: skipShapes.shape })
    .from(skipShapes)
    .where(sql`${skipShapes.id} = ${sql.placeholder('id')}`)
    .prepare();
  const known = new Map<number, SkipShape>();
  return (id) => {
    const shape = known.get(id) ?? unpackShape(one.get({ id })?.shape ?? '');
    known.set(id, shape);
    return shape;
  };
}

function sumOf(row: typeof skipHours.$inferSelect): SkipSum {
  const { at, requests, costNanoUsd } = row;
  const tokens = { prompt: row.promptTokens, cached: row.cachedTokens, completion: row.completionTokens };
  return { at, requests, tokens, costNanoUsd };
}

interface Walk {
  spans: readonly Span[];
  span: Span;
  limit: number;
}

/** As far as the bound allows. What has the very same moment is never parted, or it would be counted twice. */
function endOf(orm: BetterSQLite3Database, { spans, span, limit }: Walk): number {
  const moments = orm
    .select({ at: attempts.startedAt })
    .from(attempts)
    .where(
      and(
        // Word for word as in the schema, or SQLite does not see that the partial index fits.
        sql`outcome = 'skipped'`,
        gte(attempts.startedAt, sql.placeholder('from')),
        lt(attempts.startedAt, sql.placeholder('to')),
      ),
    )
    .orderBy(asc(attempts.startedAt))
    .limit(sql.placeholder('limit'))
    .prepare();
  let left = limit;
  for (const { from, to } of spans) {
    const found = moments.all({ from, to, limit: left + 1 });
    const over = found[left];
    if (over) return Math.max(over.at, span.from + 1);
    left -= found.length;
  }
  return span.to;
}
