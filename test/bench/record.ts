import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { countRequests } from '../../db/sqlite/statements/countRequests.ts';
import { getRequest } from '../../db/sqlite/statements/getRequest.ts';
import { listAudit } from '../../db/sqlite/statements/listAudit.ts';
import { listEvents } from '../../db/sqlite/statements/listEvents.ts';
import { listChainMinutes, listProviderMinutes } from '../../db/sqlite/statements/listMinutes.ts';
import { listRequests } from '../../db/sqlite/statements/listRequests.ts';
import { mostCarried } from '../../db/sqlite/statements/mostCarried.ts';

/**
 * What each question to a large record costs from a cold start: a new connection, and nothing of the file in memory.
 * `npm run bench:record -- FILE…` writes `test/bench/RECORD.md`; make the files by `npm run seed`.
 */

const times = 3;
const boundMs = 300;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Question {
  what: string;
  ask: (orm: BetterSQLite3Database) => unknown;
}

interface Bounds {
  from: number;
  to: number;
}

/** `newest`: of the record. Pages are of 50 rows, as on the page; `deep`: half way down. */
function questionsOf({ from, to }: Bounds, someId: string): Question[] {
  const deep = Buffer.from(JSON.stringify([Math.floor((from + to) / 2), 'z'])).toString('base64url');
  const last = Buffer.from(JSON.stringify([from + hourMs, 'z'])).toString('base64url');
  const filters = {
    'no filter': {},
    'chain lucy': { chain: 'lucy' },
    'a chain of one in a hundred': { chain: 'trial' },
    'a chain that nobody asked for': { chain: 'unheard' },
    'client batch': { client: 'batch' },
    'caller left': { outcome: 'cancelled' },
    'by a fallback': { fallback: true },
    rescued: { rescued: true },
    'felt by the caller': { felt: true },
    'went by qwen-72b': { provider: 'qwen-72b' },
    'a 429 anywhere': { failureKind: 'throttled' },
    'a 429 of llama-3.3-70b, trial, client batch': {
      ...{ failureKind: 'throttled', provider: 'llama-3.3-70b', chain: 'trial', client: 'batch' },
    },
    'rescued and felt': { rescued: true, felt: true },
  } as const;
  const pages = Object.entries(filters).flatMap(([name, filter]) => [
    {
      what: `requests, ${name}, first page`,
      ask: (orm: BetterSQLite3Database) => listRequests(orm, { ...filter, limit: 50 }),
    },
    {
      what: `requests, ${name}, half way down`,
      ask: (orm: BetterSQLite3Database) => listRequests(orm, { ...filter, limit: 50, before: deep }),
    },
  ]);
  return [
    ...pages,
    { what: 'requests, no filter, last page', ask: (orm) => listRequests(orm, { limit: 50, before: last }) },
    {
      what: 'a page of 500 for an export, by a fallback',
      ask: (orm) => listRequests(orm, { limit: 500, fallback: true }),
    },
    { what: 'facets, last 15 minutes', ask: (orm) => countRequests(orm, { from: to - hourMs / 4 }) },
    { what: 'facets, last day, felt', ask: (orm) => countRequests(orm, { from: to - dayMs, felt: true }) },
    { what: 'facets, last 7 days', ask: (orm) => countRequests(orm, { from: to - 7 * dayMs }) },
    { what: 'facets, everything', ask: (orm) => countRequests(orm, {}) },
    { what: 'one request', ask: (orm) => getRequest(orm, someId) },
    { what: 'chains, last hour by minutes', ask: (orm) => listChainMinutes(orm, { from: to - hourMs, to }) },
    { what: 'chains, 14 days by hours', ask: (orm) => listChainMinutes(orm, { from, to, stepMs: hourMs }) },
    { what: 'providers, last hour by minutes', ask: (orm) => listProviderMinutes(orm, { from: to - hourMs, to }) },
    {
      what: 'providers, last day by 10 minutes',
      ask: (orm) => listProviderMinutes(orm, { from: to - dayMs, to, stepMs: hourMs / 6 }),
    },
    { what: 'providers, 14 days by hours', ask: (orm) => listProviderMinutes(orm, { from, to, stepMs: hourMs }) },
    { what: 'the most each provider carried, a day', ask: (orm) => mostCarried(orm, { from: to - dayMs, to }) },
    { what: 'transitions', ask: (orm) => listEvents(orm, { limit: 500 }) },
    { what: 'audit', ask: (orm) => listAudit(orm, { limit: 100 }) },
  ];
}

