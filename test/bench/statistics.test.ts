import { expect, it } from 'vitest';
import { median, ratio } from './statistics.ts';

it('the median of an even count lies between the two in the middle', () => {
  expect(median([4, 1, 3, 100])).toBe(3.5);
  expect(median([100, 1, 3])).toBe(3);
});

it('a ratio is that of the medians, and its spread that of the pairs', () =>
  expect(ratio([10, 30, 20], [20, 20, 80])).toEqual({ median: 1, min: 0.25, max: 1.5 }));
