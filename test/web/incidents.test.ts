import { expect, test } from 'vitest';
import { incidentFilterOf, readIncidentsSearch } from '../../web/incidents/filter.ts';
import { axisOf, joined, moved, scaleOf, within, zoomed } from '../../web/incidents/laneGeometry.ts';
import { momentOf, wallOf } from '../../web/ui/wall.ts';

const whole = { from: 0, to: 3_600_000 };

test('a zoom never leaves the whole, nor shows less than ten seconds', () => {
  expect(within(whole, zoomed(whole, 2))).toEqual({ from: 900_000, to: 2_700_000 });
  expect(within(whole, moved({ from: 3_000_000, to: 3_600_000 }, 0.5))).toEqual({ from: 3_000_000, to: 3_600_000 });
  expect(within(whole, { from: 60_000, to: 60_001 })).toEqual({ from: 60_000, to: 70_000 });
  expect(within(whole, zoomed(whole, 0.5))).toEqual(whole);
});

test('a place on the lanes and its moment are one', () => {
  const { x, at } = scaleOf(whole, [140, 1_340]);
  expect([x(0), x(1_800_000), x(9e9)]).toEqual([140, 740, 1_340]);
  expect(at(x(600_000))).toBe(600_000);
});

test('what is too short to be seen does not cut a bar in two', () => {
  const spans = [
    { state: 'open', from: 0, to: 10 },
    { state: 'halfOpen', from: 10, to: 11 },
    { state: 'open', from: 11, to: 20 },
    { state: 'closed', from: 20, to: 30 },
  ];
  expect(joined(spans, 5)).toEqual([
    { state: 'open', from: 0, to: 20 },
    { state: 'closed', from: 20, to: 30 },
  ]);
  expect(joined(spans, 1)).toEqual(spans);
});

test('the axis names whole steps, with seconds or days where they are needed', () => {
  expect(axisOf(whole, 12)).toMatchObject({ seconds: false, days: false, at: expect.arrayContaining([300_000]) });
  expect(axisOf({ from: 0, to: 60_000 }, 12)).toMatchObject({ seconds: true });
  expect(axisOf({ from: 0, to: 20 * 86_400_000 }, 12)).toMatchObject({ days: true });
});

test.each(['utc', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'])(
  'a time written in %s is the moment meant',
  (zone) => {
    for (const at of [
      Date.UTC(2026, 10, 17, 14, 3, 12),
      Date.UTC(2026, 6, 1, 0, 0, 0),
      Date.UTC(2026, 2, 29, 12, 0, 0),
    ]) {
      expect(momentOf(wallOf(at, zone), zone)).toBe(at);
    }
    expect(momentOf('no time', zone)).toBeNull();
  },
);

test('the filters of incidents and the chosen one are read from the address; what is not understood is left out', () => {
  const search = { state: 'resolved', provider: 'deepseek-v3', row: 14 } as const;
  expect(readIncidentsSearch({ ...search, more: 1 })).toEqual(search);
  expect(readIncidentsSearch({ state: 'perhaps', provider: '', row: -1 })).toEqual({});
  expect(incidentFilterOf(search)).toEqual({ unresolved: false, provider: 'deepseek-v3' });
  expect(incidentFilterOf({})).toEqual({ unresolved: undefined, provider: undefined });
});
