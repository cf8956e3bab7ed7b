import { describe, expect, test } from 'vitest';
import { callClocksOf } from '../../server/core/callClocks.ts';
import { againstFirstChoice, sparedWaitMs } from '../../server/core/explained.ts';
import { attemptOf } from '../support/recordOf.ts';
import { eventOf } from '../support/webCircuits.ts';

const skip = (ordinal: number, word: string) =>
  attemptOf({ ordinal, provider: 'first', outcome: 'skipped', word, permit: null, durationMs: 0 });
const failures = new Map([10_000, 400, 9_000].map((durationMs, at) => [`R${at}/0`, { durationMs }]));

describe('the wait that open circuits spared', () => {
  const because = (...evidence: string[]) => eventOf({ seq: 1, at: 0, evidence });

  test.each<[string, string, string[], number | null]>([
    ['the median of the failures behind it', 'open', ['R0/0', 'R1/0', 'R2/0'], 9_000],
    ['of those that the record still has', 'open', ['R0/0', 'gone/0'], 10_000],
    ['of a failed probe', 'halfOpen', ['R1/0'], 400],
    ['of an answer with 429', 'throttled', ['R1/0'], 400],
    ['nothing known', 'open', ['gone/0'], null],
    ['none by itself: tripped by hand', 'tripped', ['R0/0'], null],
    ['none: it cannot take the request', 'cannot_take', ['R0/0'], null],
    ['none: it was back, and its ramp was full', 'ramping', ['R0/0'], null],
  ])('%s', (_name, word, evidence, ms) => {
    expect(sparedWaitMs({ attempts: [skip(0, word)] }, { 0: because(...evidence) }, failures)).toBe(ms);
  });

  test('is the sum over its skips, and nothing of attempts that were made', () => {
    const attempts = [skip(0, 'open'), skip(1, 'open'), attemptOf({ ordinal: 2 })];
    expect(sparedWaitMs({ attempts }, { 0: because('R0/0'), 1: because('R1/0') }, failures)).toBe(10_400);
    expect(sparedWaitMs({ attempts: [attemptOf()] }, {}, failures)).toBeNull();
  });
});

describe('against the first choice', () => {
  const usage = { promptTokens: 100, cachedTokens: 0, completionTokens: 10, estimated: false };
  const answer = attemptOf({ ordinal: 1, provider: 'second', usage, costNanoUsd: 90_000 });
  const prices = new Map([['first', { input: 0.5, cachedInput: 0.1, output: 1 }]]);
  const asked = { attempts: [skip(0, 'open'), answer], servedBy: 'second' };

  test('the same tokens at its price: 100 at half a dollar and 10 at one, a million', () => {
    expect(againstFirstChoice(asked, prices)).toEqual({ provider: 'first', extraNanoUsd: 90_000 - 60_000 });
  });

  test.each([
    ['its price is not known', asked, new Map([['first', null]])],
    ['it is in the config no more', asked, new Map()],
    ['nobody answered', { ...asked, servedBy: null }, prices],
    ['it answered itself', { attempts: [attemptOf({ provider: 'first' })], servedBy: 'first' }, prices],
    ['the answer has no price', { ...asked, attempts: [skip(0, 'open'), { ...answer, costNanoUsd: null }] }, prices],
    ['the answer has no tokens', { ...asked, attempts: [skip(0, 'open'), { ...answer, usage: null }] }, prices],
  ])('not said where %s', (_name, request, known) => {
    expect(againstFirstChoice(request, known)).toBeNull();
  });
});

describe('the clocks over a call of a request in the record', () => {
  const timeouts = {
    ...{ connectMs: 3_000, firstTokenMs: 10_000, perThousandTokensMs: 250 },
    ...{ idleMs: 20_000, totalMs: 600_000, answerMs: 60_000 },
  };
  const needs = { images: false, tools: false, jsonSchema: false, promptTokens: 2_000 };
  const clocks = (assemble: boolean, stream: boolean) =>
    callClocksOf({ timeouts, assemble, dialect: 'openai' }, { stream, needs });

  test('a longer prompt has longer for its first token', () =>
    expect(clocks(false, true)).toMatchObject({ connectMs: 3_000, firstTokenMs: 10_500, answerMs: null }));
  test('a plain one that is put together from a stream has the same', () =>
    expect(clocks(true, false)).toEqual(clocks(false, true)));
  test('what is asked for plainly has one clock for the whole answer to begin', () =>
    expect(clocks(false, false)).toMatchObject({ firstTokenMs: null, answerMs: 60_000, idleMs: 20_000 }));
});
