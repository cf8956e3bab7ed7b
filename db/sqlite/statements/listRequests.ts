import { and, asc, eq, exists, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { minuteMs } from '../../../server/core/minutes.ts';
import type { RequestRow } from '../../../server/core/records.ts';
import { attempts, requests } from '../../schema.ts';
import type { Page, RequestFilter } from '../../storage.ts';
import { felt } from './felt.ts';
import { isComplete } from './listMinutes.ts';
import { minutesWith } from './minutesWith.ts';
import { after, type Key, limitOf, pageOf, valuesOf } from './page.ts';
import { requestOf } from './rows.ts';

const key: Key<RequestRow> = {
  columns: [requests.startedAt, requests.id],
  of: (row) => [row.startedAt, row.id],
  kinds: ['number', 'string'],
};

/**
 * A filter that many requests do not fit is read minute by minute, those only that have some of them by the minute tables:
 * a page costs what is on it, whatever the filters and however rare what they ask for.
 */
export function listRequests(orm: BetterSQLite3Database, filter: RequestFilter): Page<RequestRow> {
  const found = isFiltered(filter) && isComplete(orm) ? byMinutes(orm, filter) : inOrder(orm, filter);
  const trails = trailsOf(
    orm,
    found.map(({ id }) => id),
  );
  const rows = found.map((row) => ({ ...requestOf(row), attempts: trails.get(row.id) ?? [] }));
  return pageOf(rows, filter.limit, key);
}

type Rows = (typeof requests.$inferSelect)[];

const ever = Number.MAX_SAFE_INTEGER - 1;

function inOrder(orm: BetterSQLite3Database, filter: RequestFilter): Rows {
  const { from, newest } = spanOf(filter);
  return begunWithin(orm, filter).all({ from, to: newest + 1, limit: limitOf(filter.limit) });
}

function byMinutes(orm: BetterSQLite3Database, filter: RequestFilter): Rows {
  const wanted = limitOf(filter.limit);
  const { from, newest } = spanOf(filter);
  const read = begunWithin(orm, filter);
  const found: Rows = [];
  for (const minute of minutesWith(orm, filter, { from, newest })) {
    const span = { from: Math.max(from, minute), to: Math.min(newest + 1, minute + minuteMs) };
    found.push(...read.all({ ...span, limit: wanted - found.length }));
    if (found.length === wanted) break;
  }
  return found;
}

/** When the rows of a page began, both inclusive: SQLite seeks by these, and by the cursor only looks at the first. */
function spanOf(filter: RequestFilter): { from: number; newest: number } {
  const before = filter.before === undefined ? ever : Number(valuesOf(key, filter.before)[0]);
  return { from: filter.from ?? 0, newest: Math.min(before, (filter.to ?? ever) - 1) };
}

/** Prepared once and asked for each minute. */
function begunWithin(orm: BetterSQLite3Database, filter: RequestFilter) {
  const span = [gte(requests.startedAt, sql.placeholder('from')), lt(requests.startedAt, sql.placeholder('to'))];
  return orm
    .select()
    .from(requests)
    .where(and(...span, ...conditions(filter), tried(orm, filter), after(key, filter.before)))
    .orderBy(sql`${requests.startedAt} desc`, sql`${requests.id} desc`)
    .limit(sql.placeholder('limit'))
    .prepare();
}

function isFiltered({ from: _, to: __, before: ___, limit: ____, ...parts }: RequestFilter): boolean {
  return Object.values(parts).some((part) => part !== undefined && part !== false);
}

function conditions(filter: RequestFilter): (SQL | undefined)[] {
  const { chain, client, outcome, servedBy } = filter;
  return [
    chain === undefined ? undefined : eq(requests.chain, chain),
    client === undefined ? undefined : eq(requests.client, client),
    outcome === undefined ? undefined : eq(requests.outcome, outcome),
    servedBy === undefined ? undefined : eq(requests.servedBy, servedBy),
    // Word for word as in the schema, or SQLite does not see that the partial index fits.
    filter.fallback ? sql`fallback = 1` : undefined,
    filter.rescued ? sql`rescued = 1` : undefined,
    filter.felt ? felt : undefined,
  ];
}

/**
 * Of one and the same attempt: "failed with a 503 at deepseek-v3", not "failed somewhere, and was also there". The plus keeps
 * SQLite from reading all attempts of a provider for each request instead of the few of the request.
 */
function tried(orm: BetterSQLite3Database, { provider, failureKind }: RequestFilter): SQL | undefined {
  if (provider === undefined && failureKind === undefined) return undefined;
  const at = provider === undefined ? undefined : sql`+${attempts.provider} = ${provider}`;
  const how = failureKind === undefined ? undefined : sql`+${attempts.failureKind} = ${failureKind}`;
  const there = orm.select({ one: sql`1` }).from(attempts);
  return exists(there.where(and(eq(attempts.requestId, requests.id), at, how)));
}

function trailsOf(orm: BetterSQLite3Database, ids: string[]): Map<string, RequestRow['attempts']> {
  const trails = new Map<string, RequestRow['attempts']>();
  const steps = orm
    .select({
      requestId: attempts.requestId,
      ordinal: attempts.ordinal,
      provider: attempts.provider,
      outcome: attempts.outcome,
      word: attempts.word,
      failureKind: attempts.failureKind,
      status: attempts.status,
      durationMs: attempts.durationMs,
      firstTokenMs: attempts.firstTokenMs,
      permit: attempts.permit,
      raced: attempts.raced,
      way: attempts.way,
    })
    .from(attempts)
    .where(inArray(attempts.requestId, ids))
    .orderBy(asc(attempts.requestId), asc(attempts.ordinal))
    .all();
  for (const { requestId, ...step } of steps) {
    const trail = trails.get(requestId);
    if (trail) trail.push(step);
    else trails.set(requestId, [step]);
  }
  return trails;
}
