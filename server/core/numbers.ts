/** `1284` → `1,284`: a count as people read it. */
export function showCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** So many a second: `41`, `2.5`, `0.08`; two digits that count, and no more. */
export function showRate(perSecond: number): string {
  if (perSecond >= 10) return showCount(perSecond);
  return String(Number(perSecond.toPrecision(2)));
}
