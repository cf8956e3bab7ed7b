import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actsOf, csvOf, drawnMinutes, maxBands, outlineOf, seriesOf, shadesOf } from '../../web/charts/series.ts';
import { hourOf, minuteMs, minuteOf, noon } from '../support/webCircuits.ts';

test('counts become rates, and the unfinished minute is measured by what has passed of it', () => {
  const hour = hourOf([
    minuteOf(noon - minuteMs, { answered: { a: 120 }, errors: 6 }),
    minuteOf(noon, { answered: { a: 60 } }),
  ]);
  const { points, unfinishedFrom } = seriesOf(hour, ['a']);
  expect(points).toEqual([
    { at: noon - minuteMs / 2, from: noon - minuteMs, to: noon, rates: [2], othersRate: 0, errorsRate: 0.1 },
    { at: noon + 15_000, from: noon, to: noon + 30_000, rates: [2], othersRate: 0, errorsRate: 0 },
  ]);
  expect(unfinishedFrom).toBe(noon);
});

test('a minute in which the program was not running has no rate, and one without requests has the rate 0', () => {
  const hour = hourOf([
    minuteOf(noon - 2 * minuteMs, { states: { a: null } }),
    minuteOf(noon - minuteMs, { states: { a: 'closed' } }),
    minuteOf(noon, { answered: { a: 30 } }),
  ]);
  expect(seriesOf(hour, ['a']).points.map(({ rates, errorsRate }) => [...rates, errorsRate])).toEqual([
    [null, null],
    [0, 0],
    [1, 0],
  ]);
});

test('an area begins and ends with what is known, so that a single minute is seen too', () => {
  const off = { states: { a: null } };
  const hour = hourOf([
    minuteOf(noon - 3 * minuteMs, off),
    minuteOf(noon - 2 * minuteMs, { answered: { a: 60 } }),
    minuteOf(noon - minuteMs, off),
    minuteOf(noon, { answered: { a: 60 } }),
  ]);
  const drawn = outlineOf(seriesOf(hour, ['a']).points).filter(({ errorsRate }) => errorsRate !== null);
  expect(drawn.map(({ at, rates }) => [(at - noon) / minuteMs, ...rates])).toEqual([
    [-2, 1],
    [-1.5, 1],
    [-1, 1],
    [0, 2],
    [0.25, 2],
    [0.5, 2],
  ]);
});

test('a program that began in this hour is drawn from its beginning on, and over a quarter of an hour at least', () => {
  const hourWith = (known: number) =>
    hourOf(
      Array.from({ length: 60 }, (_, index) =>
        minuteOf(noon - (59 - index) * minuteMs, { states: { a: index >= 60 - known ? 'closed' : null } }),
      ),
    );
  expect([0, 1, 15, 40, 60].map((known) => drawnMinutes(hourWith(known)).length)).toEqual([60, 15, 15, 40, 60]);
});

test('a minute of a few seconds makes no point', () => {
  const begun = seriesOf(hourOf([minuteOf(noon, { answered: { a: 3 } })], 2_000), ['a']);
  expect(begun).toMatchObject({ points: [], unfinishedFrom: null });
});

test('bands stand in the order of the chains, and providers that answered nothing have none', () => {
  const hour = hourOf([minuteOf(noon, { answered: { c: 9, a: 1 } })]);
  expect(seriesOf(hour, ['a', 'b', 'c']).bands).toEqual(['a', 'c']);
});

test('of many providers the smallest share a band, and no answer is lost', () => {
  const counts = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.nat(500), { maxKeys: 20, noNullPrototype: true });
  fc.assert(
    fc.property(counts, (answered) => {
      const { bands, others, points } = seriesOf(hourOf([minuteOf(noon, { answered })], minuteMs), []);
      expect(bands.length).toBeLessThanOrEqual(maxBands);
      const drawn = points.reduce(
        (sum, { rates, othersRate }) => sum + (othersRate ?? 0) + rates.reduce<number>((x, y) => x + (y ?? 0), 0),
        0,
      );
      const answers = Object.values(answered).reduce((x, y) => x + y, 0);
      expect(drawn).toBeCloseTo(answers / 60, 1);
      if (others.length > 0) expect(bands).toHaveLength(maxBands);
    }),
  );
});

test('minutes in which the same circuits were open are one shade', () => {
  const open = { states: { a: 'open', b: 'closed' } } as const;
  const both = { states: { a: 'open', b: 'tripped' } } as const;
  const hour = hourOf([
    minuteOf(noon - 3 * minuteMs, open),
    minuteOf(noon - 2 * minuteMs, open),
    minuteOf(noon - minuteMs, { states: { a: 'halfOpen' } }),
    minuteOf(noon, both),
  ]);
  expect(shadesOf(hour)).toEqual([
    { from: noon - 3 * minuteMs, to: noon - minuteMs, providers: ['a'], byHand: false },
    { from: noon, to: noon + 30_000, providers: ['a', 'b'], byHand: false },
  ]);
});

test('what operators did is drawn across the chart, in words', () => {
  const acts = [{ at: noon, provider: 'deepseek-v3', cause: 'trip' as const, by: 'ops' }];
  expect(actsOf({ ...hourOf([minuteOf(noon)]), acts })).toEqual([{ at: noon, words: 'deepseek-v3 tripped by ops' }]);
});

test('the table goes out as CSV, and no name of it is a formula', () => {
  const csv = csvOf(hourOf([minuteOf(noon, { answered: { 'a,b': 3 }, errors: 1 })]), ['a,b', '=x']);
  expect(csv).toBe(`minute,"a,b",'=x,nobody answered\r\n2031-03-04T14:07:00.000Z,3,0,1\r\n`);
});

test('in the table of a minute that was not counted nothing stands, not even a zero', () => {
  const csv = csvOf(
    hourOf([minuteOf(noon - minuteMs, { states: { a: null } }), minuteOf(noon, { states: { a: 'closed' } })]),
    ['a'],
  );
  expect(csv.split('\r\n').slice(1, 3)).toEqual(['2031-03-04T14:06:00.000Z,,', '2031-03-04T14:07:00.000Z,0,0']);
});
