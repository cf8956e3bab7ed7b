import { expect, test } from 'vitest';
import type { ShownState } from '../../server/core/circuit/types.ts';
import type { ProviderMinute } from '../../server/core/minutes.ts';
import { bucketOf } from '../../server/core/percentile.ts';
import { closedTime, pointsOf, statesOf, totalsOf } from '../../server/core/providerPage.ts';
import { event } from '../db/support/records.ts';

const [from, to] = [1_000_000, 1_100_000];
const time = { from, to, heardFrom: null, cut: false };
const closed = { state: 'closed' as const, since: 0 };
const move = (at: number, before: ShownState, after: ShownState) => event(at, { at, from: before, to: after });
const quarter = [
  move(1_075_000, 'halfOpen', 'closed'),
  move(5, 'open', 'closed'),
  move(1_050_000, 'closed', 'open'),
  move(1_070_000, 'open', 'halfOpen'),
];

test.each([
  ['no transition, closed all along', [], closed, {}, [1, 100_000]],
  ['no transition, and it runs since 40 s', [], { ...closed, since: to - 40_000 }, {}, [1, 40_000]],
  [
    'no transition, and it was heard in an earlier run',
    [],
    { ...closed, since: to },
    { heardFrom: from },
    [1, 100_000],
  ],
  [
    'tripped before, and nothing since',
    [move(1, 'closed', 'tripped')],
    { state: 'tripped', since: 1 },
    {},
    [0, 100_000],
  ],
  [
    'a move that is not on record yet',
    [move(1, 'open', 'closed')],
    { state: 'open', since: to - 20_000 },
    {},
    [0.8, 100_000],
  ],
  [
    'opened in the middle, heard before',
    [move(1_050_000, 'closed', 'open')],
    { state: 'open', since: 1_050_000 },
    { heardFrom: 1_030_000 },
    [2 / 7, 70_000],
  ],
  [
    'opened in the middle, not heard before',
    [move(1_050_000, 'closed', 'open')],
    { state: 'open', since: 1_050_000 },
    {},
    [0, 50_000],
  ],
  [
    'more transitions than are read',
    quarter.slice(2),
    { ...closed, since: 1_080_000 },
    { heardFrom: from, cut: true },
    [0.4, 50_000],
  ],
  ['open for a quarter of it, in any order', quarter, { ...closed, since: 1_075_000 }, {}, [0.75, 100_000]],
] as const)('closed time: %s', (_what, events, entry, changes, [closedShare, knownMs]) => {
  const known = closedTime(statesOf(events, entry, { ...time, ...changes }));
  expect(known.knownMs).toBe(knownMs);
  expect(known.closedShare).toBeCloseTo(closedShare, 10);
});

test('what it was in has no gaps, and each state once in a row', () => {
  expect(statesOf(quarter, closed, time)).toEqual([
    { from, to: 1_050_000, state: 'closed' },
    { from: 1_050_000, to: 1_070_000, state: 'open' },
    { from: 1_070_000, to: 1_075_000, state: 'halfOpen' },
    { from: 1_075_000, to, state: 'closed' },
  ]);
});

test('of no time at all nothing is known, which is not 0', () => {
  expect(closedTime(statesOf([], { ...closed, since: to }, time))).toEqual({ closedShare: null, knownMs: 0 });
});

function minute(at: number, changes: Partial<ProviderMinute>): ProviderMinute {
  return {
    ...{ at, provider: 'a', attempts: 0, succeeded: 0, failed: 0, cancelled: 0, skipped: 0, failures: {}, skips: {} },
    ...{ firstTokens: {}, firstTokenSumMs: 0, promptTokens: 0, completionTokens: 0, costNanoUsd: 0, unpriced: 0 },
    durations: {},
    ...changes,
  };
}

test('each step has a point, one without calls with nothing known, and the last one is unfinished', () => {
  const lengths = { firstTokens: { [bucketOf(400)]: 2 }, durations: { [bucketOf(2_000)]: 1 } };
  const minutes = [minute(60_000, { attempts: 3, failed: 1, ...lengths })];
  const points = pointsOf(minutes, { from: 0, to: 130_000, stepMs: 60_000 });
  expect(points.map(({ at, attempts, firstToken, answer }) => [at, attempts, firstToken.of, answer.of])).toEqual([
    [0, 0, 0, 0],
    [60_000, 3, 2, 1],
    [120_000, 0, 0, 0],
  ]);
  expect(points[0]).toMatchObject({ firstToken: { p50Ms: null }, answer: { p95Ms: null } });
  expect(Math.abs((points[1]?.firstToken.p50Ms ?? 0) - 400)).toBeLessThan(11);
  expect(Math.abs((points[1]?.answer.p95Ms ?? 0) - 2_000)).toBeLessThan(51);
});

test('totals add up every step and every kind', () => {
  const sums = totalsOf(
    [
      minute(0, { attempts: 2, failed: 2, failures: { serverError: 2 }, costNanoUsd: 5 }),
      minute(60_000, {
        attempts: 3,
        succeeded: 2,
        failed: 1,
        skipped: 4,
        failures: { serverError: 1 },
        skips: { open: 4 },
      }),
    ],
    { closedShare: null, knownMs: 0 },
  );
  expect(sums).toMatchObject({ attempts: 5, succeeded: 2, failed: 3, skipped: 4, costNanoUsd: 5 });
  expect(sums).toMatchObject({ failures: { serverError: 3 }, skips: { open: 4 }, firstToken: { of: 0, p50Ms: null } });
});
