import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestRate } from '../../server/core/requestRate.ts';

const start = 1_000_000;

test('no sixty seconds hold more than the limit, and none is refused that a count by the second would let through', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), steps, (limit, waits) => {
      const rate = new RequestRate();
      const taken: number[] = [];
      let now = start;
      for (const wait of waits) {
        now += wait;
        const counted = taken.filter((at) => Math.floor(at / 1_000) >= Math.floor(now / 1_000) - 60).length;
        expect(rate.standing(limit, now).remaining).toBe(Math.max(0, limit - counted));
        const waitMs = rate.take(limit, now);
        expect(waitMs === null).toBe(counted < limit);
        if (waitMs === null) taken.push(now);
        expect(taken.filter((at) => at > now - 60_000).length).toBeLessThanOrEqual(limit);
      }
    }),
  );
});

test('who waits as long as was said is let through, and not a moment earlier', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), waits, (limit, steps) => {
      const rate = new RequestRate();
      let now = start;
      for (const step of steps) {
        now += step;
        const waitMs = rate.take(limit, now);
        if (waitMs === null) continue;
        expect(rate.take(limit, now + waitMs - 1)).not.toBeNull();
        expect(rate.take(limit, now + waitMs)).toBeNull();
        now += waitMs;
      }
    }),
  );
});
