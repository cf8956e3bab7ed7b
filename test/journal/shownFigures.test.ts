import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DatabaseFile } from '../../db/sqlite/file.ts';
import { countRequests } from '../../db/sqlite/statements/countRequests.ts';
import { getRequest } from '../../db/sqlite/statements/getRequest.ts';
import { lastProbes } from '../../db/sqlite/statements/lastProbes.ts';
import { listEvents } from '../../db/sqlite/statements/listEvents.ts';
import { listKept } from '../../db/sqlite/statements/listKept.ts';
import { listRequests } from '../../db/sqlite/statements/listRequests.ts';
import { mostCarried } from '../../db/sqlite/statements/mostCarried.ts';
import { appendBatch } from '../../db/sqlite/statements/write.ts';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import { Meter } from '../../server/journal/meter.ts';
import { Overviews } from '../../server/journal/overview.ts';
import { rebuildMeter } from '../../server/journal/rebuild.ts';
import { addedWaitMs, timeShares } from '../../web/requests/explain.ts';
import { emptyAgain, emptyDatabase } from '../db/support/emptyDatabase.ts';
import { batch, event, noon, request, stored } from '../db/support/records.ts';
import { defaults, providerNamed, Rig } from '../support/breaker.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { chains, names, openingsOf, someRequests, spanMs } from '../support/meterTraffic.ts';
import { randomRequests } from '../support/randomRequests.ts';
import { rawFigures } from '../support/rawFigures.ts';

/** A page never shows a number that the database contradicts: each is asked of its rows a second way. */

const now = noon + spanMs;
/** The pauses between questions are for others, and here are none. */
const hurried = new FakeClock();
hurried.after = (_ms, run) => {
  queueMicrotask(run);
  return { cancel: () => {} };
};
const log = { info: () => {}, warn: () => {}, error: () => {} };

/** What the live page shows after a start that finds this record. */
async function overviewsOf({ orm }: DatabaseFile): Promise<{ overviews: Overviews; board: Rig['board'] }> {
  const clock = new FakeClock(now);
  const providers = names.map((name) => providerNamed(name, defaults));
  const meter = new Meter({ chains, providers, clock });
  const { board } = new Rig({ names });
  const storage = {
    listRequests: async (filter: Parameters<typeof listRequests>[1]) => listRequests(orm, filter),
    listEvents: async (filter: Parameters<typeof listEvents>[1]) => listEvents(orm, filter),
    lastProbes: async () => lastProbes(orm),
    listKept: async () => listKept(orm),
    // Two weeks of hours are asked about, and these requests are of the last two.
    mostCarried: async (span: Parameters<typeof mostCarried>[1]) => (span.to < noon ? [] : mostCarried(orm, span)),
  };
  const { signal } = new AbortController();
  await rebuildMeter({ meter, storage, clock: hurried, log, node: 'a', lastSeq: 1_000, signal });
  const overviews = new Overviews({ chains, providers, meter, circuits: () => board.list(), clock, demo: null });
  return { overviews, board };
}

/** Something in each minute: one without a trace is one in which the program may not have run. */
const steady = Array.from({ length: 70 }, (_, at) =>
  request(`s${at}`, { startedAt: noon + at * 60_000, durationMs: 50_000, servedBy: 'llama-3.3-70b' }),
);

/** One from before the hour, and two within it. */
const byOperators = [30_000, 1_200_000, 2_500_000].map((after, index) =>
  event(900 + index, {
    ...{ provider: 'qwen-72b', at: noon + after, epoch: 0, from: 'closed', to: 'heldClosed', automatic: 'closed' },
    ...{ cause: index === 1 ? 'hold' : 'release', by: 'ops-day' },
  }),
);

