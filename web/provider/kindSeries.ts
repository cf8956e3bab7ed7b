import type { ProviderPoint } from '../../server/core/providerPage.ts';

/** Kinds drawn each by itself at most; the rarest share one more band. */
export const maxKinds = 5;

export interface KindSeries {
  /** The most frequent first. */
  kinds: string[];
  /** Those that share a band. */
  others: string[];
}

/** Which kinds of failure are drawn. */
export function kindSeries(points: readonly ProviderPoint[]): KindSeries {
  const totals = new Map<string, number>();
  for (const { failures } of points)
    for (const [kind, count] of Object.entries(failures)) totals.set(kind, (totals.get(kind) ?? 0) + count);
  const sorted = [...totals].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
  const names = sorted.map(([kind]) => kind);
  return { kinds: names.slice(0, maxKinds), others: names.slice(maxKinds) };
}

/** How many failed in one of these ways. */
export function failedBy({ failures }: Pick<ProviderPoint, 'failures'>, kinds: readonly string[]): number {
  return kinds.reduce((sum, kind) => sum + (failures[kind] ?? 0), 0);
}
