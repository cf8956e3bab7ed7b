import type { ProviderPoint } from '../../server/core/providerPage.ts';
import type { Stretch } from './range.ts';

/** What the drawings of a provider's steps have in common. `now`: their right end, ms since 1970. */
export interface DrawingProps extends Stretch {
  points: ProviderPoint[];
  stepMs: number;
}

/** Points in the middle of what they stand for: the last one of what there is of it. */
export function middles<Point extends { at: number }>(points: readonly Point[], now: number, stepMs: number): Point[] {
  return points.map((point) => ({ ...point, at: (point.at + Math.min(now, point.at + stepMs)) / 2 }));
}

/** From when on the last step is unfinished; null: none is. */
export function unfinishedFrom(points: readonly { at: number }[], now: number, stepMs: number): number | null {
  const last = points.at(-1);
  return last !== undefined && now < last.at + stepMs ? last.at : null;
}
