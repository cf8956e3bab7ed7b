import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DatabaseFile } from '../../db/sqlite/file.ts';
import { listAttempts } from '../../db/sqlite/statements/listAttempts.ts';
import { listEvents } from '../../db/sqlite/statements/listEvents.ts';
import { listProviderMinutes } from '../../db/sqlite/statements/listMinutes.ts';
import { appendBatch } from '../../db/sqlite/statements/write.ts';
import type { AttemptsFilter, EventFilter, ProviderMinutesFilter } from '../../db/storage.ts';
import type { CircuitEvent, ShownState } from '../../server/core/circuit/types.ts';
import type { Percentiles, ProviderPoint, ProviderTotals } from '../../server/core/providerPage.ts';
import { providerPage } from '../../server/operations/providers.ts';
import { emptyAgain, emptyDatabase } from '../db/support/emptyDatabase.ts';
import { batch, event, noon, stored } from '../db/support/records.ts';
import { defaults, providerNamed } from '../support/breaker.ts';
import { randomRequests } from '../support/randomRequests.ts';
import { entryOf } from '../support/webCircuits.ts';

const provider = 'deepseek-v3';
const secondMs = 1_000;
const states: ShownState[] = ['closed', 'open', 'halfOpen', 'tripped', 'heldClosed'];

/** Transitions at whole seconds, from half an hour before the first requests on. */
const randomMoves = fc
  .array(fc.record({ afterSeconds: fc.integer({ min: 1, max: 900 }), to: fc.constantFrom(...states) }), {
    maxLength: 6,
  })
  .map((moves) => {
    let at = Math.floor(noon / secondMs) * secondMs - 1_800_000;
    let from: ShownState = 'closed';
    return moves.map(({ afterSeconds, to }, place): CircuitEvent => {
      at += afterSeconds * secondMs;
      const move = event(place + 1, { provider, at, from, to });
      from = to;
      return move;
    });
  });

/** Lists of this database, read by the statements themselves. */
function storageOn({ orm }: DatabaseFile) {
  return {
    listProviderMinutes: async (filter: ProviderMinutesFilter) => listProviderMinutes(orm, filter),
    listAttempts: async (filter: AttemptsFilter) => listAttempts(orm, filter),
    listEvents: async (filter: EventFilter) => listEvents(orm, filter),
  };
}

const book = { providers: [providerNamed(provider, defaults)], chains: [], effective: {} };

type Ask = Parameters<typeof providerPage>[2];

/** The page at `now`, of a circuit that is where its last transition led it. */
function pageAt(
  now: number,
  { database, moves, ...ask }: { database: DatabaseFile; moves: CircuitEvent[] } & Partial<Omit<Ask, 'provider'>>,
) {
  const last = moves.at(-1);
  const entry = entryOf(provider, { state: last?.to ?? 'closed', since: last?.at ?? now });
  const board = { look: () => entry, list: () => [entry] };
  const deps = { board, clock: { wall: () => now }, storage: storageOn(database) };
  return providerPage(deps, book, { provider, range: '1h', ...ask });
}

interface RawAttempt {
  outcome: string;
  kind: string | null;
  at: number;
  first: number | null;
  length: number;
  cost: number | null;
}

function rawAttempts({ sqlite }: DatabaseFile, span: { from: number; to: number }): RawAttempt[] {
  return sqlite
    .prepare<[string, number, number], RawAttempt>(
      `select outcome, failure_kind kind, started_at at, first_token_ms first, duration_ms length, cost_nano_usd cost
       from attempts where provider = ? and started_at >= ? and started_at < ?`,
    )
    .all(provider, span.from, span.to);
}

const ended = (rows: RawAttempt[], outcome: string) => rows.filter((row) => row.outcome === outcome);
const kinds = (rows: RawAttempt[]) => {
  const names = [...new Set(rows.map(({ kind }) => kind ?? ''))];
  return Object.fromEntries(names.map((name) => [name, rows.filter(({ kind }) => kind === name).length]));
};

