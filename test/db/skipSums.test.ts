import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DatabaseFile } from '../../db/sqlite/file.ts';
import { addUpSkips } from '../../db/sqlite/statements/addUpSkips.ts';
import { countSavings } from '../../db/sqlite/statements/countSavings.ts';
import { letGo } from '../../db/sqlite/statements/letGo.ts';
import { appendBatch } from '../../db/sqlite/statements/write.ts';
import type { RequestRecord } from '../../server/core/records.ts';
import { mergeTallies } from '../../server/core/savings/tally.ts';
import type { Tallies } from '../../server/core/savings/types.ts';
import { countSlowly } from '../support/savingsCount.ts';
import { anyRecord, type RandomRecord, spanMs } from '../support/savingsRecords.ts';
import { emptyAgain, emptyDatabase } from './support/emptyDatabase.ts';
import { batch, noon, stored } from './support/records.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Where copies of a request begin, and how many minutes later its second step does, and each one after that. */
const place = fc.record({
  of: fc.nat(7),
  hour: fc.nat(71),
  minute: fc.constantFrom(0, 0, 1, 30, 58, 59),
  second: fc.nat(59),
  laterMinutes: fc.constantFrom(0, 0, 0, 1, 2, 61),
});

/** Many requests that are alike, in hours with and without turns of their circuits. */
const records: fc.Arbitrary<RandomRecord> = fc
  .tuple(anyRecord, fc.array(place, { minLength: 60, maxLength: 120 }))
  .map(([record, places]) => ({ ...record, requests: [...record.requests, ...copiesOf(record.requests, places)] }));

function copiesOf(requests: RequestRecord[], places: (typeof place extends fc.Arbitrary<infer Made> ? Made : never)[]) {
  return places.flatMap(({ of, hour, minute, second, laterMinutes }, index) => {
    const request = requests[of];
    if (!request) return [];
    const startedAt = Math.floor(noon / hourMs) * hourMs + hour * hourMs + minute * minuteMs + second * 1_000;
    const attempts = request.attempts.map((each, at) => {
      return { ...each, startedAt: startedAt + at + (at > 0 ? laterMinutes * minuteMs : 0) };
    });
    return [{ ...request, id: `copy${index}`, startedAt, attempts }];
  });
}

const doings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('write' as const), from: fc.nat(9), to: fc.nat(9) }),
    fc.record({ kind: fc.constant('addUp' as const), limit: fc.integer({ min: 1, max: 90 }) }),
    fc.record({ kind: fc.constant('addUpAll' as const) }),
    fc.record({ kind: fc.constant('anew' as const) }),
    fc.record({ kind: fc.constant('letGo' as const), hour: fc.nat(40), limit: fc.integer({ min: 1, max: 30 }) }),
  ),
  { minLength: 1, maxLength: 7 },
);

const span = fc.record({
  from: fc.oneof(fc.constant(-hourMs), fc.integer({ min: 0, max: spanMs })),
  length: fc.oneof(fc.constant(2 * spanMs), fc.integer({ min: 1, max: spanMs }), fc.integer({ min: 1, max: hourMs })),
  zone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns'),
  limit: fc.constantFrom(20, 10_000),
});

type Doing = typeof doings extends fc.Arbitrary<(infer Made)[]> ? Made : never;

/** The requests that are on record afterwards. */
function done(database: DatabaseFile, { events, requests, probes }: RandomRecord, does: Doing[]): RequestRecord[] {
  const kept = new Map<string, RequestRecord>();
  const gone = new Set<string>();
  appendBatch(database, batch({ events: events.map((event) => ({ event, stored: stored(event.epoch) })), probes }));
  for (const doing of does) {
    if (doing.kind === 'write') {
      const share = (tenth: number) => Math.floor((tenth / 9) * requests.length);
      const some = requests.slice(share(Math.min(doing.from, doing.to)), share(Math.max(doing.from, doing.to)));
      const fresh = some.filter(({ id }) => !gone.has(id));
      appendBatch(database, batch({ requests: fresh }));
      for (const each of fresh) kept.set(each.id, each);
    } else if (doing.kind === 'addUp') addUpSkips(database, doing.limit);
    else if (doing.kind === 'addUpAll') while (addUpSkips(database, 50).more);
    else if (doing.kind === 'anew') {
      // A record of before there were sums, as an update finds it.
      database.sqlite.exec(
        `delete from rollups where name = 'skips'; delete from skip_minutes; delete from skip_hours`,
      );
    } else {
      const before = noon + doing.hour * hourMs;
      letGo(database, { kind: 'requests', before, limit: doing.limit, at: noon });
      const left = new Set(database.sqlite.prepare<[], string>('select id from requests').pluck().all());
      for (const id of kept.keys()) {
        if (left.has(id)) continue;
        kept.delete(id);
        gone.add(id);
      }
    }
  }
  return [...kept.values()];
}

function sorted<Row>(rows: Row[]): Row[] {
  return [...rows].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

test('whatever is written late, added up, begun anew and let go, in any order: sums and rows say of savings what whole records do', () => {
  using database = emptyDatabase();
  fc.assert(
    fc.property(records, doings, span, (record, does, { from, length, zone, limit }) => {
      emptyAgain(database);
      const requests = done(database, record, does);
      const whole = { from: noon + from, to: noon + from + length, zone };
      const slices: Tallies[] = [];
      for (let at = whole.from; at < whole.to; ) {
        const slice = countSavings(database.orm, { ...whole, from: at, limit });
        expect(slice.until).toBeGreaterThan(at);
        slices.push(slice.tallies);
        at = slice.until;
      }
      const found = mergeTallies(slices);
      const { tallies } = countSlowly({ ...record, requests }, whole);
      expect(sorted(found.skips)).toEqual(sorted(tallies.skips));
      expect(sorted(found.leftOut)).toEqual(sorted(tallies.leftOut));
      expect(sorted(found.probes)).toEqual(sorted(tallies.probes));
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('a span with no turn of a circuit is counted without a look at its requests', () => {
  using database = emptyDatabase();
  const [record] = fc.sample(records, { numRuns: 1, seed: 5 });
  if (!record) throw new Error('One was asked for.');
  const quiet = { ...record, events: [] };
  while (addUpSkips(database, 50).more);
  const requests = done(database, quiet, [{ kind: 'write', from: 0, to: 9 }]);
  const from = Math.floor(noon / hourMs) * hourMs;
  const whole = { from, to: from + 80 * hourMs, zone: 'UTC' };
  const { tallies } = countSlowly({ ...quiet, requests }, whole);
  expect(tallies.leftOut.length).toBeGreaterThan(0);
  database.sqlite.exec('delete from attempts; delete from requests');
  expect(sorted(countSavings(database.orm, whole).tallies.leftOut)).toEqual(sorted(tallies.leftOut));
});
