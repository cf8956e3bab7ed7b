import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Live, type Tracked } from '../../server/journal/live.ts';
import { request } from '../db/support/records.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { transition } from '../web/support.ts';

const well = { state: 'ok' as const, problem: null, since: 0 };

/** Publishes numbers, as problems of the storage, and knows in each snapshot how far it was. */
const maxKept = 5;

function setUp() {
  const clock = new FakeClock();
  let published = 0;
  const live = new Live({
    boot: 'b1',
    clock,
    maxKept,
    requestsPerSecond: 2,
    snapshot: () => ({ seq: published, circuits: [], storage: well }),
  });
  return {
    clock,
    live,
    publish: () => {
      published += 1;
      live.publish({ type: 'storage', status: { ...well, since: published } });
    },
    published: () => published,
  };
}

/** How far a page is after an event. */
const farOf = ({ data }: Tracked): number =>
  data.type === 'snapshot' ? data.seq : data.type === 'storage' ? data.status.since : Number.NaN;

async function read(events: AsyncGenerator<Tracked>, count: number): Promise<Tracked[]> {
  const seen: Tracked[] = [];
  while (seen.length < count) {
    const next = await events.next();
    if (next.done) break;
    seen.push(next.value);
  }
  return seen;
}

test('without an id a snapshot comes first, then what happens', async () => {
  const { live, publish } = setUp();
  publish();
  const events = live.subscribe(null, new AbortController().signal);
  const [first] = await read(events, 1);
  expect(first).toMatchObject({ id: 'b1.1', data: { type: 'snapshot', seq: 1, now: 1_760_000_000_000 } });
  const next = events.next();
  publish();
  expect((await next).value).toMatchObject({ id: 'b1.2', data: { type: 'storage' } });
});

test('from an id on comes what was missed, without a snapshot', async () => {
  const { live, publish } = setUp();
  for (let at = 0; at < 5; at += 1) publish();
  const seen = await read(live.subscribe('b1.2', new AbortController().signal), 3);
  expect(seen.map(({ id }) => id)).toEqual(['b1.3', 'b1.4', 'b1.5']);
});

test('a snapshot brings the last transitions, newest first and no more than its bound: the record may not have them yet', async () => {
  const { live } = setUp();
  for (let seq = 1; seq <= 60; seq += 1) live.publish(transition(seq, 'deepseek-v3', 'open'));
  const [first] = await read(live.subscribe(null, new AbortController().signal), 1);
  const told = first?.data.type === 'snapshot' ? first.data.events.map(({ seq }) => seq) : [];
  expect(told).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
});

test('a snapshot brings the last requests likewise, each in the words of its row', async () => {
  const { live, clock } = setUp();
  for (let at = 1; at <= 25; at += 1) {
    clock.advance(1_000);
    live.request(request(`r${at}`));
  }
  const [first] = await read(live.subscribe(null, new AbortController().signal), 1);
  const told = first?.data.type === 'snapshot' ? first.data.requests.map(({ id }) => id) : [];
  expect(told).toEqual(Array.from({ length: 20 }, (_, index) => `r${25 - index}`));
});

test.each([
  ['of another run', 'b0.2'],
  ['of the future', 'b1.99'],
  ['that is no number', 'b1.x'],
  ['that is empty', ''],
  ['no longer kept', 'b1.0'],
])('an id %s gets a snapshot', async (_what, id) => {
  const { live, publish } = setUp();
  for (let at = 0; at < 6; at += 1) publish();
  const [first] = await read(live.subscribe(id, new AbortController().signal), 1);
  expect(first).toMatchObject({ id: 'b1.6', data: { type: 'snapshot', seq: 6 } });
});

test('a page that falls behind what is kept gets a snapshot, and goes on from there', async () => {
  const { live, publish } = setUp();
  const events = live.subscribe(null, new AbortController().signal);
  await read(events, 1);
  for (let at = 0; at < 9; at += 1) publish();
  const [first] = await read(events, 1);
  expect(first).toMatchObject({ id: 'b1.9', data: { type: 'snapshot', seq: 9 } });
  publish();
  expect((await read(events, 1))[0]?.id).toBe('b1.10');
});

test('an abort ends a page that waits, and leaves nothing behind', async () => {
  const { live, publish } = setUp();
  const ending = new AbortController();
  const events = live.subscribe(null, ending.signal);
  await read(events, 1);
  const next = events.next();
  ending.abort();
  expect((await next).done).toBe(true);
  publish();
  expect((await events.next()).done).toBe(true);
});

test('requests are a sample of so many a second, and the next one says how many were left out', async () => {
  const { live, clock } = setUp();
  const events = live.subscribe(null, new AbortController().signal);
  await read(events, 1);
  for (const id of ['r1', 'r2', 'r3', 'r4', 'r5']) live.request(request(id));
  clock.advance(1_000);
  live.request(request('r6'));
  const seen = await read(events, 3);
  expect(seen.map(({ data }) => data.type === 'request' && [data.request.id, data.leftOut])).toEqual([
    ['r1', 0],
    ['r2', 0],
    ['r6', 3],
  ]);
});

type Step = { do: 'publish'; count: number } | { do: 'read'; count: number } | { do: 'leave' };

const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ do: fc.constant('read' as const), count: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ do: fc.constant('leave' as const) }),
  ),
  { maxLength: 60 },
);

test('however a page comes, goes and lags: no event is missing, none comes twice, and it ends up to date', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (run) => {
      const { live, publish, published } = setUp();
      let ending = new AbortController();
      let events = live.subscribe(null, ending.signal);
      let lastId: string | null = null;
      let far = 0;
      const hear = async (): Promise<void> => {
        const [heard] = await read(events, 1);
        if (!heard) throw new Error('The stream ended by itself.');
        // A snapshot is for who is new or too far behind; an event is always the very next.
        if (heard.data.type === 'snapshot') expect(lastId === null || published() - far > maxKept).toBe(true);
        else expect(farOf(heard)).toBe(far + 1);
        far = farOf(heard);
        lastId = heard.id;
      };
      for (const step of run) {
        if (step.do === 'publish') for (let at = 0; at < step.count; at += 1) publish();
        if (step.do === 'read')
          for (let at = 0; at < step.count && (far < published() || !lastId); at += 1) await hear();
        if (step.do === 'leave') {
          ending.abort();
          ending = new AbortController();
          events = live.subscribe(lastId, ending.signal);
        }
      }
      while (far < published() || !lastId) await hear();
      const next = events.next();
      publish();
      expect(farOf((await next).value as Tracked)).toBe(far + 1);
    }),
    { numRuns: 500 },
  );
});
