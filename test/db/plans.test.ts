import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { migrateFile } from '../../db/sqlite/migrate.ts';
import { countRequests } from '../../db/sqlite/statements/countRequests.ts';
import { countSavings } from '../../db/sqlite/statements/countSavings.ts';
import { getRequest } from '../../db/sqlite/statements/getRequest.ts';
import { listAttempts } from '../../db/sqlite/statements/listAttempts.ts';
import { listAudit } from '../../db/sqlite/statements/listAudit.ts';
import { listEvents } from '../../db/sqlite/statements/listEvents.ts';
import { listChainMinutes, listProviderMinutes } from '../../db/sqlite/statements/listMinutes.ts';
import { listProbes } from '../../db/sqlite/statements/listProbes.ts';
import { listRequests } from '../../db/sqlite/statements/listRequests.ts';
import { readIncident } from '../../db/sqlite/statements/readIncident.ts';
import { readMinutes, readTransitions } from '../../db/sqlite/statements/readTrouble.ts';
import { restore } from '../../db/sqlite/statements/restore.ts';
import { appendBatch, writeStatements } from '../../db/sqlite/statements/write.ts';
import type { RequestFilter } from '../../db/storage.ts';
import { attempt, batch, failure, noon, request } from './support/records.ts';

/** A page must cost what is on it, not what is in the table: asked of SQLite's own planner. */
const sqlite = new Database(':memory:');
const asked: { sql: string; params: unknown[] }[] = [];
const orm = drizzle(sqlite, { logger: { logQuery: (sql, params) => void asked.push({ sql, params }) } });
migrateFile({ sqlite, orm, path: ':memory:', stamp: 0 });
const write = writeStatements(sqlite, orm);
const first = request('r1', { servedBy: 'qwen-72b', outcome: 'interrupted', rescued: true, startedAt: noon - 1 });
const failed = { ...first, attempts: [failure(0, 'deepseek-v3', 'connect'), attempt({ ordinal: 1 })] };
appendBatch({ sqlite, write }, batch({ requests: [failed] }));
// As if every hour up to noon had been added up.
const hourMs = 3_600_000;
sqlite.exec(`insert into rollups values ('hours', ${Math.floor(noon / hourMs) * hourMs})`);
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
const filters: Omit<RequestFilter, 'limit'>[] = [
  { chain: 'lucy' },
  { client: 'chat-app' },
  { outcome: 'interrupted' },
  { servedBy: 'qwen-72b' },
  { fallback: true },
  { rescued: true },
  { felt: true },
  { provider: 'deepseek-v3' },
  { failureKind: 'connect' },
  { chain: 'lucy', felt: true, provider: 'deepseek-v3', failureKind: 'connect', before: before(noon, 'r2') },
];
const cases: [what: string, index: RegExp, ask: () => void][] = [
  ['the newest requests', /requests_newest/, () => listRequests(orm, { limit: 50 })],
  ['the next page of requests', /requests_newest/, () => listRequests(orm, { limit: 50, before: before(noon, 'r1') })],
  [
    'requests of a time',
    /requests_newest \(started_at>/,
    () => listRequests(orm, { limit: 50, from: noon, to: noon + 1 }),
  ],
  ...filters.map((filter): (typeof cases)[number] => [
    `requests by ${JSON.stringify(filter)}`,
    /facet_minutes USING (COVERING INDEX|PRIMARY KEY).*\(facet=\? AND at>\? AND at<\?\)/,
    () => listRequests(orm, { limit: 50, ...filter }),
  ]),
  [
    'their number',
    /facet_minutes USING PRIMARY KEY \(facet=\? AND at>/,
    () => countRequests(orm, { from: noon, to: noon + 1 }),
  ],
  ['their number ever', /facet_hours USING PRIMARY KEY \(facet=\? AND at>/, () => countRequests(orm, {})],
  [
    'hours of chains',
    /chain_hours.*\(at>\? AND at<\?\)/,
    () => listChainMinutes(orm, { from: noon - hourMs, to: noon, stepMs: hourMs }),
  ],
  [
    'hours of providers',
    /provider_hours.*\(at>\? AND at<\?\)/,
    () => listProviderMinutes(orm, { from: noon - hourMs, to: noon, stepMs: hourMs }),
  ],
  [
    'minutes of chains',
    /chain_minutes.*\(at>\? AND at<\?\)/,
    () => listChainMinutes(orm, { from: noon, to: noon + 1 }),
  ],
  [
    'minutes of providers',
    /provider_minutes.*\(at>\? AND at<\?\)/,
    () => listProviderMinutes(orm, { from: noon, to: noon + 1 }),
  ],
  ['one request', /autoindex_requests_1 \(id=/, () => getRequest(orm, 'r1')],
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

test.each(cases)('%s need no sorting', (_what, _index, ask) => {
  expect(planOf(ask)).not.toContain('USE TEMP B-TREE FOR ORDER BY');
});

test.each(filters)('requests by %j are read only in a minute that has some, from its first row', (filter) => {
  const plan = planOf(() => listRequests(orm, { limit: 50, ...filter }));
  const ofRequests = plan.filter(
    (step) => /^(SEARCH|SCAN) requests/.test(step) && !step.includes('requests_uncounted'),
  );
  expect(ofRequests.length).toBeGreaterThan(0);
  for (const step of plan.filter((each) => each.includes(' attempts '))) expect(step).toContain('(request_id=?');
  for (const step of ofRequests)
    expect(step).toMatch(/requests_\w+ \((outcome=\? AND |served_by=\? AND )?\(?started_at/);
});

test('what is told of an incident and of its savings never walks every call of a provider', () => {
  const span = { from: noon - 1, to: noon + 1 };
  const plan = planOf(() => {
    readIncident(orm, {
      incident: { beganAt: noon - 1, detectedAt: noon, providers: ['deepseek-v3'], chains: ['another'] },
      ...{
        to: noon + 1,
        asOf: noon + 1,
        window: span,
        tickMs: 60_000,
        closes: [{ provider: 'deepseek-v3', at: noon }],
      },
    });
    readTransitions(orm, span);
    readMinutes(orm, span);
    countSavings(orm, { ...span, zone: 'UTC' });
  });
  const ofAttempts = plan.filter((step) => step.includes('attempts'));
  expect(ofAttempts.some((step) => step.includes('(request_id=?'))).toBe(true);
  // The one that names no time finds the names of the providers, a jump each.
  const byProvider = ofAttempts.filter((step) => step.includes('attempts_by_provider') && !step.includes('started_at'));
  expect(byProvider.filter((step) => !step.includes('COVERING INDEX'))).toEqual([]);
});
