import { expect, test } from 'vitest';
import { patchHour, runsOf, stripOf } from '../../web/diagram/strip.ts';
import { barPx, barShapes } from '../../web/ui/barShapes.ts';
import { entryOf, hourOf, minuteMs, minuteOf, noon } from '../support/webCircuits.ts';

const a = 'deepseek-v3';
const working = { states: { [a]: 'closed' }, attempts: { [a]: 12 } } as const;
const quiet = { states: { [a]: 'closed' }, attempts: {} } as const;
const present = { now: noon + 30_000, circuits: [entryOf(a)], rates: new Map<string, number>() };

test('bars of two states are never alike, whatever their colours, and none is higher than its room', () => {
  const shapes = Object.values(barShapes);
  expect(new Set(shapes.map((pieces) => JSON.stringify(pieces))).size).toBe(shapes.length);
  expect(shapes.flat().every(({ y, height }) => y + height <= barPx)).toBe(true);
});

test('an hour is sixty cells, and what the program did not live through is unknown', () => {
  const cells = stripOf(hourOf([minuteOf(noon - minuteMs, working), minuteOf(noon, quiet)]), a);
  expect(cells).toHaveLength(60);
  expect(cells.map(({ at }) => at)).toEqual(Array.from({ length: 60 }, (_, index) => noon - (59 - index) * minuteMs));
  expect(cells.slice(57).map(({ mark }) => mark)).toEqual(['unknown', 'closed', 'none']);
});

test('an hour nothing is known of is sixty unknown cells up to now', () => {
  const cells = stripOf({ now: noon + 1, minutes: [], acts: [] }, a);
  expect(cells.map(({ mark }) => mark)).toEqual(new Array(60).fill('unknown'));
  expect(cells.at(-1)?.at).toBe(noon);
});

test('an opening is in the strip at once, and a recovery does not hide it', () => {
  const hour = hourOf([minuteOf(noon, working)]);
  const opened = patchHour(hour, { ...present, circuits: [entryOf(a, { state: 'open' })] });
  expect(stripOf(opened, a).at(-1)?.mark).toBe('open');
  expect(stripOf(patchHour(opened, present), a).at(-1)?.mark).toBe('open');
});

test('the strip moves on with the minutes until the hour is read anew', () => {
  const hour = hourOf([minuteOf(noon, working)]);
  const later = patchHour(hour, { ...present, now: noon + 2 * minuteMs + 5, rates: new Map([[a, 3]]) });
  expect(
    stripOf(later, a)
      .slice(57)
      .map(({ mark }) => mark),
  ).toEqual(['closed', 'unknown', 'closed']);
  expect(stripOf(later, a).at(-1)?.at).toBe(noon + 2 * minuteMs);
});

test('a page that slept for a day makes up no more than an hour', () => {
  const later = patchHour(hourOf([minuteOf(noon, working)]), { ...present, now: noon + 1_440 * minuteMs });
  expect(later.minutes.length).toBeLessThanOrEqual(60);
});

test('a strip is told in runs to those who cannot see it', () => {
  const minutes = [minuteOf(noon - 2 * minuteMs, working), minuteOf(noon - minuteMs, working), minuteOf(noon, quiet)];
  expect(runsOf(stripOf(hourOf(minutes), a)).slice(1)).toEqual([
    { mark: 'closed', from: noon - 2 * minuteMs, to: noon },
    { mark: 'none', from: noon, to: noon + minuteMs },
  ]);
});
