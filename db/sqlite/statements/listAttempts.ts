import { and, asc, eq, gte, lt } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { attempts } from '../../schema.ts';
import { type AttemptsFilter, type ListedAttempt, StorageError } from '../../storage.ts';

/** Rows of one answer at most. */
const maxRows = 100_000;

export function listAttempts(orm: BetterSQLite3Database, filter: AttemptsFilter): ListedAttempt[] {
  const { provider, from, to, limit } = filter;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxRows) {
    throw new StorageError('bad_request', `\`limit\` is a whole number from 1 to ${maxRows}.`);
  }
  const rows = orm
    .select({
      requestId: attempts.requestId,
      ordinal: attempts.ordinal,
      outcome: attempts.outcome,
      failureKind: attempts.failureKind,
      status: attempts.status,
      circuitState: attempts.circuitState,
      permit: attempts.permit,
      startedAt: attempts.startedAt,
      firstTokenMs: attempts.firstTokenMs,
      durationMs: attempts.durationMs,
      drill: attempts.drill,
    })
    .from(attempts)
    .where(and(eq(attempts.provider, provider), gte(attempts.startedAt, from), lt(attempts.startedAt, to)))
    .orderBy(asc(attempts.startedAt), asc(attempts.requestId), asc(attempts.ordinal))
    .limit(limit)
    .all();
  return rows.map(({ requestId, ordinal, ...row }) => ({ id: `${requestId}/${ordinal}`, ...row }));
}
