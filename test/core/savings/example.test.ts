import { describe, expect, it } from 'vitest';
import { dialects } from '../../../server/core/dialects/dialects.ts';
import { dayIn, daysOf, isZoneName } from '../../../server/core/savings/days.ts';
import { savingsOf, termsOf } from '../../../server/core/savings/figures.ts';
import { billingKinds, sharesOf } from '../../../server/core/savings/shares.ts';
import type { Opening, Tally } from '../../../server/core/savings/types.ts';

const noon = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;

const opening: Opening = {
  ...{ id: 'a/7', node: 'a', provider: 'deepseek-v3', cause: 'timeouts', evidence: [] },
  failures: [9_000, 10_000, 10_000, 10_000, 12_000].map((ms) => ({ kind: 'firstToken', ms })),
  ...{ openedAt: noon, lastDownAt: noon + 30 * minute, backAt: noon + 35 * minute },
  ...{ endedAt: noon + 35 * minute, endedBy: 'probe' },
};
const tally = (changes: Partial<Tally>): Tally => ({
  ...{ opening: 'a/7', provider: 'deepseek-v3', day: '2026-11-22', part: 'certain', caution: 'none', servedBy: null },
  ...{
    tokensKnown: true,
    costKnown: true,
    skips: 0,
    tokens: { prompt: 0, cached: 0, completion: 0 },
    fallbackNanoUsd: 0,
  },
  ...changes,
});
/** 86,102 skips before the last failed probe and 11,959 after it, of a thousand prompt tokens and a hundred of answer each. */
const before = tally({ skips: 86_102, tokens: { prompt: 86_102_000, cached: 0, completion: 8_610_200 } });
const between = tally({
  ...{ part: 'possible', caution: 'maybe', servedBy: 'llama-3.3-70b', skips: 11_959 },
  tokens: { prompt: 11_959_000, cached: 0, completion: 1_195_900 },
  fallbackNanoUsd: 5_000_000_000,
});
const facts = {
  openings: [opening],
  tallies: {
    skips: [before, between],
    leftOut: [{ provider: 'qwen-72b', day: '2026-11-22', reason: 'tripped' as const, skips: 212 }],
    probes: [{ opening: 'a/7', provider: 'deepseek-v3', day: '2026-11-22', probes: 6, nanoUsd: 12_000, unpriced: 0 }],
  },
  prices: new Map([['deepseek-v3', { input: 0.27, cachedInput: 0.07, output: 1.1 }]]),
  shares: new Map([['deepseek-v3', sharesOf(dialects.deepseek)]]),
};

describe('the savings of one outage', () => {
  it('are what a person adds up by hand', () => {
    const savings = savingsOf(facts);
    expect(savings.skips).toBe(98_061);
    expect(savings.attempts).toEqual({ low: 86_102, high: 98_061, mark: 'estimated' });
    expect(savings.waitingMs).toEqual({ low: 861_020_000, high: 980_610_000, mark: 'estimated' });
    // Nobody says whether DeepSeek bills the prompt of a call that is hung up on; it writes nothing on.
    expect(savings.spend).toEqual({ low: 0, high: 98_061 * 1_000 * 270, mark: 'assumed' });
    const own = 11_959 * (1_000 * 270 + 100 * 1_100);
    expect(savings.premium).toEqual({ low: 0, high: 5_000_000_000 - own, mark: 'estimated' });
    expect(savings.caution).toEqual({ low: 0, high: 11_959, ramp: 0, rampPremium: 0 });
    expect(savings.net).toEqual({ low: 0 - (5_000_000_000 - own) - 12_000, high: 98_061 * 270_000 - 12_000 });
    expect(savings.leftOut.skips).toEqual({ tripped: 212 });
  });

  it('have one term with the numbers in it', () => {
    expect(termsOf(facts)).toMatchObject([
      {
        eachMs: 10_000,
        promptShare: { low: 0, high: 1 },
        outputShare: { low: 0, high: 0 },
        tokens: { low: { prompt: 86_102_000 }, high: { prompt: 98_061_000 } },
        premiumOf: { answers: 11_959, fallbackNanoUsd: 5_000_000_000 },
      },
    ]);
  });

  it('count what has no price as left out, not as nothing', () => {
    const { spend, premium, leftOut } = savingsOf({ ...facts, prices: new Map() });
    expect([spend.high, premium.high]).toEqual([0, 0]);
    expect(leftOut).toMatchObject({ unpriced: 98_061, unpricedAnswers: 11_959 });
  });
});

describe('what a vendor bills', () => {
  it.each(Object.values(dialects))(
    '$name has a share for every way to fail, with a source where one is known',
    (dialect) => {
      const shares = sharesOf(dialect);
      expect(Object.keys(shares).sort()).toEqual([...billingKinds].sort());
      for (const { source, dated } of Object.values(shares)) expect(dated === null).toBe(source === null);
    },
  );

  it('is the prompt of what is hung up on at a vendor that writes on, and perhaps all it wrote', () => {
    expect(sharesOf(dialects.groq).timeout).toMatchObject({ promptShare: 1, outputShare: null });
  });
});

describe('a day', () => {
  it('is that of the zone, also where a change of clocks makes it 25 hours long', () => {
    const dayOf = dayIn('Europe/Berlin');
    const from = Date.UTC(2026, 9, 23, 22);
    expect(daysOf(from, from + 3 * 24 * 60 * minute, dayOf)).toEqual(['2026-10-24', '2026-10-25', '2026-10-26']);
    expect(dayOf(Date.UTC(2026, 9, 25, 22, 59))).toBe('2026-10-25');
    expect(dayOf(Date.UTC(2026, 9, 25, 23, 0))).toBe('2026-10-26');
    expect(daysOf(from, from, dayOf)).toEqual([]);
  });

  it('is of a zone that there is', () => {
    expect(isZoneName('Asia/Kathmandu')).toBe(true);
    expect(isZoneName('Mars/Olympus')).toBe(false);
  });
});
