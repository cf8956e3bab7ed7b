import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../server/core/budget.ts';

function takeAll(budget: RetryBudget, now: number): number {
  let taken = 0;
  while (taken < 1_000 && budget.take(now)) taken += 1;
  return taken;
}

describe('the budget for further tries', () => {
  it('gives three at the start, and three more each second', () => {
    const budget = new RetryBudget();
    expect(takeAll(budget, 0)).toBe(3);
    expect(takeAll(budget, 0)).toBe(0);
    expect(takeAll(budget, 1_000)).toBe(3);
    expect(takeAll(budget, 1_100)).toBe(0);
    expect(takeAll(budget, 2_000)).toBe(3);
  });

  it('gives one more for each ten requests', () => {
    const budget = new RetryBudget();
    takeAll(budget, 0);
    for (let count = 0; count < 101; count += 1) budget.request(0);
    expect(takeAll(budget, 0)).toBe(10);
  });

  it('saves up no more than thirty, however long it is quiet and however many requests come', () => {
    const budget = new RetryBudget();
    for (let count = 0; count < 10_000; count += 1) budget.request(0);
    expect(takeAll(budget, 86_400_000)).toBe(30);
  });

  it('takes nothing back and gives nothing when time stands still or goes back', () => {
    const budget = new RetryBudget();
    takeAll(budget, 5_000);
    expect(budget.take(1_000)).toBe(false);
    expect(budget.take(1_000)).toBe(false);
  });
});
