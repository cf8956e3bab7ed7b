import { isMoment } from '../ui/range.ts';

/** How far back the page of savings looks, up to when, and which formula is open: all in its address. */

const hourMs = 3_600_000;

export const ranges = {
  '1h': hourMs,
  '24h': 24 * hourMs,
  '7d': 168 * hourMs,
  '30d': 720 * hourMs,
  '90d': 2_160 * hourMs,
};
export type Range = keyof typeof ranges;
export const rangeNames = Object.keys(ranges) as Range[];

export const formulas = ['attempts', 'waiting', 'spend', 'premium', 'caution', 'net'] as const;
export type Formula = (typeof formulas)[number];

export interface SavingsSearch {
  range?: Range;
  /** Ms since 1970: a link with it shows the same tomorrow. Absent: now. */
  to?: number;
  how?: Formula;
}

/** From the address; absent: the last week, and how waiting is computed. */
export function readSavingsSearch({ range, to, how }: Record<string, unknown>): SavingsSearch {
  const knownRange = rangeNames.find((one) => one === range);
  const knownFormula = formulas.find((one) => one === how);
  return {
    ...(knownRange && { range: knownRange }),
    ...(isMoment(to) && { to }),
    ...(knownFormula && { how: knownFormula }),
  };
}
