import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Carried } from '../../server/journal/carried.ts';

const noon = 1_760_000_000_000;

test('the most is that of the best sixty seconds, however requests are spread', () => {
  const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 50_000, max: 70_000 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(gaps, (list) => {
      const carried = new Carried();
      let at = noon;
      const seconds: number[] = [];
      for (const gap of list) {
        at += gap;
        seconds.push(Math.floor(at / 1_000));
        carried.add(at, at);
      }
      const within = seconds.map((last) => seconds.filter((second) => second <= last && second > last - 60).length);
      expect(carried.most).toBe(Math.max(0, ...within));
    }),
  );
});

test('after the clock was set back an hour it goes on counting, and forgets no record', () => {
  const carried = new Carried();
  for (let at = 0; at < 5; at += 1) carried.add(noon, noon);
  const back = noon - 3_600_000;
  for (let at = 0; at < 4; at += 1) carried.add(back, back);
  expect(carried.most).toBe(5);
  for (let at = 0; at < 3; at += 1) carried.add(back + 1_000, back + 1_000);
  expect(carried.most).toBe(7);
});

test('what the record knows stands until it is beaten', () => {
  const carried = new Carried();
  carried.atLeast(3);
  carried.atLeast(2);
  carried.add(noon, noon);
  expect(carried.most).toBe(3);
});
