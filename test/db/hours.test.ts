import Database from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOlder } from '../../db/sqlite/statements/countOlder.ts';
import { countRequests } from '../../db/sqlite/statements/countRequests.ts';
import { letGo } from '../../db/sqlite/statements/letGo.ts';
import { listChainMinutes, listProviderMinutes } from '../../db/sqlite/statements/listMinutes.ts';
import { rollUp } from '../../db/sqlite/statements/rollUp.ts';
import { appendBatch, writeStatements } from '../../db/sqlite/statements/write.ts';
import type { RequestRecord } from '../../server/core/records.ts';
import { randomRequests } from '../support/randomRequests.ts';
import { slowChainMinutes, slowProviderMinutes } from '../support/slowMinutes.ts';
import { TestDatabase } from './support/database.ts';
import { emptyAgain, emptyDatabase } from './support/emptyDatabase.ts';
import { batch, noon, request } from './support/records.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const start = Math.floor(noon / hourMs) * hourMs;
const hours = 5;

/** Random requests of a few hours, each with its attempts, some of which begin an hour later than their request. */
const records = fc
  .tuple(randomRequests(30), fc.array(fc.tuple(fc.nat(hours - 2), fc.nat(59), fc.nat(1)), { minLength: 30 }))
  .map(([list, places]) =>
    list.map((record, at) => {
      const [hour, minute, later] = places[at] ?? [0, 0, 0];
      const by = start - Math.floor(noon / minuteMs) * minuteMs + hour * hourMs + minute * minuteMs;
      const moved = record.attempts.map((each) => ({ ...each, startedAt: each.startedAt + by + later * hourMs }));
      return { ...record, startedAt: record.startedAt + by, attempts: moved };
    }),
  );

/** What happens to the record, in any order and as often as it comes. */
const doings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('write' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({
      kind: fc.constant('rollUp' as const),
      minutes: fc.integer({ min: -10, max: hours * 60 + 70 }),
      steps: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
    }),
    fc.record({ kind: fc.constant('restart' as const) }),
    fc.record({ kind: fc.constant('uncount' as const) }),
    fc.record({
      kind: fc.constant('letGo' as const),
      minutes: fc.integer({ min: -10, max: 200 }),
      limit: fc.integer({ min: 1, max: 40 }),
    }),
  ),
  { minLength: 1, maxLength: 8 },
);
/** Minutes from the beginning; null: without that end. */
const edge = (at: number) => fc.option(fc.integer({ min: at, max: at + 240 }));
const spans = fc.tuple(edge(-70), edge(170));

function rounded<Row extends { firstTokenSumMs: number }>(rows: Row[]): Row[] {
  return rows.map((row) => ({ ...row, firstTokenSumMs: Math.round(row.firstTokenSumMs * 1_000) }));
}

/** From the raw requests, those of before `goneBefore` left out. */
function expectRaw(orm: BetterSQLite3Database, list: RequestRecord[], { span, goneBefore }: Asked): void {
  const [from, to] = span.map((minutes) => (minutes === null ? null : start + minutes * minuteMs));
  const begun = list.filter(
    ({ startedAt }) => startedAt >= Math.max(from ?? 0, goneBefore) && startedAt < (to ?? Infinity),
  );
  const { counts } = countRequests(orm, { from: from ?? undefined, to: to ?? undefined });
  expect(counts.requests).toBe(begun.length);
  expect(counts.felt).toBe(begun.filter(({ outcome }) => outcome === 'failed' || outcome === 'interrupted').length);
  for (const stepMs of [minuteMs, 20 * minuteMs, hourMs, 2 * hourMs]) {
    const within = { from: from ?? start, to: to ?? start + 6 * hourMs };
    const steps = {
      from: Math.floor(within.from / stepMs) * stepMs,
      to: Math.max(within.from, Math.ceil(within.to / stepMs) * stepMs),
      stepMs,
    };
    // Its last step ends with the minute that was asked for.
    const end = Math.ceil(within.to / minuteMs) * minuteMs;
    const isThere = ({ startedAt }: { startedAt: number }) => startedAt >= goneBefore && startedAt < end;
    const kept = list.filter(isThere);
    expect(rounded(listChainMinutes(orm, { ...within, stepMs }).rows)).toEqual(rounded(slowChainMinutes(kept, steps)));
    const tried = list.map((each) => ({
      ...each,
      attempts: each.attempts.filter(isThere),
    }));
    const providers = listProviderMinutes(orm, { ...within, stepMs }).rows;
    expect(rounded(providers)).toEqual(rounded(slowProviderMinutes(tried, steps)));
  }
}

