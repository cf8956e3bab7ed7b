import { type RangeSearch, type RangeTerms, readRange } from '../ui/range.ts';

/** Which time the page of savings shows, and which formula is open: all in its address. */

export const savingsTerms = {
  names: ['1h', '24h', '7d', '30d', '90d'],
  standard: '7d',
  longest: { ms: 100 * 86_400_000, words: '100 days' },
} as const satisfies RangeTerms;

export const formulas = ['attempts', 'waiting', 'spend', 'premium', 'caution', 'net'] as const;
export type Formula = (typeof formulas)[number];

export interface SavingsSearch extends RangeSearch {
  how?: Formula;
}

/** From the address; absent: the last week, and how waiting is computed. */
export function readSavingsSearch({ how, ...raw }: Record<string, unknown>): SavingsSearch {
  const known = formulas.find((one) => one === how);
  return { ...readRange(raw, savingsTerms), ...(known && { how: known }) };
}
