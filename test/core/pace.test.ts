import { describe, expect, test } from 'vitest';
import { HedgeBudget } from '../../server/core/hedge.ts';
import { Pace } from '../../server/core/pace.ts';
import { overdueMs, suspiciousAt } from '../../server/core/silence.ts';

const kind = { provider: 'a', promptTokens: 500, streamed: true };

function paceOf(times: number[]): Pace {
  const pace = new Pace();
  for (const ms of times) pace.add(kind, ms);
  return pace;
}

describe('how long a provider takes to its first content', () => {
  test('is not known from fewer than twenty calls', () => {
    expect(paceOf(Array(19).fill(500)).p95Ms(kind)).toBe(null);
    expect(paceOf(Array(20).fill(500)).p95Ms(kind)).toBe(500);
  });

  test('is what nineteen in twenty do not exceed', () => {
    expect(paceOf(Array.from({ length: 100 }, (_, index) => 100 - index)).p95Ms(kind)).toBe(95);
  });

  test('is of the last hundred calls only', () => {
    expect(paceOf([...Array(1_000).fill(9_000), ...Array(100).fill(300)]).p95Ms(kind)).toBe(300);
  });

  test.each([
    ['another provider', { ...kind, provider: 'b' }],
    ['a longer prompt', { ...kind, promptTokens: 1_000 }],
    ['the longest prompts', { ...kind, promptTokens: 900_000 }],
    ['a plain answer', { ...kind, streamed: false }],
  ])('says nothing of %s', (_name, other) => {
    const pace = paceOf(Array(100).fill(500));
    expect([pace.p95Ms(other), pace.p95Ms({ ...kind, promptTokens: 999 })]).toEqual([null, 500]);
  });
});

describe('a call is overdue', () => {
  test.each([
    ['after three times the p95', 1_500, 10_000, 4_500],
    ['never before two seconds', 100, 10_000, 2_000],
    ['where no pace is known, after a third of its clock', null, 9_000, 3_000],
    ['where no pace is known and its clock is short, after two seconds', null, 3_000, 2_000],
  ])('%s', (_name, p95Ms, clockMs, expected) => {
    expect(overdueMs(p95Ms, clockMs)).toBe(expected);
  });
});

describe('suspicion falls', () => {
  test.each([
    ['when the fifth call is overdue, whatever their order', [7, 1, 5, 9, 3, 20], 5, 9],
    ['never on fewer calls', [1, 2, 3, 4], 5, null],
    ['never where it is off', [1, 2, 3], 0, null],
  ])('%s', (_name, dueAts, suspect, expected) => {
    expect(suspiciousAt(dueAts, suspect)).toBe(expected);
  });
});

describe('the budget of hedges', () => {
  test('allows one in fifty requests', () => {
    const budget = new HedgeBudget();
    let hedges = 0;
    for (let request = 0; request < 10_000; request += 1) {
      budget.request();
      if (budget.take()) hedges += 1;
    }
    expect(hedges).toBe(200);
  });

  test('saves up five at most', () => {
    const budget = new HedgeBudget();
    for (let request = 0; request < 10_000; request += 1) budget.request();
    expect(Array.from({ length: 10 }, () => budget.take()).filter((taken) => taken).length).toBe(5);
  });
});
