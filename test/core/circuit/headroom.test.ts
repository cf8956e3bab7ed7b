import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Headroom } from '../../../server/core/circuit/headroom.ts';
import type { LimitReading } from '../../../server/core/rateLimits.ts';

const requests = (changes: Partial<LimitReading> = {}): LimitReading => ({
  name: 'requests',
  counts: 'requests',
  limit: 60,
  remaining: 0,
  resetMs: 30_000,
  refill: 'unknown',
  ...changes,
});
const tokens = (changes: Partial<LimitReading> = {}): LimitReading =>
  requests({ name: 'tokens', counts: 'tokens', limit: 1_000, ...changes });

function told(...readings: LimitReading[]): Headroom {
  const headroom = new Headroom();
  headroom.report(readings, headroom.take(0, 0), 0);
  return headroom;
}

describe('what is left of a limit', () => {
  it('is enough where nothing was said', () => {
    expect(new Headroom().waitMs(1_000_000, 0)).toBe(0);
  });

  it('is nothing until the reset when nothing remains, and all of it then', () => {
    const headroom = told(requests());
    expect(headroom.waitMs(0, 1_000)).toBe(29_000);
    expect(headroom.waitMs(0, 30_000)).toBe(0);
    for (let call = 0; call < 60; call += 1) headroom.take(0, 30_000);
    expect(headroom.waitMs(0, 30_001)).toBeGreaterThan(0);
  });

  it('is less what has been let through since the call whose answer said so', () => {
    const headroom = new Headroom();
    const mark = headroom.take(0, 0);
    headroom.take(0, 0);
    headroom.report([requests({ remaining: 3 })], mark, 10);
    headroom.take(0, 10);
    expect(headroom.waitMs(0, 10)).toBe(0);
    headroom.take(0, 10);
    expect(headroom.waitMs(0, 10)).toBeGreaterThan(0);
  });

  it('is told by the call that was let through last, in whatever order the answers come', () => {
    const headroom = new Headroom();
    const early = headroom.take(0, 0);
    const late = headroom.take(0, 0);
    headroom.report([requests({ remaining: 0 })], late, 10);
    headroom.report([requests({ remaining: 1 })], early, 20);
    expect(headroom.waitMs(0, 20)).toBeGreaterThan(0);
  });

  it('of tokens lets a small call through where a large one has to wait', () => {
    const headroom = told(tokens({ remaining: 300 }));
    expect(headroom.waitMs(300, 1)).toBe(0);
    expect(headroom.waitMs(301, 1)).toBeGreaterThan(0);
  });

  it('of tokens lets a call larger than all of it through when it is whole', () => {
    expect(told(tokens({ remaining: 1_000 })).waitMs(5_000, 1)).toBe(0);
    expect(told(tokens({ remaining: 999 })).waitMs(5_000, 1)).toBeGreaterThan(0);
  });

  it('of the tokens of answers is only heeded when there are none', () => {
    expect(told(tokens({ counts: 'answerTokens', remaining: 1 })).waitMs(900, 1)).toBe(0);
    expect(told(tokens({ counts: 'answerTokens' })).waitMs(1, 1)).toBeGreaterThan(0);
  });

  it('comes back bit by bit where it is known to', () => {
    // Six seconds a request, as with a day's allowance of 14,400.
    const headroom = told(requests({ limit: 14_400, resetMs: 86_400_000 / 24, refill: 'steady' }));
    expect(headroom.waitMs(0, 0)).toBe(250);
    expect(headroom.waitMs(0, 250)).toBe(0);
    headroom.take(0, 250);
    expect(headroom.waitMs(0, 250)).toBe(250);
  });

  it('is asked again after a minute where it may come back bit by bit, however far the reset is', () => {
    const headroom = told(requests({ limit: 14_400, resetMs: 3_000_000 }));
    expect(headroom.waitMs(0, 1)).toBe(59_999);
    expect(headroom.waitMs(0, 60_000)).toBe(0);
  });

  it('is asked again soon where no reset is named', () => {
    expect(told(requests({ resetMs: null, limit: null })).waitMs(0, 0)).toBe(5_000);
  });

  it('is not heeded for longer than an hour', () => {
    expect(told(requests({ limit: null, resetMs: 90_000_000 })).waitMs(0, 0)).toBe(3_600_000);
  });

  it('is kept for eight limits at most', () => {
    const many = Array.from({ length: 20 }, (_, index) => requests({ name: `limit ${index}`, remaining: 5 }));
    const headroom = told(...many, requests({ name: 'one more' }));
    expect(headroom.waitMs(0, 1)).toBe(0);
  });

  it('changes nothing when looked at, and never shuts for ever (seed 20261122)', () => {
    const step = fc.record({
      ms: fc.integer({ min: 0, max: 100_000 }),
      takes: fc.integer({ min: 0, max: 5 }),
      reading: fc.record({
        counts: fc.constantFrom('requests' as const, 'tokens' as const, 'answerTokens' as const),
        limit: fc.option(fc.integer({ min: 1, max: 1_000 })),
        remaining: fc.integer({ min: 0, max: 1_000 }),
        resetMs: fc.option(fc.integer({ min: 0, max: 10_000_000 })),
        refill: fc.constantFrom('steady' as const, 'unknown' as const),
      }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const [headroom, looked] = [new Headroom(), new Headroom()];
        let now = 0;
        for (const { ms, takes, reading } of steps) {
          now += ms;
          for (let take = 0; take < takes; take += 1) looked.waitMs(50, now);
          for (const each of [headroom, looked]) {
            const mark = each.take(50, now);
            for (let take = 0; take < takes; take += 1) each.take(50, now);
            each.report([{ name: reading.counts, ...reading }], mark, now);
          }
          const waitMs = headroom.waitMs(50, now);
          expect(waitMs).toBe(looked.waitMs(50, now));
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(3_600_000);
          expect(headroom.waitMs(50, now + 3_600_000)).toBe(0);
        }
      }),
      { numRuns: 2_000, seed: 20_261_122 },
    );
  });
});

describe('how many calls it lets through in the coming minute', () => {
  it('is not known where nothing was said, and no longer told once it is whole again', () => {
    expect(new Headroom().room(0)).toBeNull();
    expect(told(requests()).room(30_000)).toBeNull();
  });

  it('is what is left; where all of it comes back sooner nobody knows, as that may be once or often', () => {
    const soon = told(requests({ remaining: 10, limit: 60, resetMs: 30_000 }));
    expect(soon.room(1_000)).toEqual({ counts: 'requests', left: 10, limit: 60, resetMs: 29_000, callsAMinute: null });
    const late = told(requests({ remaining: 10, limit: 60, resetMs: 90_000 }));
    expect(late.room(1_000)?.callsAMinute).toBe(10);
    late.take(0, 1_000);
    expect(late.room(1_000)).toMatchObject({ left: 9, callsAMinute: 9 });
  });

  it('is more by what comes back bit by bit', () => {
    const steady = told(requests({ remaining: 0, limit: 60, resetMs: 120_000, refill: 'steady' }));
    expect(steady.room(0)).toMatchObject({ left: 0, callsAMinute: 30 });
  });

  it('of tokens is by what calls have needed so far, and the tightest limit is the one that counts', () => {
    const headroom = new Headroom();
    const mark = headroom.take(500, 0);
    headroom.report(
      [tokens({ remaining: 2_000, limit: 9_000, resetMs: 90_000 }), requests({ remaining: 50, resetMs: 90_000 })],
      mark,
      0,
    );
    expect(headroom.room(0)).toMatchObject({ counts: 'tokens', left: 2_000, callsAMinute: 4 });
  });
});
