import fc from 'fast-check';
import { expect, test } from 'vitest';
import { savingsBy } from '../../server/core/savings/figures.ts';
import * as core from '../../server/core/savings/known.ts';
import { knownOf, leftOutWords, netMark, shownOf } from '../../web/savings/words.ts';
import { unpricedFigures } from '../support/savingsCount.ts';
import { anyRecord, factsOf } from '../support/savingsRecords.ts';

test('pages and reports agree on what is known, of every group of any record', () => {
  fc.assert(
    fc.property(anyRecord.map(factsOf), (facts) => {
      for (const figures of savingsBy(facts, ({ day, provider }) => `${day} ${provider}`).values()) {
        expect(knownOf(figures)).toEqual(core.knownOf(figures));
        expect(netMark(figures)).toBe(core.netMark(figures));
      }
    }),
    { numRuns: 40 },
  );
});

test('what is not known is no nought, and probes without a price are named', () => {
  const figures = unpricedFigures();
  expect(shownOf(figures)).toEqual({ waitingMs: '–', spend: '–', premium: '–', probes: '–', net: '–' });
  expect(leftOutWords(figures, 0)).toContain('2 probes without a price, from the net');
});

test('a premium that was worked out is shown though the price of a part is missing', () => {
  const figures = { ...unpricedFigures(), premium: { low: 0, high: 4_000_000_000, mark: 'estimated' as const } };
  expect(shownOf(figures)).toMatchObject({ premium: '$0 – $4.00', net: '–' });
});

test('the net is as well known as the least known part of it', () => {
  const { caution } = unpricedFigures();
  const of = (spend: 'measured' | 'assumed', premium: 'measured' | 'estimated') =>
    netMark({
      ...unpricedFigures(),
      ...{ spend: { low: 0, high: 0, mark: spend }, premium: { low: 0, high: 0, mark: premium }, caution },
    });
  expect([of('measured', 'measured'), of('measured', 'estimated'), of('assumed', 'estimated')]).toEqual([
    'measured',
    'estimated',
    'assumed',
  ]);
});
