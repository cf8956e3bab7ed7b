import { expect, test } from 'vitest';
import { groupEvidence, readEvidence } from '../../web/diagram/evidence.ts';
import { chainWords, distanceWords, placeWords, priceWords, whoWords, whyWords } from '../../web/diagram/sentences.ts';
import { chainOf, entryOf, providerOf } from '../support/webCircuits.ts';

test.each([
  [0, 'first choice'],
  [1, 'first fallback'],
  [10, 'tenth fallback'],
  [19, '19th fallback'],
])('place %i of a chain is its %s', (place, words) => {
  expect(placeWords(place)).toBe(words);
});

test.each([
  [['a', 'b', 'c'], { initialMs: 250, factor: 2 }, 'three-try chain · 250 ms, doubling, between tries'],
  [['a', 'b'], { initialMs: 1_500, factor: 1 }, 'two-try chain · 1.5 s between tries'],
  [['a', 'b'], { initialMs: 100, factor: 1.5 }, 'two-try chain · 100 ms, 1.5 times longer each, between tries'],
  [['a'], { initialMs: 250, factor: 2 }, 'one-try chain'],
])('a chain of %j says how it waits', (providers, backoff, words) => {
  expect(chainWords(chainOf(providers, { backoff }))).toBe(words);
});

test.each([
  [{}, '0 of 5 failures towards opening'],
  [{ failuresInARow: 3 }, '3 of 5 failures towards opening'],
  [{ failuresInARow: 3, timeoutsInARow: 2 }, '2 of 3 time-outs towards opening'],
  [
    { failuresInARow: 2, window: { calls: 20, failures: 9, rate: 0.45, ms: 60_000 } },
    '45 % of 20 calls failing, opens at 50 %',
  ],
  // Too few calls: the rate does not count yet.
  [{ failuresInARow: 2, window: { calls: 3, failures: 3, rate: 1, ms: 60_000 } }, '2 of 5 failures towards opening'],
])('the distance to opening is by the nearest rule: %j', (told, words) => {
  expect(distanceWords(entryOf('a', told))).toBe(words);
});

test.each([
  [{ state: 'open', cause: 'failures', evidence: ['r1/0', 'r2/0'] }, '2 failures in a row'],
  [{ state: 'open', cause: 'credentials' }, 'it refused our key: ours to mend'],
  [{ state: 'halfOpen', cause: 'timeouts' }, 'time-outs in a row'],
  [{ state: 'halfOpen', by: 'ops', reason: 'looks better' }, 'reset by ops: looks better'],
  [{ state: 'tripped', reason: 'bad answers' }, '“bad answers”'],
  [{ state: 'closed', ramp: { share: 0.4, until: 1 } }, 'back, with 40 % of its traffic'],
] as const)('why it is so, in a sentence: %j', (told, words) => {
  expect(whyWords(entryOf('a', { ...told, evidence: 'evidence' in told ? [...told.evidence] : [] }))).toBe(words);
});

test.each([
  [
    entryOf('a', { state: 'open', cause: 'failures', evidence: ['r/0', 's/0'], probe: { out: 0, of: 1, failed: 1 } }),
    'opened by itself · 1 probe failed',
  ],
  [entryOf('a', { state: 'tripped', by: 'ops-day', automatic: 'open' }), 'tripped by ops-day · open beneath'],
  [entryOf('a', { carries: ['lucy'] }), 'carries lucy now · 0.6× the price'],
  [
    entryOf('a', { carries: ['lucy', 'max', 'ida'], by: 'ops' }),
    'closed by ops · carries lucy and 2 more now · 0.6× the price',
  ],
  [entryOf('a'), ''],
])('who moved it and what it carries: %#', (entry, words) => {
  expect(whoWords(entry, providerOf('a', { priceRatios: { lucy: 0.6, max: 7 } }), 'lucy')).toBe(words);
});

test('a price that is not known, or the same, is not spoken of', () => {
  expect([null, 1, 0.04, 2.25, 12.4].map((ratio) => priceWords(ratio))).toEqual([
    null,
    null,
    '0.04× the price',
    '2.3× the price',
    '12× the price',
  ]);
});

test('what opened a circuit is told by kind, each linked to its requests', () => {
  const evidence = readEvidence(['r1/0', 'r2/1', 'r3/0', 'broken', 'gone/0']);
  const groups = groupEvidence(evidence, [
    { id: 'r1/0', word: '503' },
    { id: 'r2/1', word: 'firstToken' },
    { id: 'r3/0', word: 'firstToken' },
  ]);
  expect(groups.map(({ words }) => words)).toEqual(['2 time-outs', 'one 503']);
  expect(groups[0]?.evidence.map(({ requestId }) => requestId)).toEqual(['r2', 'r3']);
});
