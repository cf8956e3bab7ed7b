import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costNanoUsd } from '../../../server/core/money.ts';
import { nothing, savingsBy, savingsOf, termsOf } from '../../../server/core/savings/figures.ts';
import type { BillingShare, ProviderShares } from '../../../server/core/savings/shares.ts';
import { mergeTallies } from '../../../server/core/savings/tally.ts';
import type { Figures, SavingsFacts } from '../../../server/core/savings/types.ts';
import { anyRecord, anyShares, factsOf, providers } from '../../support/savingsRecords.ts';

const anyFacts = anyRecord.map(factsOf);
const holds = (property: (facts: SavingsFacts) => void) => fc.assert(fc.property(anyFacts, property), { numRuns: 60 });

const withShares = (facts: SavingsFacts, change: (share: BillingShare) => BillingShare): SavingsFacts => ({
  ...facts,
  shares: new Map(
    [...facts.shares].map(([provider, shares]) => [
      provider,
      Object.fromEntries(Object.entries(shares).map(([kind, share]) => [kind, change(share)])) as ProviderShares,
    ]),
  ),
});

describe('savings', () => {
  it('are no money where nothing is billed, whatever failed', () => {
    holds((facts) => {
      const free = withShares(facts, (share) => ({ ...share, promptShare: 0, outputShare: 0 }));
      const { spend } = savingsOf(free);
      expect([spend.low, spend.high]).toEqual([0, 0]);
    });
  });

  it('have a low end that is never above the high one, in every figure and every group', () => {
    holds((facts) => {
      for (const group of [
        ...savingsBy(facts, ({ day, provider }) => `${day} ${provider}`).values(),
        savingsOf(facts),
      ]) {
        for (const { low, high } of [
          group.attempts,
          group.waitingMs,
          group.spend,
          group.premium,
          group.net,
          group.caution,
        ]) {
          expect(low).toBeLessThanOrEqual(high);
          expect(Number.isSafeInteger(low) && Number.isSafeInteger(high)).toBe(true);
        }
        expect(group.attempts.high).toBeLessThanOrEqual(group.skips);
      }
    });
  });

  it('are never more than the full price of the tokens skipped', () => {
    holds((facts) => {
      let full = 0;
      for (const { provider, part, tokens } of facts.tallies.skips) {
        if (part === 'back' || part === 'unreached') continue;
        const usage = { promptTokens: tokens.prompt, cachedTokens: tokens.cached, completionTokens: tokens.completion };
        full += costNanoUsd({ ...usage, estimated: true }, facts.prices.get(provider) ?? null) ?? 0;
      }
      expect(savingsOf(facts).spend.high).toBeLessThanOrEqual(full);
    });
  });

  it('by provider, by day and by opening add up to the whole, to the last nano-dollar', () => {
    holds((facts) => {
      const whole = savingsOf(facts);
      for (const keyOf of [
        (by: { provider: string }) => by.provider,
        (by: { day: string }) => by.day,
        (by: { opening: { id: string } | null }) => by.opening?.id ?? 'none',
      ]) {
        expect(sum([...savingsBy(facts, keyOf).values()])).toEqual(whole);
      }
    });
  });

  it('are the same, however the time they are counted in is sliced', () => {
    holds((facts) => {
      const { skips, leftOut, probes } = facts.tallies;
      const slices = [0, 1, 2].map((slice) => ({
        skips: skips.filter((_, at) => at % 3 === slice),
        leftOut: leftOut.filter((_, at) => at % 3 === slice),
        probes: probes.filter((_, at) => at % 3 === slice),
      }));
      expect(savingsOf({ ...facts, tallies: mergeTallies(slices) })).toEqual(savingsOf(facts));
    });
  });

  it('grow when a share of the bill grows', () => {
    const grown = fc.nat(100).map((percent) => percent / 100);
    fc.assert(
      fc.property(anyFacts, anyShares, grown, (facts, shares, more) => {
        const given = { ...facts, shares: new Map(providers.map((provider) => [provider, shares])) };
        const grow = (share: number | null) => (share === null ? null : share + (1 - share) * more);
        const bigger = withShares(given, (share) => ({
          ...share,
          promptShare: grow(share.promptShare),
          outputShare: grow(share.outputShare),
        }));
        const [before, after] = [savingsOf(given), savingsOf(bigger)];
        expect(after.spend.low).toBeGreaterThanOrEqual(before.spend.low);
        expect(after.spend.high).toBeGreaterThanOrEqual(before.spend.high);
        expect(after.net.low).toBeGreaterThanOrEqual(before.net.low);
        expect([after.attempts, after.waitingMs, after.premium]).toEqual([
          before.attempts,
          before.waitingMs,
          before.premium,
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('are the sum of their terms, each made of the numbers that stand in it', () => {
    holds((facts) => {
      const terms = termsOf(facts);
      const whole = savingsOf(facts);
      const total = (of: (term: (typeof terms)[number]) => number) => terms.reduce((sum_, term) => sum_ + of(term), 0);
      expect(total(({ figures }) => figures.attempts.low)).toBe(whole.attempts.low);
      expect(total(({ figures }) => figures.spend.high)).toBe(whole.spend.high);
      expect(total(({ figures }) => figures.premium.high + figures.premium.low)).toBe(
        whole.premium.high + whole.premium.low,
      );
      for (const { figures, eachMs, premiumOf } of terms) {
        if (eachMs !== null) {
          expect(figures.waitingMs.low).toBe(figures.attempts.low * eachMs);
          expect(figures.waitingMs.high).toBe(figures.attempts.high * eachMs);
        }
        expect(figures.premium.high + figures.premium.low).toBe(premiumOf.fallbackNanoUsd - premiumOf.ownNanoUsd);
      }
    });
  });
});

function sum(groups: Figures[]): Figures {
  const whole = nothing();
  const marks = ['measured', 'estimated', 'assumed'];
  const addTo = (target: Record<string, unknown>, more: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(more)) {
      if (typeof value === 'number') target[key] = Number(target[key] ?? 0) + value;
      else if (typeof value === 'string') {
        target[key] = marks[Math.max(marks.indexOf(value), marks.indexOf(String(target[key])))];
      } else addTo(target[key] as Record<string, unknown>, value as Record<string, unknown>);
    }
  };
  for (const group of groups) addTo(whole as unknown as Record<string, unknown>, { ...group });
  return whole;
}
