import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, StorageError } from '../../db/storage.ts';
import { Meter } from '../../server/journal/meter.ts';
import { Overviews } from '../../server/journal/overview.ts';
import { rebuildMeter } from '../../server/journal/rebuild.ts';
import { realClock } from '../../server/world.ts';
import { TestDatabase } from '../db/support/database.ts';
import { batch, noon, request, stored } from '../db/support/records.ts';
import { defaults, providerNamed, Rig } from '../support/breaker.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { chains, endOf, live, names, openingsOf, someRequests, spanMs } from '../support/meterTraffic.ts';

const providers = names.map((name) => providerNamed(name, defaults));
const probe = {
  ...{ id: 'p1', node: 'a', provider: 'qwen-72b', kind: 'standby' as const, by: 'itself', at: noon + spanMs - 60_000 },
  ...{ ok: true, word: 'ok', status: 200, durationMs: 412, costNanoUsd: 900 },
};

/** A new start at the end of the span: its meter knows only what the record tells it. */
function restarted() {
  const clock = new FakeClock(noon + spanMs);
  const meter = new Meter({ chains, providers, clock });
  const { board } = new Rig({ names });
  const overviews = new Overviews({ chains, providers, meter, circuits: () => board.list(), clock, demo: null });
  return { clock, meter, overviews };
}

/** The pauses between questions are for others, and here are none. */
const hurried = { ...realClock, after: (_ms: number, run: () => void) => realClock.after(0, run) };
const log = { info: () => {}, warn: () => {}, error: () => {} };

test('a meter rebuilt from the record shows what the one shows that saw it all', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const [drawn = []] = fc.sample(someRequests(900, 900), { seed: 3, numRuns: 1 });
  // Something in each minute: a minute without a trace is one in which the program may not have run.
  const steady = Array.from({ length: 70 }, (_, at) =>
    request(`s${at}`, { startedAt: noon + at * 60_000, durationMs: 30_000, servedBy: 'llama-3.3-70b' }),
  );
  const requests = [...drawn, ...steady].sort((one, other) => endOf(one) - endOf(other));
  const events = openingsOf(requests, [1_500_000, 2_400_000, 3_900_000]);
  const seen = live(requests, events);
  seen.meter.probe(probe);

  const inParts: Batch[] = [];
  for (let at = 0; at < requests.length; at += 400) inParts.push(batch({ requests: requests.slice(at, at + 400) }));
  for (const part of inParts) await storage.append(part);
  await storage.append(
    batch({ events: events.map((event) => ({ event, stored: stored(event.epoch) })), probes: [probe] }),
  );
  const { meter, overviews } = restarted();
  const lastSeq = Math.max(...events.map(({ seq }) => seq));
  const signal = new AbortController().signal;
  await rebuildMeter({ meter, storage, clock: hurried, log, node: 'a', lastSeq, signal });

  expect(overviews.hour()).toEqual(seen.overviews.hour());
  expect(overviews.get()).toEqual(seen.overviews.get());
  const [entry] = new Rig({ names }).board.list();
  if (!entry) throw new Error('There is a circuit.');
  expect(overviews.preview(entry)).toEqual(seen.overviews.preview(entry));
  expect(overviews.preview(entry).requests).toBeGreaterThan(0);
}, 60_000);

describe('a rebuild', () => {
  test('does not count again what this run has counted', async () => {
    await using database = new TestDatabase();
    const storage = await database.open();
    const { meter, overviews, clock } = restarted();
    clock.advance(5_000);
    const before = request('old', { startedAt: noon + spanMs - 10_000, durationMs: 2_000 });
    const since = request('new', { startedAt: noon + spanMs + 1_000, durationMs: 2_000 });
    meter.request(since);
    await storage.append(batch({ requests: [before, since] }));
    const ending = new AbortController();
    const mostCarried = async () => {
      ending.abort();
      return [];
    };
    const listRequests = storage.listRequests.bind(storage);
    const rest = { listEvents: storage.listEvents.bind(storage), lastProbes: storage.lastProbes.bind(storage) };
    const listKept = storage.listKept.bind(storage);
    const reading = { listRequests, mostCarried, listKept, ...rest };
    const { signal } = ending;
    await rebuildMeter({ meter, storage: reading, clock: hurried, log, node: 'a', lastSeq: 0, signal });
    expect(overviews.get().totals.felt.requests).toBe(2);
  });

  test('asks what was carried of no hour before the eldest request', async () => {
    await using database = new TestDatabase();
    const storage = await database.open();
    const { meter } = restarted();
    await storage.append(batch({ requests: [request('old', { startedAt: noon + spanMs - 5_400_000 })] }));
    const asked: number[] = [];
    const mostCarried = async ({ from }: { from: number }) => {
      asked.push((noon + spanMs - from) / 3_600_000);
      return [];
    };
    const parts = ['listRequests', 'listEvents', 'lastProbes', 'listKept'] as const;
    const bound = Object.fromEntries(parts.map((name) => [name, storage[name].bind(storage)])) as Pick<
      typeof storage,
      (typeof parts)[number]
    >;
    const { signal } = new AbortController();
    await rebuildMeter({
      meter,
      storage: { ...bound, mostCarried },
      clock: hurried,
      log,
      node: 'a',
      lastSeq: 0,
      signal,
    });
    expect(asked).toEqual([1, 2]);
  });

  test('of a record that cannot be read says so, and leaves the meter at work', async () => {
    const { meter, overviews } = restarted();
    const said: string[] = [];
    const fails = () => Promise.reject(closed);
    const storage = { listRequests: fails, listEvents: fails, lastProbes: fails, mostCarried: fails, listKept: fails };
    const { signal } = new AbortController();
    const saying = { ...log, warn: (_context: object, sentence: string) => void said.push(sentence) };
    await rebuildMeter({ meter, storage, clock: hurried, log: saying, node: 'a', lastSeq: 0, signal });
    expect(said).toHaveLength(1);
    meter.request(request('r1', { startedAt: noon + spanMs - 1_000, durationMs: 1_000 }));
    expect(overviews.get().totals.felt.requests).toBe(1);
  });
});

const closed = new StorageError('unavailable', 'The database is closed.');
