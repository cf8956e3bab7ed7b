import fc from 'fast-check';
import { expect, it } from 'vitest';
import { savingsOf } from '../../../server/core/savings/figures.ts';
import { anyRecord, factsOf } from '../../support/savingsRecords.ts';
import { slowSavings } from '../../support/savingsSlow.ts';

it('every figure is what walking each raw request again in both worlds gives', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const facts = factsOf(record);
      const found = savingsOf(facts);
      const slow = slowSavings(record);
      const ends = ({ low, high }: { low: number; high: number }): [number, number] => [low, high];
      expect(found.skips).toBe(slow.skips);
      expect(ends(found.attempts)).toEqual(slow.attempts);
      expect(ends(found.waitingMs)).toEqual(slow.waitingMs);
      expect(ends(found.caution)).toEqual(slow.caution);
      expect(found.leftOut.skips.tripped ?? 0).toBe(slow.tripped);
      expect(found.probes.nanoUsd).toBe(slow.probesNanoUsd);
      // Each tally is rounded once, by half a nano-dollar at most.
      const rounding = facts.tallies.skips.length;
      const near = (money: number, other: number) => expect(Math.abs(money - other)).toBeLessThanOrEqual(rounding);
      near(found.spend.low, slow.spend[0]);
      near(found.spend.high, slow.spend[1]);
      near(found.premium.low, slow.premium[0]);
      near(found.premium.high, slow.premium[1]);
      near(found.caution.rampPremium, slow.rampPremium);
      const { spend, premium, caution, probes } = found;
      expect(found.net.low).toBe(spend.low - premium.high - caution.rampPremium - probes.nanoUsd);
      expect(found.net.high).toBe(spend.high - premium.low - caution.rampPremium - probes.nanoUsd);
    }),
    { numRuns: 25 },
  );
}, 60_000);