/** Waited for, and of the processor's time. */
interface Cost {
  ms: number;
  cpuMs: number;
}

interface Answer {
  what: string;
  costs: Cost[];
}

function measure(path: string): string {
  const bounds = within(path, (sqlite) =>
    sqlite.prepare('select min(started_at) "from", max(started_at) + 1 "to" from requests').get(),
  ) as Bounds;
  const { count } = within(path, (sqlite) => sqlite.prepare('select count(*) count from requests').get()) as {
    count: number;
  };
  const { id } = within(path, (sqlite) =>
    sqlite.prepare('select id from requests order by started_at desc limit 1 offset 1000').get(),
  ) as { id: string };
  const answers = questionsOf(bounds, id).map(({ what, ask }): Answer => {
    const costs = Array.from({ length: times }, () => cold(path, ask));
    console.log(`${what}: ${costs.map(({ ms, cpuMs }) => `${ms.toFixed(0)} (${cpuMs.toFixed(0)})`).join(', ')} ms`);
    return { what, costs };
  });
  return report({ path, count, answers });
}

function within<Result>(path: string, run: (sqlite: Database.Database) => Result): Result {
  const sqlite = new Database(path, { readonly: true });
  try {
    return run(sqlite);
  } finally {
    sqlite.close();
  }
}

function cold(path: string, ask: Question['ask']): Cost {
  forget(path);
  return within(path, (sqlite) => {
    const cpu = process.cpuUsage();
    const began = performance.now();
    ask(drizzle(sqlite));
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    return { ms, cpuMs: (user + system) / 1_000 };
  });
}

/** Has the system drop what it holds of the file in memory. */
function forget(path: string): void {
  const { status } = spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  if (status !== 0) throw new Error('The file could not be dropped from memory: this needs `dd` of GNU coreutils.');
}

function report({ path, count, answers }: { path: string; count: number; answers: Answer[] }): string {
  const megabytes = Math.round(statSync(path).size / 1_048_576);
  const rows = answers.map(({ what, costs }) => {
    const ms = costs.map((cost) => cost.ms);
    const cpu = middle(costs.map(({ cpuMs }) => cpuMs));
    return `| ${what} | ${middle(ms).toFixed(0)} | ${Math.max(...ms).toFixed(0)} | ${cpu.toFixed(0)} |`;
  });
  const over = answers.filter(({ costs }) => middle(costs.map(({ ms }) => ms)) > boundMs).map(({ what }) => what);
  return [
    `## ${count.toLocaleString('en')} requests, ${megabytes.toLocaleString('en')} MB`,
    '',
    over.length === 0 ? `All within ${boundMs} ms.` : `Over ${boundMs} ms: ${over.join('; ')}.`,
    '',
    '| question | ms, median | ms, most | processor ms, median |',
    '|---|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

function middle(ms: number[]): number {
  return [...ms].sort((one, other) => one - other)[Math.floor(ms.length / 2)] ?? Number.NaN;
}

const paths = process.argv.slice(2);
if (paths.length === 0 || !paths.every((path) => existsSync(path))) {
  console.error('Use: npm run bench:record -- FILE…, with databases made by `npm run seed`.');
  process.exit(2);
}
const head = `# What the record costs at scale

Each question ${times} times from a cold start: a new connection, and nothing of the file in memory. Made by
\`npm run seed -- FILE --requests N\`, then \`npm run bench:record -- FILE…\`; Node ${process.versions.node}, two cores.
The load on them meanwhile (average of a minute): ${loadavg()[0]?.toFixed(1)}; over 2, waiting for a core is in the figures.
`;
writeFileSync(join(import.meta.dirname, 'RECORD.md'), `${[head, ...paths.map(measure)].join('\n')}\n`);
