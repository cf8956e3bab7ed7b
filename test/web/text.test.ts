import { describe, expect, it } from 'vitest';
import { codeOf, errorSentence, isConflict } from '../../web/errors.ts';
import { maxExportRows, type Reading, readAll, toCsv } from '../../web/exports.ts';
import { moneyTicks } from '../../web/savings/words.ts';
import {
  day,
  isZone,
  showAge,
  showCountdown,
  showDollars,
  showMoney,
  showMs,
  timeBeside,
  timeOfDay,
  unbroken,
  zoneName,
} from '../../web/time.ts';
import { causeSentence, percent, trailWord } from '../../web/words.ts';
import { entryOf } from './support.ts';

const afternoon = Date.UTC(2026, 6, 1, 14, 7, 29, 412);

describe('time as text', () => {
  it.each([
    [null, '–'],
    [80, '80 ms'],
    [410, '0.41 s'],
    [1_080, '1.1 s'],
    [12_900, '12.9 s'],
    [59_990, '59 s'],
    [269_000, '4 m 29 s'],
  ])('%s ms is %s', (ms, text) => expect(showMs(ms)).toBe(text));

  it.each([
    [400, 'now'],
    [333_000, '5 m 33 s'],
    [3_600_000, '1 h'],
    [526_000_000, '6 d 2 h'],
  ])('an age of %s ms is %s', (ms, text) => expect(showAge(ms)).toBe(text));

  it('no line ends between a number and its unit, whatever stands beside', () =>
    expect(unbroken('After 11.7 s, 4 m 8 s or 50 % of 9 steps.')).toBe(
      'After 11.7\u00a0s, 4\u00a0m 8\u00a0s or 50\u00a0% of 9 steps.',
    ));

  it.each([
    [267_001, '4:27'],
    [267_300, '4:28'],
    [267_000, '4:27'],
    [-5, '0:00'],
    [3_729_000, '1:02:09'],
  ])('a countdown of %s ms shows %s', (ms, text) => expect(showCountdown(ms)).toBe(text));

  it('a moment is shown in the zone that was chosen, and the zone has its name', () => {
    expect(timeOfDay(afternoon, 'utc', true)).toBe('14:07:29.412');
    expect(timeOfDay(afternoon, 'Asia/Tokyo')).toBe('23:07:29');
    expect(zoneName('utc', afternoon)).toBe('UTC');
    expect(zoneName('Asia/Tokyo', afternoon)).toBe('GMT+9');
    expect(day(Date.UTC(2026, 0, 1, 23), 'Asia/Tokyo')).toBe('2026-01-02');
  });

  it('a time has its day where that is not the day of what stands before it', () => {
    expect(timeBeside(afternoon + 60_000, afternoon, 'utc')).toBe('14:08:29');
    expect(timeBeside(afternoon + 60_000, afternoon - 86_400_000, 'utc')).toBe('2026-07-01 14:08:29');
    // Another day there, the same here.
    expect(timeBeside(afternoon, Date.UTC(2026, 6, 1, 22), 'Asia/Tokyo')).toBe('2026-07-01 23:07:29');
  });

  it('midnight is 00, not 24', () => expect(timeOfDay(Date.UTC(2026, 0, 1), 'utc')).toBe('00:00:00'));

  it('a zone that the browser does not know is none', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Mars/Base')).toBe(false);
    expect(isZone('local'), 'it is another one for each reader').toBe(false);
  });
});

describe('money as text', () => {
  it.each([
    [{ low: -0.0012, high: 0.1074 }, ['−$0.05', '$0.00', '$0.05', '$0.10', '$0.15']],
    [{ low: -0.49, high: 31.2 }, ['−$10', '$0', '$10', '$20', '$30', '$40']],
    [{ low: 0, high: 0.00031 }, ['$0.0000', '$0.0001', '$0.0002', '$0.0003', '$0.0004']],
    [{ low: -3, high: -1 }, ['−$3', '−$2', '−$1', '$0']],
    [{ low: 0, high: 0 }, ['$0.00', '$0.50', '$1.00']],
  ])('an axis over %o has round amounts with as many digits each', (range, texts) => {
    const { ticks, digits } = moneyTicks(range);
    expect(ticks.map((dollars) => showDollars(dollars, digits))).toEqual(texts);
  });

  it.each([
    [null, '–'],
    [0, '$0'],
    [430_000, '$0.00043'],
    [1_273_000_000, '$1.27'],
    [90_000, '$0.000090'],
    [-2_500_000_000, '−$2.50'],
    [12_345_678_000_000, '$12,345.68'],
  ])('%s nano-dollars are %s', (nano, text) => expect(showMoney(nano)).toBe(text));
});

