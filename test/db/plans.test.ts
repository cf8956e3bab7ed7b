import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { migrateFile } from '../../db/sqlite/migrate.ts';
import { getRequest } from '../../db/sqlite/statements/getRequest.ts';
import { listAttempts } from '../../db/sqlite/statements/listAttempts.ts';
import { listAudit } from '../../db/sqlite/statements/listAudit.ts';
import { listEvents } from '../../db/sqlite/statements/listEvents.ts';
import { listProbes } from '../../db/sqlite/statements/listProbes.ts';
import { listRequests } from '../../db/sqlite/statements/listRequests.ts';
import { restore } from '../../db/sqlite/statements/restore.ts';
import { noon } from './support/records.ts';

/** A page must cost what is on it, not what is in the table: asked of SQLite's own planner. */
const sqlite = new Database(':memory:');
const asked: { sql: string; params: unknown[] }[] = [];
const orm = drizzle(sqlite, { logger: { logQuery: (sql, params) => void asked.push({ sql, params }) } });
migrateFile({ sqlite, orm, path: ':memory:', stamp: 0 });
afterAll(() => sqlite.close());

function planOf(ask: () => void): string[] {
  asked.length = 0;
  ask();
  return asked.flatMap(({ sql, params }) =>
    sqlite
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...params)
      .map(({ detail }) => detail),
  );
}

const before = (...key: (string | number)[]) => Buffer.from(JSON.stringify(key)).toString('base64url');
const cases: [what: string, index: RegExp, ask: () => void][] = [
  ['the newest requests', /requests_newest/, () => listRequests(orm, { limit: 50 })],
  ['the next page of requests', /requests_newest/, () => listRequests(orm, { limit: 50, before: before(noon, 'r1') })],
  [
    'requests of a time',
    /requests_newest \(started_at>/,
    () => listRequests(orm, { limit: 50, from: noon, to: noon + 1 }),
  ],
  ['requests by outcome', /requests_by_outcome/, () => listRequests(orm, { limit: 50, outcome: 'failed' })],
  ['requests by who served', /requests_by_provider/, () => listRequests(orm, { limit: 50, servedBy: 'qwen-72b' })],
  ['fallbacks', /requests_fallback/, () => listRequests(orm, { limit: 50, fallback: true })],
  ['rescues', /requests_rescued/, () => listRequests(orm, { limit: 50, rescued: true })],
  ['what callers felt', /requests_felt/, () => listRequests(orm, { limit: 50, felt: true })],
  ['one request', /autoindex_requests_1 \(id=/, () => getRequest(orm, 'r1')],
  ['requests by failure', /attempts_by_failure/, () => listRequests(orm, { limit: 50, failureKind: 'connect' })],
  ['transitions', /circuit_events_newest/, () => listEvents(orm, { limit: 50, before: before(noon, 'a', 1) })],
  ['transitions of one provider', /events_by_provider/, () => listEvents(orm, { limit: 50, provider: 'qwen-72b' })],
  ['the audit', /audit_newest/, () => listAudit(orm, { limit: 50 })],
  ['the audit of one subject', /audit_by_subject/, () => listAudit(orm, { limit: 50, subject: 'qwen-72b' })],
  [
    'attempts at one provider',
    /attempts_by_provider \(provider=\? AND started_at>/,
    () => listAttempts(orm, { provider: 'qwen-72b', from: noon, to: noon + 1, limit: 9 }),
  ],
  ['probes of one provider', /probes_by_provider/, () => listProbes(orm, { provider: 'qwen-72b', limit: 50 })],
  ['the last event of a node', /circuit_events.*node=/, () => restore(orm, 'a')],
];

test.each(cases)('%s are found by an index', (_what, index, ask) => {
  const plan = planOf(ask);
  expect(
    plan.some((step) => index.test(step)),
    plan.join('\n'),
  ).toBe(true);
});

/** Failures are few: sorting them costs less than reading past everything else. */
const sorted = 'requests by failure';

test.each(cases.filter(([what]) => what !== sorted))('%s need no sorting', (_what, _index, ask) => {
  expect(planOf(ask)).not.toContain('USE TEMP B-TREE FOR ORDER BY');
});
