/** How far back the page of savings looks, and which formula is open: both are in its address. */

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
  how?: Formula;
}

/** From the address; absent: the last week, and how waiting is computed. */
export function readSavingsSearch({ range, how }: Record<string, unknown>): SavingsSearch {
  const knownRange = rangeNames.find((one) => one === range);
  const knownFormula = formulas.find((one) => one === how);
  return { ...(knownRange && { range: knownRange }), ...(knownFormula && { how: knownFormula }) };
}
