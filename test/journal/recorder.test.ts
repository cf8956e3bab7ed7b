import { expect, test } from 'vitest';
import { type Batch, StorageError } from '../../db/storage.ts';
import { Recorder } from '../../server/journal/recorder.ts';
import { auditRow, event, request, requests, stored } from '../db/support/records.ts';
import { FakeClock } from '../support/fakeClock.ts';

/** A disk whose every write the test answers. */
class Disk {
  readonly written: Batch[] = [];
  readonly asked: Batch[] = [];
  private answers: { resolve: () => void; reject: (error: unknown) => void; batch: Batch }[] = [];

  append(batch: Batch): Promise<void> {
    this.asked.push(batch);
    return new Promise((resolve, reject) => this.answers.push({ resolve, reject, batch }));
  }

  get inFlight(): number {
    return this.answers.length;
  }

  async take(): Promise<void> {
    const answer = this.answers.shift();
    if (!answer) throw new Error('No batch is being written.');
    this.written.push(answer.batch);
    answer.resolve();
    await settled();
  }

  async refuse(error: unknown): Promise<void> {
    const answer = this.answers.shift();
    if (!answer) throw new Error('No batch is being written.');
    answer.reject(error);
    await settled();
  }
}

/** Lets everything run that has been promised. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const full = new StorageError('unavailable', 'The disk is full.');
const bad = new StorageError('bad_request', 'A value is missing.');

function setUp(maxRecords?: number) {
  const clock = new FakeClock();
  const disk = new Disk();
  const said: string[] = [];
  const say = (_context: object, sentence: string) => void said.push(sentence);
  const recorder = new Recorder({ storage: disk, clock, log: { info: say, warn: say, error: say }, maxRecords });
  return { clock, disk, recorder, said };
}

const idsOf = (batch: Batch | undefined) => batch?.requests.map(({ id }) => id);

test('what comes within 100 ms goes in one batch, and nothing goes in the turn it came in', async () => {
  const { clock, disk, recorder } = setUp();
  recorder.request(request('r1'));
  recorder.transition(event(1), stored(1));
  clock.advance(99);
  recorder.audit(auditRow('a1'));
  expect(disk.asked).toHaveLength(0);
  clock.advance(1);
  expect(disk.asked).toEqual([
    {
      requests: [request('r1')],
      events: [{ event: event(1), stored: stored(1) }],
      audit: [auditRow('a1')],
      probes: [],
    },
  ]);
  expect(recorder.status()).toEqual({ buffered: 3, lost: 0, written: 0, lastError: null });
  await disk.take();
  expect(recorder.status()).toEqual({ buffered: 0, lost: 0, written: 3, lastError: null });
  expect(clock.timers).toBe(0);
});

test('a full batch goes at once, but not in the turn of the request that filled it', async () => {
  const { clock, disk, recorder } = setUp();
  for (const each of requests('r', 500)) recorder.request(each);
  expect(disk.asked).toHaveLength(0);
  clock.advance(0);
  expect(disk.asked[0]?.requests).toHaveLength(500);
});

test('one batch is written at a time, and full ones follow without a wait', async () => {
  const { clock, disk, recorder } = setUp();
  for (const each of requests('r', 1_200)) recorder.request(each);
  clock.advance(0);
  expect(disk.inFlight).toBe(1);
  clock.advance(1_000);
  expect(disk.inFlight).toBe(1);
  await disk.take();
  expect(disk.inFlight).toBe(1);
  await disk.take();
  expect(disk.inFlight).toBe(0);
  clock.advance(100);
  await disk.take();
  expect(disk.written.map(({ requests: each }) => each.length)).toEqual([500, 500, 200]);
  expect(disk.written.flatMap(idsOf)).toEqual(requests('r', 1_200).map(({ id }) => id));
});

test('a refused batch is given again, with growing waits, until it is taken', async () => {
  const { clock, disk, recorder } = setUp();
  recorder.request(request('r1'));
  clock.advance(100);
  for (const ms of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    await disk.refuse(full);
    expect(recorder.status()).toMatchObject({ buffered: 1, lastError: 'The disk is full.' });
    clock.advance(ms - 1);
    await settled();
    expect(disk.inFlight).toBe(0);
    clock.advance(1);
    await settled();
    expect(disk.inFlight).toBe(1);
  }
  await disk.take();
  expect(idsOf(disk.written[0])).toEqual(['r1']);
  expect(recorder.status()).toEqual({ buffered: 0, lost: 0, written: 1, lastError: null });
  recorder.request(request('r2'));
  clock.advance(100);
  await disk.refuse(full);
  clock.advance(100);
  await settled();
  expect(disk.inFlight).toBe(1);
});

test('over the bound the oldest requests are lost and counted, transitions and audit rows kept', async () => {
  const { clock, disk, recorder, said } = setUp(10);
  recorder.transition(event(1), stored(1));
  recorder.audit(auditRow('a1'));
  for (const each of requests('r', 20)) recorder.request(each);
  expect(recorder.status()).toMatchObject({ buffered: 10, lost: 12 });
  expect(said).toEqual(['More than 10 records wait for the database: the oldest are being lost.']);
  clock.advance(100);
  await disk.take();
  expect(disk.written[0]?.events).toHaveLength(1);
  expect(disk.written[0]?.audit).toHaveLength(1);
  expect(idsOf(disk.written[0])).toEqual(
    requests('r', 20)
      .slice(12)
      .map(({ id }) => id),
  );
});

test('with nothing but transitions waiting, the oldest of them are lost', async () => {
  const { clock, disk, recorder } = setUp(3);
  for (let seq = 1; seq <= 5; seq += 1) recorder.transition(event(seq), stored(seq));
  expect(recorder.status().lost).toBe(2);
  clock.advance(100);
  await disk.take();
  expect(disk.written[0]?.events.map((each) => each.event.seq)).toEqual([3, 4, 5]);
});

test('a record that cannot be stored is given up alone', async () => {
  const { clock, disk, recorder, said } = setUp();
  for (const each of requests('r', 8)) recorder.request(each);
  recorder.transition(event(1), stored(1));
  clock.advance(100);
  while (disk.inFlight > 0) {
    const broken = idsOf(disk.asked.at(-1))?.includes('r0005');
    await (broken ? disk.refuse(bad) : disk.take());
  }
  expect(disk.written.flatMap(idsOf).sort()).toEqual(
    requests('r', 8)
      .map(({ id }) => id)
      .filter((id) => id !== 'r0005'),
  );
  expect(disk.written.flatMap(({ events }) => events)).toHaveLength(1);
  expect(recorder.status()).toMatchObject({ buffered: 0, lost: 1, written: 8 });
  expect(said).toEqual(['A record cannot be stored and is given up: A value is missing.']);
});

test('a storage that throws what it should not is tried again too', async () => {
  const { clock, disk, recorder } = setUp();
  recorder.request(request('r1'));
  clock.advance(100);
  await disk.refuse(new TypeError('something else'));
  clock.advance(100);
  await settled();
  await disk.take();
  expect(recorder.status().written).toBe(1);
});

test('closing writes all that waits, without waiting for others', async () => {
  const { clock, disk, recorder } = setUp();
  for (const each of requests('r', 700)) recorder.request(each);
  const closing = recorder.close(1_000);
  await disk.take();
  recorder.request(request('late'));
  await disk.take();
  if (disk.inFlight > 0) await disk.take();
  expect(await closing).toEqual({ buffered: 0, lost: 0, written: 701, lastError: null });
  expect(clock.timers).toBe(0);
});

test('closing does not sit out the wait after a failure', async () => {
  const { clock, disk, recorder } = setUp();
  recorder.request(request('r1'));
  clock.advance(100);
  await disk.refuse(full);
  const closing = recorder.close(1_000);
  await settled();
  await disk.take();
  expect((await closing).written).toBe(1);
});

test('closing ends with its grace, and counts what was not written', async () => {
  const { clock, disk, recorder, said } = setUp();
  for (const each of requests('r', 3)) recorder.request(each);
  const closing = recorder.close(1_000);
  await disk.refuse(full);
  clock.advance(1_000);
  expect(await closing).toMatchObject({ buffered: 0, lost: 3, written: 0 });
  expect(said).toContain('3 records were not written before the end and are lost.');
  recorder.request(request('after'));
  expect(recorder.status()).toMatchObject({ buffered: 0, lost: 4 });
  await settled();
  expect(clock.timers).toBe(0);
});
