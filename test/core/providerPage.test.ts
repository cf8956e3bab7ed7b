import { expect, test } from 'vitest';
import type { ShownState } from '../../server/core/circuit/types.ts';
import type { ProviderMinute } from '../../server/core/minutes.ts';
import { bucketOf } from '../../server/core/percentile.ts';
import { closedTime, pointsOf, totalsOf } from '../../server/core/providerPage.ts';
import { event } from '../db/support/records.ts';

const [from, to] = [1_000_000, 1_100_000];
const closed = { state: 'closed' as const, since: 0 };
const move = (at: number, before: ShownState, after: ShownState) => event(at, { at, from: before, to: after });

test.each([
  ['no transition, closed all along', [], closed, null, [1, 100_000]],
  ['no transition, and it runs since 40 s', [], { ...closed, since: to - 40_000 }, null, [1, 40_000]],
  ['tripped before, and nothing since', [move(1, 'closed', 'tripped')], closed, null, [0, 100_000]],
  ['opened in the middle, heard before', [move(1_050_000, 'closed', 'open')], closed, 1_030_000, [2 / 7, 70_000]],
  ['opened in the middle, not heard before', [move(1_050_000, 'closed', 'open')], closed, null, [0, 50_000]],
  [
    'open for a quarter of it, in any order',
    [move(1_075_000, 'halfOpen', 'closed'), move(5, 'open', 'closed'), move(1_050_000, 'closed', 'open')],
    closed,
    from,
    [0.75, 100_000],
  ],
] as const)('closed time: %s', (_what, events, entry, heardFrom, [closedShare, knownMs]) => {
  const known = closedTime(events, entry, { from, to, heardFrom });
  expect(known.knownMs).toBe(knownMs);
  expect(known.closedShare).toBeCloseTo(closedShare, 10);
});

test('of no time at all nothing is known, which is not 0', () => {
  expect(closedTime([], { ...closed, since: to }, { from, to, heardFrom: null })).toEqual({
    closedShare: null,
    knownMs: 0,
  });
});

function minute(at: number, changes: Partial<ProviderMinute>): ProviderMinute {
  return {
    ...{ at, provider: 'a', attempts: 0, succeeded: 0, failed: 0, cancelled: 0, skipped: 0, failures: {}, skips: {} },
    ...{ firstTokens: {}, firstTokenSumMs: 0, promptTokens: 0, completionTokens: 0, costNanoUsd: 0, unpriced: 0 },
    ...changes,
  };
}

test('each step has a point, one without calls with nothing known, and the last one is unfinished', () => {
  const minutes = [minute(60_000, { attempts: 3, failed: 1, firstTokens: { [bucketOf(400)]: 2 } })];
  const answers = [{ startedAt: 61_000, durationMs: 2_000 }];
  const points = pointsOf(minutes, answers, { from: 0, to: 130_000, stepMs: 60_000 });
  expect(points.map(({ at, attempts, firstTokens }) => [at, attempts, firstTokens])).toEqual([
    [0, 0, 0],
    [60_000, 3, 2],
    [120_000, 0, 0],
  ]);
  expect(points[0]).toMatchObject({ firstTokenP50Ms: null, durationP50Ms: null });
  expect(Math.abs((points[1]?.firstTokenP50Ms ?? 0) - 400)).toBeLessThan(11);
  expect(Math.abs((points[1]?.durationP95Ms ?? 0) - 2_000)).toBeLessThan(51);
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
  expect(sums).toMatchObject({ failures: { serverError: 3 }, skips: { open: 4 }, firstTokenP50Ms: null });
});
