import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countRequests } from '../../db/sqlite/statements/countRequests.ts';
import { listRequests } from '../../db/sqlite/statements/listRequests.ts';
import { appendBatch } from '../../db/sqlite/statements/write.ts';
import type { RequestFilter } from '../../db/storage.ts';
import type { RequestRecord } from '../../server/core/records.ts';
import { matches } from '../../web/requests/filter.ts';
import { randomRequests } from '../support/randomRequests.ts';
import { emptyAgain, emptyDatabase } from './support/emptyDatabase.ts';
import { batch, noon, request } from './support/records.ts';

const start = Math.floor(noon / 60_000) * 60_000;
const orAny = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
const parts = fc.record({
  chain: orAny('lucy', 'coder', 'unheard'),
  client: orAny('chat-app', 'other-app'),
  outcome: orAny('succeeded' as const, 'failed' as const, 'refused' as const, 'interrupted' as const),
  servedBy: orAny('deepseek-v3', 'qwen-72b'),
  provider: orAny('deepseek-v3', 'llama-3.3-70b', 'qwen-72b'),
  failureKind: orAny('serverError', 'connect', 'open'),
  fallback: orAny(true),
  rescued: orAny(true),
  felt: orAny(true),
});
const moment = fc.option(fc.integer({ min: noon, max: noon + 200_000 }), { nil: undefined, freq: 2 });

/** The same question to the records themselves, with the words of the page. */
function slow(records: RequestRecord[], { servedBy, ...filter }: Omit<RequestFilter, 'limit'>): RequestRecord[] {
  const { fallback, rescued, felt } = filter;
  const flags = { fallback: fallback || undefined, rescued: rescued || undefined, felt: felt || undefined };
  const whole = { ...noFilter, ...filter, ...flags };
  return records
    .filter((record) => matches(record, whole) && (servedBy === undefined || record.servedBy === servedBy))
    .sort((one, other) => other.startedAt - one.startedAt || (one.id < other.id ? 1 : -1));
}

const noFilter = {
  ...{ chain: undefined, client: undefined, outcome: undefined, provider: undefined, failureKind: undefined },
  ...{ fallback: undefined, rescued: undefined, felt: undefined, from: undefined, to: undefined },
};

test('the pages of any filter are the requests that fit it, each once, newest first', () => {
  using database = emptyDatabase();
  fc.assert(
    fc.property(randomRequests(40), parts, fc.tuple(moment, moment), fc.integer({ min: 1, max: 5 }), (...given) => {
      const [records, filter, [from, to], limit] = given;
      emptyAgain(database);
      appendBatch(database, batch({ requests: records }));
      const asked = { ...filter, from, to };
      const ids: string[] = [];
      let before: string | undefined;
      do {
        const page = listRequests(database.orm, { ...asked, before, limit });
        ids.push(...page.rows.map(({ id }) => id));
        before = page.next ?? undefined;
      } while (before !== undefined);
      expect(ids).toEqual(slow(records, asked).map(({ id }) => id));
    }),
    { numRuns: 100 },
  );
});

test('the counts of any filter are those of the requests that fit it, and of each other choice', () => {
  using database = emptyDatabase();
  fc.assert(
    fc.property(randomRequests(40), parts, fc.tuple(moment, moment), (records, filter, [from, to]) => {
      emptyAgain(database);
      appendBatch(database, batch({ requests: records }));
      const asked = { ...filter, from, to };
      const { counts, complete } = countRequests(database.orm, asked);
      expect(complete).toBe(true);
      expect(counts.requests).toBe(slow(records, asked).length);
      expect(counts.felt).toBe(slow(records, { ...asked, felt: true }).length);
      expect(counts.fallback).toBe(slow(records, { ...asked, fallback: true }).length);
      expect(counts.rescued).toBe(slow(records, { ...asked, rescued: true }).length);
      for (const provider of ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'])
        expect(counts.provider[provider] ?? 0).toBe(slow(records, { ...asked, provider }).length);
      for (const failureKind of ['serverError', 'connect', 'open'])
        expect(counts.failureKind[failureKind] ?? 0).toBe(slow(records, { ...asked, failureKind }).length);
      for (const outcome of ['succeeded', 'failed', 'refused', 'cancelled', 'interrupted'] as const)
        expect(counts.outcome[outcome] ?? 0).toBe(slow(records, { ...asked, outcome }).length);
      for (const client of ['chat-app', 'other-app'])
        expect(counts.client[client] ?? 0).toBe(slow(records, { ...asked, client }).length);
      for (const chain of ['lucy', 'coder'])
        expect(counts.chain[chain] ?? 0).toBe(slow(records, { ...asked, chain }).length);
    }),
    { numRuns: 60 },
  );
});

test('a count is of the time that was asked for, to the millisecond; of a very busy minute of the whole, and says so', () => {
  using database = emptyDatabase();
  const busy = Array.from({ length: 4_001 }, (_, index) => request(`busy${index}`, { startedAt: start + 60_020 }));
  const calm = ['a', 'b', 'c'].map((id, index) => request(id, { startedAt: start + 5 + 5 * index }));
  appendBatch(database, batch({ requests: [...calm, ...busy] }));
  const asked = { from: start + 10, to: start + 60_010 };
  const { from, to, counts } = countRequests(database.orm, asked);
  expect([from, to, counts.requests]).toEqual([asked.from, start + 120_000, 4_003]);
  const calmer = countRequests(database.orm, { ...asked, to: start + 20 });
  expect([calmer.from, calmer.to, calmer.counts.requests]).toEqual([asked.from, start + 20, 2]);
});
