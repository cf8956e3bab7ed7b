import { expect, onTestFinished, test } from 'vitest';
import type { KeptKind } from '../../server/core/retention.ts';
import { Keeper } from '../../server/journal/keeper.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { MemoryStorage } from '../support/memoryStorage.ts';

const dayMs = 86_400_000;
const retention = {
  ...{ requestsMs: 14 * dayMs, probesMs: 14 * dayMs, transitionsMs: 14 * dayMs },
  ...{ minutesMs: 90 * dayMs, auditMs: 90 * dayMs, incidentsMs: 90 * dayMs },
};

function setUp() {
  const clock = new FakeClock();
  const storage = new MemoryStorage();
  const sentences: string[] = [];
  const say = (_context: object, sentence: string) => void sentences.push(sentence);
  const keeper = new Keeper({ storage, retention, clock, log: { info: say, warn: say, error: say } });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const of = (kind: KeptKind) => storage.letGoAsks.filter((ask) => ask.kind === kind);
  keeper.start();
  onTestFinished(() => keeper.stop());
  return { keeper, clock, storage, sentences, settle, of };
}

test('old rows go a few at a time with a pause between, a minute after a start and then every ten', async () => {
  const { clock, storage, sentences, settle, of } = setUp();
  storage.tooOld.requests = 600;
  clock.advance(59_000);
  await settle();
  expect(storage.letGoAsks).toEqual([]);
  clock.advance(1_000);
  await settle();
  expect(of('requests')).toHaveLength(1);
  expect(of('probes')).toEqual([]);
  clock.advance(100);
  await settle();
  clock.advance(100);
  await settle();
  expect(of('requests').map(({ limit }) => limit)).toEqual([250, 250, 250]);
  expect(of('requests')[0]?.before).toBe(1_760_000_000_000 + 60_000 - 14 * dayMs);
  expect(storage.tooOld.requests).toBe(0);
  expect(of('incidents')).toHaveLength(1);
  expect(sentences).toEqual(['600 old rows were let go (retention.requests).']);
  clock.advance(600_000);
  await settle();
  expect(of('incidents')).toHaveLength(2);
  expect(sentences).toHaveLength(1);
});

test('a database that is away is tried again, and told once', async () => {
  const { clock, storage, sentences, settle, of } = setUp();
  storage.disk = 'broken';
  for (const ms of [60_000, 600_000]) {
    clock.advance(ms);
    await settle();
  }
  expect(sentences).toEqual(['Old rows cannot be let go now: it is tried again in ten minutes.']);
  storage.disk = 'well';
  clock.advance(600_000);
  await settle();
  expect(of('incidents')).toHaveLength(1);
});

test('a wall clock set forward by a year empties nothing', async () => {
  const { clock, settle, of } = setUp();
  clock.jumpWall(365 * dayMs);
  clock.advance(60_000);
  await settle();
  expect(of('requests')[0]?.before).toBe(1_760_000_000_000 + 60_000 + 3_600_000 - 14 * dayMs);
});

test('stopping ends a sweep between two of its steps', async () => {
  const { keeper, clock, storage, settle, of } = setUp();
  storage.tooOld.requests = 10_000;
  clock.advance(60_000);
  await settle();
  await keeper.stop();
  expect(of('requests')).toHaveLength(1);
  expect(clock.timers).toBe(0);
});
