import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AbortBilling } from '../../server/core/dialects/types.ts';
import { addCosts, addUsage, type Billed, chargeOf, costNanoUsd } from '../../server/core/money.ts';
import type { Usage } from '../../server/core/records.ts';

const price = { input: 0.27, cachedInput: 0.07, output: 1.1 };
const usage = (promptTokens: number, cachedTokens: number, completionTokens: number): Usage => ({
  promptTokens,
  cachedTokens,
  completionTokens,
  estimated: false,
});
const count = fc.nat({ max: 2_000_000 });
const anyUsage = fc.tuple(count, count, count).map(([prompt, cached, completion]) => usage(prompt, cached, completion));
/** Prices in thousandths of a dollar, so that the exact cost is an integer. */
const anyPrice = fc.tuple(count, count, count).map(([input, cachedInput, output]) => ({ input, cachedInput, output }));

describe('a cost', () => {
  it('is in nano-dollars, with cached tokens at their own price', () => {
    expect(costNanoUsd(usage(1_000_000, 0, 0), price)).toBe(270_000_000);
    expect(costNanoUsd(usage(1_000_000, 1_000_000, 0), price)).toBe(70_000_000);
    expect(costNanoUsd(usage(100, 40, 10), price)).toBe(60 * 270 + 40 * 70 + 10 * 1_100);
  });

  it('is unknown, never nothing, without a price or usage; and nothing where the price is nothing', () => {
    expect(costNanoUsd(usage(1, 0, 1), null)).toBeNull();
    expect(costNanoUsd(null, price)).toBeNull();
    expect(costNanoUsd(usage(9, 0, 9), { input: 0, cachedInput: 0, output: 0 })).toBe(0);
    expect(costNanoUsd(usage(9, 0, 9), { input: Number.NaN, cachedInput: 0, output: 0 })).toBeNull();
  });

  it('is what exact arithmetic says', () => {
    fc.assert(
      fc.property(anyUsage, anyPrice, (used, thousandths) => {
        const exactPrice = {
          input: thousandths.input / 1_000,
          cachedInput: thousandths.cachedInput / 1_000,
          output: thousandths.output / 1_000,
        };
        const cached = Math.min(used.cachedTokens, used.promptTokens);
        const exact =
          BigInt(used.promptTokens - cached) * BigInt(thousandths.input) +
          BigInt(cached) * BigInt(thousandths.cachedInput) +
          BigInt(used.completionTokens) * BigInt(thousandths.output);
        expect(costNanoUsd(used, exactPrice)).toBe(Number(exact));
      }),
    );
  });

  it('is a whole number that does not shrink when more tokens are used', () => {
    fc.assert(
      fc.property(anyUsage, count, (used, more) => {
        const less = costNanoUsd(used, price);
        const greater = costNanoUsd({ ...used, completionTokens: used.completionTokens + more }, price);
        expect(Number.isSafeInteger(less)).toBe(true);
        expect(greater).toBeGreaterThanOrEqual(less ?? Number.POSITIVE_INFINITY);
      }),
    );
  });
});

describe('sums', () => {
  it('of costs are unknown as soon as a part is, or when there is none', () => {
    expect(addCosts([1, 2, 3])).toBe(6);
    expect(addCosts([0])).toBe(0);
    expect(addCosts([1, null])).toBeNull();
    expect(addCosts([])).toBeNull();
  });

  it('of usage leave out what is unknown, and are estimated as soon as a part is', () => {
    expect(addUsage([usage(1, 0, 2), null, { ...usage(10, 5, 20), estimated: true }])).toEqual({
      ...usage(11, 5, 22),
      estimated: true,
    });
    expect(addUsage([null])).toBeNull();
    expect(addUsage([])).toBeNull();
  });

  it('of usage leave the parts as they are', () => {
    const part = usage(1, 1, 1);
    addUsage([part, part]);
    expect(part).toEqual(usage(1, 1, 1));
  });
});

describe('what an attempt is taken to be billed', () => {
  const stops: AbortBilling = { promptShare: null, failedShare: null, writesOn: false, source: null };
  const whole: AbortBilling = { promptShare: 1, failedShare: 0, writesOn: true, source: null };
  const billed = (changes: Partial<Billed>): Billed => ({
    ...{ reported: null, kind: null, status: null, contentSeen: false, characters: 0, promptTokens: 1_000 },
    ...changes,
  });
  const estimated = (promptTokens: number, completionTokens: number): Usage => ({
    ...{ promptTokens, cachedTokens: 0, completionTokens, estimated: true },
  });

  it('is what the provider reported, however it ended', () => {
    const reported = usage(7, 0, 3);
    const charge = chargeOf(billed({ reported, kind: 'idle', contentSeen: true }), whole);
    expect(charge).toEqual({ usage: reported, mayHaveCost: false });
  });

  it('is the prompt and what came, estimated, when it broke after content', () => {
    const charge = chargeOf(billed({ kind: 'cut', status: 200, contentSeen: true, characters: 40 }), stops);
    expect(charge).toEqual({ usage: estimated(1_000, 10), mayHaveCost: false });
  });

  const rows: [Billed['kind'], number | null, AbortBilling, Usage | null, boolean][] = [
    ['firstToken', null, whole, estimated(1_000, 0), false],
    ['evacuated', null, whole, estimated(1_000, 0), false],
    ['callerLeft', null, { ...whole, promptShare: 0.5 }, estimated(500, 0), false],
    ['firstToken', null, stops, null, true],
    ['callerLeft', 200, stops, null, true],
    ['firstToken', null, { ...stops, promptShare: 0 }, null, false],
    ['raced', null, stops, estimated(1_000, 0), false],
    ['raced', null, { ...stops, promptShare: 0 }, null, false],
    ['empty', 200, whole, null, false],
    ['cut', 200, stops, null, true],
    ['serverError', 503, stops, null, false],
    ['throttled', 429, whole, null, false],
    ['connect', null, whole, null, false],
    ['reset', null, whole, null, false],
  ];
  it.each(rows)('without content, by %s and status %s under %o', (kind, status, abort, expected, mayHaveCost) => {
    expect(chargeOf(billed({ kind, status }), abort)).toEqual({ usage: expected, mayHaveCost });
  });
});
