/** How far back the page of a provider looks. */
export const ranges = ['1h', '6h', '24h', '7d'] as const;

/** From the address; absent: the last hour. */
export function readRange({ range }: Record<string, unknown>): { range?: (typeof ranges)[number] } {
  const known = ranges.find((one) => one === range);
  return known === undefined ? {} : { range: known };
}