/** Of the lengths themselves, sorted; the page's are of buckets, 2.5 % off at most. */
function expectPercentiles(shown: Percentiles, lengths: (number | null)[]): void {
  const known = lengths.filter((length) => length !== null).sort((one, other) => one - other);
  expect(shown.of).toBe(known.length);
  for (const [share, figure] of [[0.5, shown.p50Ms] as const, [0.95, shown.p95Ms] as const]) {
    const exact = known[Math.max(1, Math.ceil(share * known.length)) - 1];
    if (exact === undefined) expect(figure).toBeNull();
    else expect(Math.abs((figure ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.025 + 1);
  }
}

function expectCounts(shown: ProviderPoint | ProviderTotals, rows: RawAttempt[]): void {
  expect(shown).toMatchObject({
    attempts: rows.length - ended(rows, 'skipped').length,
    succeeded: ended(rows, 'succeeded').length,
    failed: ended(rows, 'failed').length,
    skipped: ended(rows, 'skipped').length,
  });
  expect(shown.failures).toEqual(kinds(ended(rows, 'failed')));
  expectPercentiles(
    shown.firstToken,
    rows.map(({ first }) => first),
  );
  expectPercentiles(
    shown.answer,
    ended(rows, 'succeeded').map(({ length }) => length),
  );
}

/** Second by second, what the last transition before it says. */
function slowClosedSeconds(moves: CircuitEvent[], { from, to }: { from: number; to: number }): number {
  let closed = 0;
  for (let at = Math.ceil(from / secondMs) * secondMs; at < to; at += secondMs) {
    const state = moves.findLast((move) => move.at <= at)?.to ?? 'closed';
    if (state === 'closed' || state === 'heldClosed') closed += 1;
  }
  return closed;
}

test('every figure of the page of a provider is what its raw rows give, counted another way', async () => {
  using database = emptyDatabase();
  const cases = fc.record({
    requests: randomRequests(30),
    all: randomMoves,
    range: fc.constantFrom('1h' as const, '6h' as const),
    later: fc.nat(400_000),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ requests, all, range, later }) => {
      emptyAgain(database);
      database.sqlite.exec('delete from circuit_events');
      const now = noon + 200_000 + later;
      const moves = all.filter(({ at }) => at < now);
      const events = moves.map((move) => ({ event: move, stored: stored(move.epoch) }));
      appendBatch(database, batch({ requests, events }));
      const page = await pageAt(now, { database, moves, range });
      const rows = rawAttempts(database, page);
      expectCounts(page.totals, rows);
      expect(page.totals.cancelled).toBe(ended(rows, 'cancelled').length);
      expect(page.totals.skips).toEqual(kinds(ended(rows, 'skipped')));
      expect(page.totals.costNanoUsd).toBe(rows.reduce((sum, { cost }) => sum + (cost ?? 0), 0));
      for (const point of page.points) {
        const ofStep = rows.filter(({ at }) => at >= point.at && at < point.at + page.stepMs);
        expectCounts(point, ofStep);
      }
      const knownFrom = Math.max(page.from, Math.min(...rows.map(({ at }) => at), moves[0]?.at ?? now));
      expect(page.totals.knownMs).toBe(now - knownFrom);
      const closedMs = (page.totals.closedShare ?? 0) * page.totals.knownMs;
      const slowMs = slowClosedSeconds(moves, { from: knownFrom, to: now }) * secondMs;
      expect(Math.abs(closedMs - slowMs)).toBeLessThanOrEqual(2 * secondMs);
    }),
    { numRuns: 60 },
  );
});

test('a page that ends with a moment says the same whatever comes after it', async () => {
  using database = emptyDatabase();
  const cases = fc.record({
    requests: randomRequests(20),
    all: randomMoves,
    pin: fc.integer({ min: -600_000, max: 400_000 }),
    longMs: fc.option(fc.integer({ min: 120_000, max: 8_000_000 }), { nil: undefined }),
  });
  const eventsOf = (moves: CircuitEvent[]) => moves.map((move) => ({ event: move, stored: stored(move.epoch) }));
  await fc.assert(
    fc.asyncProperty(cases, async ({ requests, all, pin, longMs }) => {
      emptyAgain(database);
      database.sqlite.exec('delete from circuit_events');
      const to = noon + pin;
      const isBefore = ({ at }: CircuitEvent) => at < to;
      const early = requests.filter(({ startedAt }) => startedAt < to);
      appendBatch(database, batch({ requests: early, events: eventsOf(all.filter(isBefore)) }));
      const ask = { database, to, from: longMs && to - longMs };
      const then = await pageAt(to, { ...ask, moves: all.filter(isBefore) });
      const late = requests.filter(({ startedAt, attempts }) =>
        [startedAt, ...attempts.map((attempt) => attempt.startedAt)].every((at) => at >= to),
      );
      appendBatch(database, batch({ requests: late, events: eventsOf(all.filter((move) => !isBefore(move))) }));
      const later = await pageAt(to + 3_600_000, { ...ask, moves: all });
      const shown = ({ from, now, points, totals, states }: typeof then) => ({ from, now, points, totals, states });
      expect(shown(later)).toEqual(shown(then));
    }),
    { numRuns: 60 },
  );
});

test('a time between two moments is shown in whole steps that hold both, as long as seven days and no longer', async () => {
  using database = emptyDatabase();
  const ask = { database, moves: [] };
  const now = Date.UTC(2026, 10, 24, 12);
  const of = async (from: number, to: number) => {
    const { from: begin, to: end, stepMs } = await pageAt(now, { ...ask, from, to });
    return [begin - now, end - now, stepMs];
  };
  const hourMs = 3_600_000;
  expect(await of(now - 3 * hourMs, now - 2 * hourMs)).toEqual([-3 * hourMs, -2 * hourMs, 60_000]);
  expect(await of(now - 3 * hourMs - 1, now - 2 * hourMs + 59_999)).toEqual([
    -3 * hourMs - 60_000,
    -2 * hourMs,
    60_000,
  ]);
  expect(await of(now - 168 * hourMs, now + hourMs)).toEqual([-168 * hourMs, 0, 2 * hourMs]);
  await expect(of(now - 169 * hourMs, now)).rejects.toThrow('at most 7 days');
  await expect(of(now - 30_000, now - 10_000)).rejects.toThrow('at least a whole minute');
  await expect(of(now - 1, now - hourMs)).rejects.toThrow('`from` before `to`');
});
