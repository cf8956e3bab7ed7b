import { and, asc, eq, exists, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { RequestRow } from '../../../server/core/records.ts';
import { attempts, requests } from '../../schema.ts';
import type { Page, RequestFilter } from '../../storage.ts';
import { after, type Key, limitOf, pageOf } from './page.ts';
import { requestOf } from './rows.ts';

const key: Key<RequestRow> = {
  columns: [requests.startedAt, requests.id],
  of: (row) => [row.startedAt, row.id],
  kinds: ['number', 'string'],
};

export function listRequests(orm: BetterSQLite3Database, filter: RequestFilter): Page<RequestRow> {
  const found = orm
    .select()
    .from(requests)
    .where(and(...conditions(filter), tried(orm, filter), after(key, filter.before)))
    .orderBy(sql`${requests.startedAt} desc`, sql`${requests.id} desc`)
    .limit(limitOf(filter.limit))
    .all();
  const trails = trailsOf(
    orm,
    found.map(({ id }) => id),
  );
  const rows = found.map((row) => ({ ...requestOf(row), attempts: trails.get(row.id) ?? [] }));
  return pageOf(rows, filter.limit, key);
}

function conditions(filter: RequestFilter): (SQL | undefined)[] {
  const { from, to, chain, client, outcome, servedBy } = filter;
  return [
    from === undefined ? undefined : gte(requests.startedAt, from),
    to === undefined ? undefined : lt(requests.startedAt, to),
    chain === undefined ? undefined : eq(requests.chain, chain),
    client === undefined ? undefined : eq(requests.client, client),
    outcome === undefined ? undefined : eq(requests.outcome, outcome),
    servedBy === undefined ? undefined : eq(requests.servedBy, servedBy),
    // Word for word as in the schema, or SQLite does not see that the partial index fits.
    filter.fallback ? sql`fallback = 1` : undefined,
    filter.rescued ? sql`rescued = 1` : undefined,
    filter.felt ? sql`outcome not in ('succeeded', 'cancelled')` : undefined,
  ];
}

/** Of one and the same attempt: "failed with a 503 at deepseek-v3", not "failed somewhere, and was also there". */
function tried(orm: BetterSQLite3Database, { provider, failureKind }: RequestFilter): SQL | undefined {
  const at = provider === undefined ? undefined : eq(attempts.provider, provider);
  // Failures are few: found by their index. Of one provider there are many: looked up along the list until the page is full.
  if (failureKind !== undefined) {
    const failed = orm.select({ id: attempts.requestId }).from(attempts);
    return inArray(requests.id, failed.where(and(eq(attempts.failureKind, failureKind), at)));
  }
  if (!at) return undefined;
  const there = orm.select({ one: sql`1` }).from(attempts);
  return exists(there.where(and(eq(attempts.requestId, requests.id), at)));
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
