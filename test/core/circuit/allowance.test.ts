import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Allowance } from '../../../server/core/circuit/allowance.ts';

const HOUR_MS = 3_600_000;

describe('what a provider may have in flight', () => {
  it('is what the config says until a 429', () => {
    const allowance = new Allowance(256);
    for (let call = 0; call < 1_000; call += 1) allowance.succeeded(call);
    expect(allowance.limit(HOUR_MS)).toBe(256);
  });

  it('is seven tenths after a 429, and one more for each round of good answers', () => {
    const allowance = new Allowance(256);
    allowance.throttled(0, 11);
    expect(allowance.limit(0)).toBe(7);
    for (let call = 0; call < 8; call += 1) allowance.succeeded(1);
    expect(allowance.limit(1)).toBe(8);
  });

  it('stays at what was borne for a minute, however good the answers are', () => {
    const allowance = new Allowance(256);
    allowance.throttled(0, 11);
    for (let call = 0; call < 10_000; call += 1) allowance.succeeded(59_999);
    expect(allowance.limit(59_999)).toBe(10);
  });

  it('comes back by itself, with no call at all', () => {
    const allowance = new Allowance(256);
    allowance.throttled(0, 2);
    expect(allowance.limit(0)).toBe(1);
    expect(allowance.limit(HOUR_MS)).toBe(256);
  });

  it('waits longer after each further 429 at the same level', () => {
    const allowance = new Allowance(256);
    const limitAfter = (ms: number): number => {
      for (let call = 0; call < 100; call += 1) allowance.succeeded(ms);
      return allowance.limit(ms);
    };
    allowance.throttled(0, 11);
    expect(limitAfter(60_001)).toBe(11);
    allowance.throttled(60_001, 11);
    expect(limitAfter(60_001 + 119_999)).toBe(10);
    expect(limitAfter(60_001 + 120_001)).toBe(11);
  });

  it('is not lessened by a 429 to a call that was alone', () => {
    const allowance = new Allowance(256);
    allowance.throttled(0, 1);
    expect(allowance.limit(0)).toBe(256);
  });

  it('is cut from what there was, not from what the config allows', () => {
    const allowance = new Allowance(256);
    allowance.throttled(0, 100);
    allowance.throttled(1, 70);
    expect(allowance.limit(1)).toBe(49);
  });

  it('is not cut again by calls beyond it, which nobody else was there to take', () => {
    const allowance = new Allowance(256);
    allowance.throttled(0, 100);
    for (let time = 1; time < 9; time += 1) allowance.throttled(time, 100);
    expect(allowance.limit(9)).toBe(70);
  });

  it('is at least 1 and at most the config, whatever happens in whatever order, and a 429 never raises it (seed 20261122)', () => {
    const event = fc.record({
      ms: fc.integer({ min: 0, max: 200_000 }),
      good: fc.boolean(),
      inFlight: fc.integer({ min: 0, max: 600 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(event, { maxLength: 60 }), (most, events) => {
        const allowance = new Allowance(most);
        let now = 0;
        for (const { ms, good, inFlight } of events) {
          now += ms;
          const before = allowance.limit(now);
          if (good) allowance.succeeded(now);
          else allowance.throttled(now, inFlight);
          const after = allowance.limit(now);
          expect(Number.isInteger(after)).toBe(true);
          expect(after).toBeGreaterThanOrEqual(1);
          expect(after).toBeLessThanOrEqual(most);
          if (good) expect(after).toBeGreaterThanOrEqual(before);
          else expect(after).toBeLessThanOrEqual(before);
        }
        expect(allowance.limit(now + 2 * HOUR_MS)).toBe(most);
      }),
      { numRuns: 2_000, seed: 20_261_122 },
    );
  });
});
