import Database from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packCounts, unpackCounts } from '../../db/packed.ts';
import { countOlder } from '../../db/sqlite/statements/countOlder.ts';
import { listChainMinutes, listProviderMinutes } from '../../db/sqlite/statements/listMinutes.ts';
import { appendBatch } from '../../db/sqlite/statements/write.ts';
import type { RequestRecord } from '../../server/core/records.ts';
import { randomRequests } from '../support/randomRequests.ts';
import { slowChainMinutes, slowProviderMinutes } from '../support/slowMinutes.ts';
import { TestDatabase } from './support/database.ts';
import { emptyAgain, emptyDatabase } from './support/emptyDatabase.ts';
import { batch, noon, requests } from './support/records.ts';

const minuteMs = 60_000;
const start = Math.floor(noon / minuteMs) * minuteMs;
const hour = { from: start, to: start + 60 * minuteMs };

/** Sums of fractions come out a little different in another order. */
function rounded<Row extends { firstTokenSumMs: number }>(rows: Row[]): Row[] {
  return rows.map((row) => ({ ...row, firstTokenSumMs: Math.round(row.firstTokenSumMs * 1_000) }));
}

function expectSlowCount(orm: BetterSQLite3Database, records: RequestRecord[], stepMs: number): void {
  const steps = { from: Math.floor(start / stepMs) * stepMs, to: hour.to, stepMs };
  const chains = listChainMinutes(orm, { ...hour, stepMs });
  expect(chains.complete).toBe(true);
  expect(rounded(chains.rows)).toEqual(rounded(slowChainMinutes(records, steps)));
  const providers = listProviderMinutes(orm, { ...hour, stepMs });
  expect(rounded(providers.rows)).toEqual(rounded(slowProviderMinutes(records, steps)));
  const ofOne = listProviderMinutes(orm, { ...hour, stepMs, chain: 'coder', provider: 'qwen-72b' });
  const coder = slowProviderMinutes(
    records.filter(({ chain }) => chain === 'coder'),
    steps,
  );
  expect(rounded(ofOne.rows)).toEqual(rounded(coder.filter(({ provider }) => provider === 'qwen-72b')));
}

test('the minutes of random requests, written in any batches and some twice, are what a slow count of the rows gives', () => {
  const splits = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), again: fc.boolean() });
  using database = emptyDatabase();
  fc.assert(
    fc.property(randomRequests(25), splits, fc.constantFrom(1, 2, 7), (records, { at, again }, minutes) => {
      emptyAgain(database);
      const cut = Math.floor(at * records.length);
      appendBatch(database, batch({ requests: records.slice(0, cut) }));
      appendBatch(database, batch({ requests: again ? records : records.slice(cut) }));
      if (again) appendBatch(database, batch({ requests: [...records, ...records] }));
      expectSlowCount(database.orm, records, minutes * minuteMs);
    }),
    { numRuns: 60 },
  );
});

test('requests of before the minute tables are counted in steps, each once, while others come in', () => {
  using database = emptyDatabase();
  fc.assert(
    fc.property(randomRequests(30), (records) => {
      emptyAgain(database);
      const half = Math.ceil(records.length / 2);
      appendBatch(database, batch({ requests: records.slice(0, half) }));
      database.sqlite.exec(`
        update requests set counted = 0;
        delete from chain_minutes; delete from provider_minutes; delete from facet_minutes; delete from facets`);
      expect(listChainMinutes(database.orm, hour).complete).toBe(false);
      countOlder(database, 4);
      appendBatch(database, batch({ requests: records }));
      while (countOlder(database, 4).more);
      expectSlowCount(database.orm, records, minuteMs);
    }),
    { numRuns: 30 },
  );
});

test('a start counts what is older by itself', async () => {
  await using database = new TestDatabase();
  const before = await database.open();
  await before.append(batch({ requests: requests('r', 700) }));
  await before.close(1_000);
  const sqlite = new Database(database.path);
  sqlite.exec('update requests set counted = 0; delete from chain_minutes');
  sqlite.close();
  const storage = await database.open();
  let minutes = await storage.listChainMinutes(hour);
  while (!minutes.complete) minutes = await storage.listChainMinutes(hour);
  expect(minutes.rows.reduce((sum, row) => sum + row.requests, 0)).toBe(700);
});

test('counts come back from their bytes as they went in, also large ones', () => {
  const counts = fc.dictionary(fc.nat(284).map(String), fc.integer({ min: 1, max: 2 ** 40 }));
  fc.assert(fc.property(counts, (given) => void expect(unpackCounts(packCounts(given))).toEqual(given)));
});
