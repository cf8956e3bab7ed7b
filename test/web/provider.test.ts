import { expect, test } from 'vitest';
import type { ProviderPoint } from '../../server/core/providerPage.ts';
import { middles, unfinishedFrom } from '../../web/provider/drawing.ts';
import { differences } from '../../web/provider/ghostWords.ts';
import { failedBy, kindSeries, maxKinds } from '../../web/provider/kindSeries.ts';
import { machineWords } from '../../web/provider/machineWords.ts';
import { axisWord, readProviderSearch } from '../../web/provider/range.ts';
import { settingGroups } from '../../web/provider/settingGroups.ts';
import { defaults } from '../support/breaker.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const none = { of: 0, p50Ms: null, p95Ms: null };
const point = (at: number, failures: Record<string, number> = {}): ProviderPoint => {
  return { at, attempts: 0, succeeded: 0, failed: 0, skipped: 0, failures, firstToken: none, answer: none };
};

test('a step that is not over is unfinished from its beginning, and stands in the middle of what there is of it', () => {
  const points = [point(0), point(minuteMs)];
  expect(unfinishedFrom(points, 90_000, minuteMs)).toBe(minuteMs);
  expect(middles(points, 90_000, minuteMs).map(({ at }) => at)).toEqual([30_000, 75_000]);
  expect(unfinishedFrom(points, 2 * minuteMs, minuteMs)).toBeNull();
  expect(unfinishedFrom([], 90_000, minuteMs)).toBeNull();
});

test('the most frequent kinds of failure are drawn each by itself, the others together, and none is lost', () => {
  const failures = Object.fromEntries(Array.from({ length: maxKinds + 2 }, (_, place) => [`kind${place}`, place + 1]));
  const points = [point(0, failures), point(minuteMs, { kind0: 90 })];
  const { kinds, others } = kindSeries(points);
  expect(kinds[0]).toBe('kind0');
  expect(kinds).toHaveLength(maxKinds);
  expect(others.sort()).toEqual(['kind1', 'kind2']);
  expect(failedBy(point(0, failures), [...kinds, ...others])).toBe(28);
  expect(failedBy(point(0), kinds)).toBe(0);
});

test('what a ghost has otherwise is said in the words of the config', () => {
  expect(differences(defaults, defaults)).toEqual([]);
  expect(differences({ ...defaults, failures: 3, openMs: 90_000, recheckMs: 10_000 }, defaults)).toEqual([
    `failures 3, not ${defaults.failures}`,
    'open 1 m 30 s, not 5 m',
    'recheck 10 s, not off',
  ]);
});

test('the machine is told with the settings in force', () => {
  const words = machineWords({ ...defaults, failures: 4, openMs: 120_000, openMaxMs: 240_000, probes: 2, rampMs: 0 });
  expect(words.opens[0]).toBe('4 failures in a row,');
  expect(words.cools).toEqual(['after 2 m', 'doubling, up to 4 m']);
  expect(words.tries).toBe('2 calls at once try it (probe: caller)');
  expect(words.closes.at(-1)).toBe('at once');
});

test('an axis over several days says the day', () => {
  const at = Date.UTC(2026, 10, 22, 14, 5);
  expect(axisWord(at, 'utc', { from: at - hourMs, now: at })).toBe('14:05');
  expect(axisWord(at, 'utc', { from: at - 168 * hourMs, now: at })).toBe('11-22 14:05');
  const read = ['7d', '30d', undefined].map((last) => readProviderSearch({ last }));
  expect(read).toEqual([{ last: '7d' }, {}, {}]);
});

test('settings stand by their section, and each ghost by itself', () => {
  const keys = [
    'model',
    'timeouts.idle',
    'breaker.failures',
    'breaker.ghosts.eager.failures',
    'retries',
    'breaker.ghosts',
  ];
  const settings = keys.map((key) => ({ key, value: '1', from: 'default' as const, where: null }));
  const groups = settingGroups(settings).map(({ title, settings: own }) => [title, ...own.map(({ short }) => short)]);
  expect(groups).toEqual([
    ['provider', 'model', 'retries'],
    ['timeouts', 'idle'],
    ['breaker', 'failures', 'ghosts'],
    ['breaker.ghosts.eager', 'failures'],
  ]);
});
