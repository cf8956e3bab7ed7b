import { expect, test } from 'vitest';
import { Chronicle } from '../../server/journal/chronicle.ts';
import type { Look } from '../../server/journal/tellIncidents.ts';
import { FakeClock } from '../support/fakeClock.ts';

function setUp(answers: (() => Promise<Look>)[] = []) {
  const clock = new FakeClock();
  const looks: number[] = [];
  const sentences: string[] = [];
  let written = 0;
  const say = (_context: object, sentence: string) => void sentences.push(sentence);
  const chronicle = new Chronicle({
    clock,
    log: { info: say, warn: say, error: say },
    look: (until) => {
      looks.push(until - 1_760_000_000_000);
      return answers.shift()?.() ?? Promise.resolve({ written: false, more: false, until });
    },
    onWritten: () => {
      written += 1;
    },
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { chronicle, clock, looks, sentences, written: () => written, settle };
}

test('the record is looked at soon after a start, then every 15 seconds, and a second after a transition', async () => {
  const { chronicle, clock, looks, settle } = setUp();
  chronicle.start();
  clock.advance(1_000);
  await settle();
  clock.advance(15_000);
  await settle();
  clock.advance(3_000);
  for (let transition = 0; transition < 5; transition += 1) chronicle.transition();
  clock.advance(1_000);
  await settle();
  expect(looks).toEqual([1_000, 16_000, 20_000]);
  await chronicle.stop();
  expect(clock.timers).toBe(0);
});

test('two looks never run at once: what happens meanwhile is looked at after', async () => {
  let finish = (_look: Look): void => undefined;
  const { chronicle, clock, looks, written, settle } = setUp([
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  ]);
  chronicle.start();
  clock.advance(1_000);
  chronicle.transition();
  clock.advance(60_000);
  expect(looks).toEqual([1_000]);
  finish({ written: true, more: false, until: 1 });
  await settle();
  clock.advance(1_000);
  expect([looks, written()]).toEqual([[1_000, 62_000], 1]);
  await settle();
  await chronicle.stop();
});

test('a record that cannot be read is said once, and told when it can be read again', async () => {
  const broken = () => Promise.reject(new Error('The disk is full.'));
  const { chronicle, clock, sentences, settle } = setUp([broken, broken]);
  chronicle.start();
  for (let look = 0; look < 3; look += 1) {
    clock.advance(15_000);
    await settle();
  }
  expect(sentences).toEqual([expect.stringContaining('as soon as it can be'), 'Incidents are told again.']);
  await chronicle.stop();
});

test('a record that is told in parts is gone on with at once, others in between', async () => {
  const { chronicle, clock, looks, settle } = setUp([async () => ({ written: true, more: true, until: 1 })]);
  chronicle.start();
  clock.advance(1_000);
  await settle();
  clock.advance(50);
  await settle();
  clock.advance(14_999);
  expect(looks).toEqual([1_000, 1_050]);
  await chronicle.stop();
});

test('until the record has been told up to now it is said how far that is; its end is told, also where nothing was written', async () => {
  const part = (until: number, more: boolean) => async () => ({ written: false, more, until });
  const { chronicle, clock, written, settle } = setUp([part(7, true), part(9, false), part(11, false)]);
  chronicle.start();
  const told = [chronicle.telling()];
  for (const ms of [1_000, 50, 15_000]) {
    clock.advance(ms);
    await settle();
    told.push(chronicle.telling());
  }
  expect(told).toEqual([
    { isBehind: true, toldUntil: null },
    { isBehind: true, toldUntil: 7 },
    { isBehind: false, toldUntil: 9 },
    { isBehind: false, toldUntil: 11 },
  ]);
  expect(written()).toBe(1);
  await chronicle.stop();
});
