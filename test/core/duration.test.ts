import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDuration, showDuration } from '../../server/core/duration.ts';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['3s', 3_000],
    ['15m', 900_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    [' 15m ', 900_000],
    ['0s', 0],
  ])('%j is %d ms', (text, ms) => {
    expect(readDuration(text)).toBe(ms);
  });

  it.each(['15', '', 'm', '-5m', '5 m', '15M', '1h30m', '.5h', '1e3s', '٣s', `${'9'.repeat(13)}s`, 'constructor'])(
    '%j is none',
    (text) => {
      expect(readDuration(text)).toBeNull();
    },
  );

  it.each([
    [0, '0s'],
    [999, '0s'],
    [12_000, '12s'],
    [252_999, '4m 12s'],
    [300_000, '5m'],
    [7_500_000, '2h 5m'],
    [3_600_000 + 59_000, '1h'],
    [90_000_000, '1d 1h'],
    [-5_000, '0s'],
  ])('%d ms is shown as %s', (ms, text) => {
    expect(showDuration(ms)).toBe(text);
  });

  it('what is shown adds up to no more than what it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => {
        const shown = showDuration(ms).split(' ').map(readDuration);
        const sum = shown.reduce<number>((total, part) => total + (part ?? Number.NaN), 0);
        return sum <= ms && ms - sum < 3_600_000;
      }),
    );
  });
});
