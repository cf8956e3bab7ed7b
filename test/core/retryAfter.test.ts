import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../server/core/retryAfter.ts';

const wall = Date.UTC(2026, 9, 21, 7, 28, 0);

describe('how long to stay away', () => {
  const rows: [headers: Record<string, string>, ms: number | null][] = [
    [{}, null],
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': ' 2 ' }, 2_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '-5' }, 0],
    [{ 'retry-after': '7200' }, 3_600_000],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wednesday, 21-Oct-26 07:28:30 GMT' }, 30_000],
    [{ 'retry-after': '2026-10-21T07:28:30Z' }, 30_000],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:27:00 GMT' }, 0],
    [{ 'retry-after': 'Wed, 21 Oct 2099 07:28:30 GMT' }, 3_600_000],
    [{ 'retry-after': '20s' }, 20_000],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '' }, null],
    [{ 'retry-after': 'NaN' }, null],
    [{ 'retry-after': 'Infinity' }, null],
    [{ 'retry-after': '1e9' }, null],
    [{ 'retry-after': String(wall / 1_000 + 10) }, 10_000],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
    [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9_000],
    [{ 'retry-after': '9', 'x-ratelimit-reset-requests': '1s' }, 9_000],
    [{ 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'x-ratelimit-reset-tokens': '120ms' }, 120],
    [{ 'x-ratelimit-reset-tokens': '7.66s' }, 7_660],
    [{ 'x-ratelimit-reset-requests': '1h2m3s' }, 3_600_000],
    [{ 'x-ratelimit-reset-requests': '12' }, 12_000],
    [{ 'x-ratelimit-reset': String(wall + 5_000) }, 5_000],
    [{ 'x-ratelimit-reset': String(wall / 1_000 + 5) }, 5_000],
    [{ 'x-ratelimit-reset-requests': '6m', 'x-ratelimit-reset-tokens': '2s' }, 2_000],
    [{ 'x-ratelimit-reset-requests': 'x', 'x-ratelimit-reset-tokens': '2s' }, 2_000],
    [{ 'x-ratelimit-reset-requests': `${'1s'.repeat(30)}` }, null],
  ];
  it.each(rows)('%o is %s ms', (headers, ms) => {
    expect(retryAfterMs(headers, wall)).toBe(ms);
  });

  it('is told by the limit that is used up, whatever the other says', () => {
    const resets = { 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-reset-tokens': '2s' };
    expect(retryAfterMs({ ...resets, 'x-ratelimit-remaining-requests': '0' }, wall)).toBe(360_000);
    expect(retryAfterMs({ ...resets, 'x-ratelimit-remaining-tokens': '0' }, wall)).toBe(2_000);
  });
});
