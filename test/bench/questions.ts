import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { countRequests } from '../../db/sqlite/statements/countRequests.ts';
import { countSavings } from '../../db/sqlite/statements/countSavings.ts';
import { getRequest } from '../../db/sqlite/statements/getRequest.ts';
import { listAudit } from '../../db/sqlite/statements/listAudit.ts';
import { listEvents } from '../../db/sqlite/statements/listEvents.ts';
import { listChainMinutes, listProviderMinutes } from '../../db/sqlite/statements/listMinutes.ts';
import { listRequests } from '../../db/sqlite/statements/listRequests.ts';
import { mostCarried } from '../../db/sqlite/statements/mostCarried.ts';
import type { Bounds } from './bounds.ts';

/** What the program asks of its record, and what it might be asked. */

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface Question {
  what: string;
  ask: (orm: BetterSQLite3Database) => unknown;
}

/** Pages are of 50 rows, as on the page; `deep`: half way down. */
export function questionsOf({ from, to, skippedId }: Bounds): Question[] {
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
    { what: 'one request', ask: (orm) => getRequest(orm, skippedId) },
    { what: 'chains, last hour by minutes', ask: (orm) => listChainMinutes(orm, { from: to - hourMs, to }) },
    { what: 'chains, 14 days by hours', ask: (orm) => listChainMinutes(orm, { from, to, stepMs: hourMs }) },
    { what: 'providers, last hour by minutes', ask: (orm) => listProviderMinutes(orm, { from: to - hourMs, to }) },
    {
      what: 'providers, last day by 10 minutes',
      ask: (orm) => listProviderMinutes(orm, { from: to - dayMs, to, stepMs: hourMs / 6 }),
    },
    { what: 'providers, 14 days by hours', ask: (orm) => listProviderMinutes(orm, { from, to, stepMs: hourMs }) },
    {
      what: 'one provider, last day by 20 minutes',
      ask: (orm) => listProviderMinutes(orm, { provider: 'deepseek-v3', from: to - dayMs, to, stepMs: hourMs / 3 }),
    },
    { what: 'savings, a day', ask: (orm) => savings(orm, { from: to - dayMs, to }) },
    { what: 'savings, 7 days', ask: (orm) => savings(orm, { from: to - 7 * dayMs, to }) },
    { what: 'savings, everything', ask: (orm) => savings(orm, { from, to }) },
    {
      what: 'the most each provider carried, an hour (asked for each of 14 days after a start)',
      ask: (orm) => mostCarried(orm, { from: to - hourMs, to }),
    },
    { what: 'the most each provider carried, a day', ask: (orm) => mostCarried(orm, { from: to - dayMs, to }) },
    { what: 'transitions', ask: (orm) => listEvents(orm, { limit: 500 }) },
    { what: 'audit', ask: (orm) => listAudit(orm, { limit: 100 }) },
  ];
}

/** In as many slices as it takes. */
function savings(orm: BetterSQLite3Database, { from, to }: { from: number; to: number }): void {
  for (let at = from; at < to; ) at = countSavings(orm, { from: at, to, zone: 'Europe/Berlin' }).until;
}