describe('words', () => {
  it.each([
    [0, '0 %'],
    [0.0001, '< 0.1 %'],
    [0.001, '0.1 %'],
    [0.9999, '> 99.9 %'],
    [1, '100 %'],
  ])('a share of %s is %s', (share, text) => expect(percent(share)).toBe(text));

  it('a cause says how many failures opened the circuit', () => {
    const entry = { ...entryOf('deepseek-v3', 'open'), evidence: ['a/0', 'b/0', 'c/0', 'd/0', 'e/0'] };
    expect(causeSentence(entry)).toBe('5 failures in a row');
  });

  it('a closed circuit says how far it is from opening', () => {
    expect(causeSentence({ ...entryOf('qwen-72b'), failuresInARow: 3 })).toBe('3 of 5 failures towards opening');
  });

  it('a trip says who did it, and why', () => {
    const entry = { ...entryOf('qwen-72b', 'tripped'), by: 'ops-day', reason: 'planned work' };
    expect(causeSentence(entry)).toBe('tripped by ops-day: planned work');
  });

  it('a status in a trail stays as it is', () => expect(trailWord('503')).toBe('503'));
});

/** Tells each page as how many rows there were before it, and its rows. */
function reading(read: Reading<number>['read']) {
  const told: number[][] = [];
  return {
    told,
    read,
    take: (rows: number[], before: number) => void told.push([before, ...rows]),
    stopped: () => false,
  };
}

describe('files', () => {
  it('CSV quotes what needs it, leaves nothing out, and disarms formulas', () => {
    const csv = toCsv(
      ['name', 'why', 'ms'],
      [
        ['a', 'said "no", left', 3],
        ['=SUM(A1)', null, -4],
      ],
    );
    expect(csv).toBe('name,why,ms\r\na,"said ""no"", left",3\r\n\'=SUM(A1),,-4\r\n');
  });

  it('every page of a list is read', async () => {
    const pages = new Map([
      [undefined, { rows: [1, 2], next: 'p2' }],
      ['p2', { rows: [3], next: null }],
    ]);
    const read = async ({ before }: { before: string | undefined }) => pages.get(before) ?? { rows: [], next: null };
    const { told, ...given } = reading(read);
    expect(await readAll(given)).toEqual({ count: 3, cut: false });
    expect(told).toEqual([
      [0, 1, 2],
      [2, 3],
    ]);
  });

  it('a list without end is cut at its bound', async () => {
    const read = async ({ limit }: { limit: number }) => ({
      rows: Array.from({ length: limit }, () => 0),
      next: 'more',
    });
    expect(await readAll(reading(read))).toEqual({ count: maxExportRows, cut: true });
  });

  it('nothing more is read once it is stopped', async () => {
    const { told, ...given } = reading(async () => ({ rows: [7], next: 'more' }));
    await readAll({ ...given, stopped: () => told.length === 2 });
    expect(told).toEqual([
      [0, 7],
      [1, 7],
    ]);
  });
});

describe('errors', () => {
  const conflict = Object.assign(new Error('It has moved on.'), {
    data: { code: 'CONFLICT', entry: entryOf('qwen-72b', 'open', 9) },
  });

  it('a conflict bears the circuit as it is now', () => expect(isConflict(conflict)?.epoch).toBe(9));
  it('another error is no conflict', () => expect(isConflict(new Error('no'))).toBeNull());
  it("a refusal is shown in the server's words", () => expect(errorSentence(conflict)).toBe('It has moved on.'));
  it('no answer has no code, and is said to be none', () => {
    expect(codeOf(new TypeError('Failed to fetch'))).toBeNull();
    expect(errorSentence(new TypeError('Failed to fetch'))).toContain('does not answer');
  });
});
