import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram, median } from '../../server/core/percentile.ts';

describe('a histogram', () => {
  test('is within 3 % of the exact percentile, for any lengths of time', () => {
    const lengths = fc.array(fc.double({ min: 2, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(lengths, fc.constantFrom(0.5, 0.95, 1), (list, share) => {
        const histogram = new Histogram();
        for (const ms of list) histogram.add(ms);
        const sorted = [...list].sort((one, other) => one - other);
        const exact = sorted[Math.max(1, Math.ceil(share * list.length)) - 1] ?? Number.NaN;
        const found = histogram.quantile(share) ?? Number.NaN;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.03 + 0.5);
      }),
    );
  });

  test('of nothing has no percentile, and takes any length', () => {
    const histogram = new Histogram();
    expect(histogram.quantile(0.5)).toBeNull();
    for (const ms of [0, -5, 1e12]) histogram.add(ms);
    expect(histogram.quantile(0.5)).toBe(1);
    expect(histogram.quantile(1)).toBeGreaterThan(1_000_000);
  });

  test('added to another counts as if each had been added to it', () => {
    const [one, other, whole] = [new Histogram(), new Histogram(), new Histogram()];
    for (const ms of [10, 20, 30]) one.add(ms);
    for (const ms of [400, 500]) other.add(ms);
    for (const ms of [10, 20, 30, 400, 500]) whole.add(ms);
    one.addAll(other);
    for (const share of [0.2, 0.5, 0.95]) expect(one.quantile(share)).toBe(whole.quantile(share));
  });
});

test.each([
  [[], null],
  [[5], 5],
  [[9, 1], 5],
  [[9, 1, 2], 2],
  [[4, 1, 2, 100], 3],
])('the median of %j is %j', (numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});