interface Asked {
  span: [number | null, number | null];
  goneBefore: number;
}

test('whatever is written late, added up, counted anew and let go, in any order, with restarts in the middle: hours and minutes say what the requests do', () => {
  using database = emptyDatabase();
  fc.assert(
    fc.property(records, doings, spans, (list, does, span) => {
      emptyAgain(database);
      let goneBefore = 0;
      const written = new Set<RequestRecord>();
      for (const doing of does) {
        if (doing.kind === 'write') {
          const some = list.slice(0, Math.ceil(doing.share * list.length));
          appendBatch(database, batch({ requests: some }));
          for (const each of some) written.add(each);
        } else if (doing.kind === 'rollUp') {
          const until = start + doing.minutes * minuteMs;
          for (let step = 1; rollUp(database, until).more && step < doing.steps; step += 1);
        } else if (doing.kind === 'restart') {
          database.write = writeStatements(database.sqlite, database.orm);
        } else if (doing.kind === 'uncount') {
          // A record of before there were such tables, at the point where an update finds it, and half way on.
          if (goneBefore > 0) continue;
          database.sqlite.exec(`update requests set counted = 0; delete from chain_minutes; delete from provider_minutes;
            delete from facet_minutes; delete from chain_hours; delete from provider_hours; delete from facet_hours`);
          countOlder(database, 3);
          database.write = writeStatements(database.sqlite, database.orm);
          rollUp(database, start + 2 * hourMs);
          while (countOlder(database, 7).more);
        } else {
          const before = start + doing.minutes * minuteMs;
          // One step of many: what is shown must fit already.
          const { rows } = letGo(database, { kind: 'minutes', before, limit: doing.limit, at: noon });
          if (rows > 0) goneBefore = Math.max(goneBefore, Math.floor(before / hourMs) * hourMs);
        }
      }
      expectRaw(database.orm, [...written], { span, goneBefore });
    }),
    { numRuns: 120 },
  );
});

test('hours that are over are added up by themselves after a start', async () => {
  await using database = new TestDatabase();
  const ago = Math.floor(Date.now() / hourMs) * hourMs - 3 * hourMs;
  const given = [0, 59, 60, 119].map((minute) => request(`r${minute}`, { startedAt: ago + minute * minuteMs }));
  const before = await database.open();
  await before.append(batch({ requests: given }));
  await before.close(1_000);
  const storage = await database.open();
  using file = openedFile(database.path);
  while (file.mark() < ago + 2 * hourMs) await new Promise<void>((resolve) => setImmediate(resolve));
  const { rows } = await storage.listChainMinutes({ from: ago, to: ago + 2 * hourMs, stepMs: hourMs });
  expect(rows.map(({ at, requests }) => [at - ago, requests])).toEqual([
    [0, 2],
    [hourMs, 2],
  ]);
  expect(file.hours()).toBe(2);
});

function openedFile(path: string): { mark: () => number; hours: () => number } & Disposable {
  const sqlite = new Database(path, { readonly: true });
  const one = (text: string) => sqlite.prepare<[], number>(text).pluck().get() ?? 0;
  return {
    mark: () => one("select until from rollups where name = 'hours'"),
    hours: () => one('select count(*) from chain_hours'),
    [Symbol.dispose]: () => void sqlite.close(),
  };
}
