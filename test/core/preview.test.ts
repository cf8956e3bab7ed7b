import { expect, test } from 'vitest';
import { type Alike, previewTrip } from '../../server/core/preview.ts';
import { provenAMinute } from '../../server/core/survival.ts';

const all = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];

function alike(requests: number, changes: Partial<Alike> = {}): Alike {
  return { takers: all, first: 'deepseek-v3', servedBy: 'deepseek-v3', requests, ...changes };
}

interface Given {
  minutes: Alike[][];
  out?: string[];
  most?: Record<string, number>;
  windowMs?: number;
}

function preview({ minutes, out = [], most = {}, windowMs = 900_000 }: Given) {
  return previewTrip({
    provider: 'deepseek-v3',
    windowMs,
    minutes,
    admits: (name) => !out.includes(name),
    proven: (name) => most[name] ?? 10_000,
  });
}

test('each request goes to the next of its chain that can take it and is in', () => {
  const minutes = [
    [alike(1_000), alike(31, { takers: ['deepseek-v3', 'qwen-72b'] }), alike(13, { takers: ['deepseek-v3'] })],
    [alike(240)],
  ];
  expect(preview({ minutes })).toEqual({
    provider: 'deepseek-v3',
    windowMs: 900_000,
    requests: 1_284,
    moved: [
      { provider: 'llama-3.3-70b', requests: 1_240 },
      { provider: 'qwen-72b', requests: 31 },
    ],
    nobody: 13,
    beyondProven: 0,
    sentence:
      'In the last 15 minutes 1,284 requests tried deepseek-v3 first: 1,240 would have gone to llama-3.3-70b, 31 would have gone to qwen-72b, 13 would have had nobody.',
  });
});

test('a provider that is out now takes nothing, and with it may go the last one', () => {
  const minutes = [[alike(10), alike(5, { takers: ['deepseek-v3', 'llama-3.3-70b'] })]];
  expect(preview({ minutes, out: ['llama-3.3-70b'] })).toMatchObject({
    moved: [{ provider: 'qwen-72b', requests: 10 }],
    nobody: 5,
  });
});

test('requests that tried another first, or nobody, stay where they are', () => {
  const minutes = [[alike(7, { first: 'llama-3.3-70b', servedBy: 'llama-3.3-70b' }), alike(3, { first: null })]];
  expect(preview({ minutes })).toMatchObject({ requests: 0, moved: [], nobody: 0 });
});

test('one that was tried first and failed is counted too: the trip would have spared it the failure', () => {
  const minutes = [[alike(4, { servedBy: 'qwen-72b' })]];
  expect(preview({ minutes })).toMatchObject({ requests: 4, moved: [{ provider: 'llama-3.3-70b', requests: 4 }] });
});

test('what is over the most the next one has carried in a minute is beyond what is proven', () => {
  const minutes = [[alike(100)], [alike(30)]];
  const counted = preview({ minutes, most: { 'llama-3.3-70b': 60 } });
  expect(counted.beyondProven).toBe(40);
  expect(counted.sentence).toMatch(/: 130 would have gone to llama-3\.3-70b\. 40 of them are more than/);
});

test('what the next one carried anyway takes from its room, and what it rescued then does not', () => {
  const own = alike(50, { first: 'llama-3.3-70b', servedBy: 'llama-3.3-70b' });
  const rescued = alike(20, { servedBy: 'llama-3.3-70b' });
  expect(preview({ minutes: [[own, rescued]], most: { 'llama-3.3-70b': 60 } }).beyondProven).toBe(10);
});

test.each([
  [900_000, 'In the last 15 minutes no request tried deepseek-v3 first, so nobody would have noticed.'],
  [60_000, 'In the last minute no request tried deepseek-v3 first, so nobody would have noticed.'],
  [42_000, 'In the last 42 seconds no request tried deepseek-v3 first, so nobody would have noticed.'],
])('with nothing to move in %d ms it says so', (windowMs, sentence) => {
  expect(preview({ minutes: [], windowMs }).sentence).toBe(sentence);
});

test('what a provider bears is what it has carried, and no more than its rate limit lets through', () => {
  const headroom = { counts: 'tokens' as const, left: 0, limit: 1, callsAMinute: 7, until: 0 };
  const spentUntil = null;
  expect(provenAMinute(100, { headroom, spentUntil })).toBe(7);
  expect(provenAMinute(5, { headroom, spentUntil })).toBe(5);
  expect(provenAMinute(100, { headroom: { ...headroom, callsAMinute: null }, spentUntil })).toBe(100);
  expect(provenAMinute(100, { headroom: null, spentUntil })).toBe(100);
  expect(provenAMinute(100, { headroom: null, spentUntil: 1 })).toBe(0);
});