test('every figure of the live page is what the rows of requests, attempts and transitions say', async () => {
  using database = emptyDatabase();
  await fc.assert(
    fc.asyncProperty(someRequests(120), async (drawn) => {
      emptyAgain(database);
      database.sqlite.exec('delete from circuit_events; delete from circuits');
      const requests = [...drawn, ...steady];
      const events: CircuitEvent[] = [...openingsOf(requests, [900_000, 2_400_000, 3_900_000]), ...byOperators];
      appendBatch(
        database,
        batch({ requests, events: events.map((event) => ({ event, stored: stored(event.epoch) })) }),
      );
      const raw = rawFigures(database.sqlite, now);
      const { overviews, board } = await overviewsOf(database);
      const { totals, providers, chains: shownChains } = overviews.get();
      expect(totals.felt).toEqual({ windowMs: 300_000, ...raw.felt() });
      for (const { provider, uptime, ...shown } of providers) {
        expect(shown).toMatchObject(raw.provider(provider));
        expect(shown.attemptsPerSecond).toBe(raw.inTenSeconds(provider) / 10);
        expect(shown.mostCarriedPerSecond * 60).toBeCloseTo(raw.mostCarried(provider), 9);
        const of = chains.filter((chain) => chain.providers.includes(provider)).map(({ name }) => name);
        expect(uptime.callersShare ?? -1).toBeCloseTo(raw.callersShare(of) ?? -1, 9);
        expect(uptime.providerShare ?? -1).toBeCloseTo(raw.closedShare(provider) ?? -1, 9);
        const firstTokens = raw.firstTokens(provider);
        isNear(shown.firstTokenP50Ms, firstTokens, 0.5);
        isNear(shown.firstTokenP95Ms, firstTokens, 0.95);
      }
      for (const { chain, requestsPerSecond, attemptsPerSecond } of shownChains) {
        const counted = raw.chain(chain);
        expect(requestsPerSecond).toBe(counted.inTenSeconds / 10);
        expect(attemptsPerSecond).toEqual(
          Object.fromEntries(Object.entries(counted.attempts).map(([name, count]) => [name, count / 10])),
        );
      }
      for (const { at, answered, errors, attempts } of overviews.hour().minutes)
        expect({ answered, errors, attempts }).toEqual(raw.minute(at));
      expect(overviews.hour().acts).toEqual(raw.acts());
      for (const entry of board.list()) {
        const { requests: chose, moved, nobody } = overviews.preview(entry);
        expect(chose).toBe(raw.choseFirst(entry.provider));
        expect(moved.reduce((sum, fate) => sum + fate.requests, nobody)).toBe(chose);
      }
    }),
    { numRuns: 10 },
  );
});

/** Of the exact percentile, as near as the histogram tells them apart. */
function isNear(shown: number | null, sorted: number[], share: number): void {
  const exact = sorted[Math.ceil(share * sorted.length) - 1];
  if (exact === undefined) expect(shown).toBeNull();
  else expect(Math.abs((shown ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.03 + 1);
}

const orAny = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
const filters = fc.record({
  chain: orAny('lucy', 'coder'),
  client: orAny('chat-app', 'other-app'),
  outcome: orAny('succeeded' as const, 'failed' as const, 'refused' as const, 'cancelled' as const),
  provider: orAny('deepseek-v3', 'qwen-72b'),
  failureKind: orAny('serverError', 'open'),
  fallback: orAny(true),
  rescued: orAny(true),
  felt: orAny(true),
});

test('every count of the requests page is what the rows say, and every row and its explanation', () => {
  using database = emptyDatabase();
  fc.assert(
    fc.property(randomRequests(40), filters, (requests, filter) => {
      emptyAgain(database);
      appendBatch(database, batch({ requests }));
      const raw = rawFigures(database.sqlite, now);
      const { counts } = countRequests(database.orm, filter);
      expect(counts.requests).toBe(raw.count(filter));
      for (const flag of ['fallback', 'rescued', 'felt'] as const)
        expect(counts[flag]).toBe(raw.count({ ...filter, [flag]: true }));
      for (const part of ['chain', 'client', 'outcome', 'provider', 'failureKind'] as const)
        for (const [value, count] of Object.entries(counts[part]))
          expect([part, value, count]).toEqual([part, value, raw.count({ ...filter, [part]: value })]);
      const { rows } = listRequests(database.orm, { ...filter, limit: 100 });
      expect(rows).toHaveLength(counts.requests);
      for (const row of rows) {
        const { attempts, ...shown } = row;
        const explained = getRequest(database.orm, row.id);
        expect(explained).toMatchObject(shown);
        if (!explained) throw new Error('What is in the list can be explained.');
        expect(addedWaitMs(explained)).toBeCloseTo(raw.addedWait(row.id), 6);
        const spent = timeShares(explained).reduce((sum, { ms }) => sum + ms, 0);
        const taken = explained.attempts.filter(({ outcome }) => outcome !== 'skipped');
        expect(spent).toBeCloseTo(
          taken.reduce((sum, { durationMs }) => sum + durationMs, 0),
          6,
        );
        expect(attempts.map(({ durationMs }) => durationMs)).toEqual(
          explained.attempts.map(({ durationMs }) => durationMs),
        );
      }
    }),
    { numRuns: 40 },
  );
});
