import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../server/core/backoff.ts';

const settings = { initialMs: 250, factor: 2, maxMs: 8_000, jitter: 'equal' as const };
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anySettings = fc.record({
  initialMs: fc.integer({ min: 0, max: 60_000 }),
  factor: fc.double({ min: 2, max: 10, noNaN: true }),
  maxMs: fc.integer({ min: 0, max: 600_000 }),
  jitter: fc.constant('equal' as const),
});

describe('the wait between tries', () => {
  it('with equal jitter and a factor of at least two is never shorter than the one before it, nor longer than the most', () => {
    fc.assert(
      fc.property(anySettings, fc.array(draw, { minLength: 2, maxLength: 60 }), (any, draws) => {
        const waits = draws.map((one, waitsBefore) => backoffMs(any, waitsBefore, one));
        for (const [index, wait] of waits.entries()) {
          expect(wait).toBeGreaterThanOrEqual(waits[index - 1] ?? 0);
          expect(wait).toBeLessThanOrEqual(any.maxMs);
        }
      }),
    );
  });

  it('is half fixed and half drawn with equal jitter', () => {
    expect(backoffMs(settings, 0, 0)).toBe(125);
    expect(backoffMs(settings, 0, 0.5)).toBe(188);
    expect(backoffMs(settings, 1, 0)).toBe(250);
    expect(backoffMs(settings, 9, 0)).toBe(8_000);
  });

  it('is all drawn with full jitter, and not at all with none', () => {
    expect(backoffMs({ ...settings, jitter: 'full' }, 2, 0)).toBe(0);
    expect(backoffMs({ ...settings, jitter: 'full' }, 2, 0.5)).toBe(500);
    expect(backoffMs({ ...settings, jitter: 'none' }, 2, 0.5)).toBe(1_000);
    expect(backoffMs({ ...settings, jitter: 'none' }, 50, 0.5)).toBe(8_000);
  });

  it('is a finite number after any number of waits', () => {
    for (const jitter of ['equal', 'full', 'none'] as const) {
      expect(backoffMs({ ...settings, factor: 10, jitter }, 5_000, 0)).toBeLessThanOrEqual(8_000);
    }
    expect(backoffMs({ ...settings, initialMs: 0, factor: 10 }, 5_000, 0.5)).toBe(0);
  });
});
