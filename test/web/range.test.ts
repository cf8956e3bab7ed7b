import { describe, expect, it } from 'vitest';
import { boundsOf, pinned, ranged, readRange } from '../../web/ui/range.ts';
import { rangeProblem, rangeWords } from '../../web/ui/rangeWords.ts';
import { now } from './support.ts';

const hourMs = 3_600_000;
const names = ['1h', '24h'] as const;

describe('the time in an address', () => {
  it('two moments go before a span, and what is not understood is left out', () => {
    expect(readRange({ last: '24h' }, { names })).toEqual({ last: '24h' });
    expect(readRange({ last: '24h', from: 1, to: 2 }, { names })).toEqual({ from: 1, to: 2 });
    expect(readRange({ last: '7d', from: -1, to: '2' }, { names })).toEqual({});
  });

  it('a span is as long as it says, and pinned it ends now, for good', () => {
    expect(boundsOf({ last: '24h' }, '1h', now)).toEqual({ from: now - 24 * hourMs, to: now });
    const fixed = pinned({ last: '24h' }, '1h', now);
    expect(fixed).toEqual({ from: now - 24 * hourMs, to: now });
    expect(pinned(fixed, '1h', now + hourMs)).toEqual(fixed);
    expect(boundsOf(fixed, '1h', now + hourMs)).toEqual(fixed);
  });

  it('nothing said is what the page shows by itself; a list without bounds gets an end only', () => {
    expect(pinned({}, '1h', now)).toEqual({ from: now - hourMs, to: now });
    expect(pinned({}, undefined, now)).toEqual({ to: now });
    expect(boundsOf({ to: now - 5 }, '1h', now)).toEqual({ from: now - 5 - hourMs, to: now - 5 });
    expect(boundsOf({ from: now - 5 }, '1h', now)).toEqual({ from: now - 5, to: now });
  });

  it('another time takes the place of the one before, and of nothing else', () => {
    expect(ranged({ chain: 'lucy', last: '1h' as const }, { from: 1, to: 2 })).toEqual({
      chain: 'lucy',
      from: 1,
      to: 2,
    });
    expect(ranged({ chain: 'lucy', from: 1, to: 2 }, {})).toEqual({ chain: 'lucy' });
  });

  it('is said with its day once, and its zone', () => {
    const from = Date.UTC(2026, 10, 24, 14);
    expect(rangeWords({ from, to: from + hourMs }, 'utc')).toBe('2026-11-24 14:00:00 to 15:00:00 UTC');
    expect(rangeWords({ from, to: from + 24 * hourMs }, 'utc')).toBe('2026-11-24 14:00:00 to 2026-11-25 14:00:00 UTC');
    expect(rangeWords({ from }, 'Asia/Tokyo')).toBe('2026-11-24 23:00:00 to now GMT+9');
    expect(rangeWords({ to: from }, 'utc')).toBe('the beginning to 2026-11-24 14:00:00 UTC');
  });
});

describe('a time that cannot be shown says why', () => {
  const week = { ms: 168 * hourMs, words: '7 days' };
  it.each([
    [{ from: null, to: now }, 'Say when it begins.'],
    [{ from: now + 1, to: null }, 'It begins in the future: choose a time that has been.'],
    [{ from: now - 1, to: now + 61_000 }, 'It ends in the future: leave its end empty for up to now.'],
    [{ from: now - 1, to: now - 1 }, 'It ends before it begins.'],
    [{ from: now - 169 * hourMs, to: null }, 'This page shows at most 7 days at once.'],
    [{ from: now - 168 * hourMs, to: null }, null],
    [{ from: now - hourMs, to: now }, null],
  ])('%j: %s', (bounds, problem) => expect(rangeProblem(bounds, week, now)).toBe(problem));
});
