import type { CircuitEntry } from '../core/circuit/types.ts';
import type { Hour, Overview, TripPreview } from '../core/overview.ts';
import { router, viewer } from './trpc.ts';

/** What the live page shows beside the circuits (`journal/overview.ts`): counted already, so that asking costs next to nothing. */
export interface OverviewSource {
  get(): Overview;
  hour(): Hour;
  /** What tripping the provider of this circuit would have done to the last minutes. */
  preview(entry: CircuitEntry): TripPreview;
}

export function overviewRouter(overviews: OverviewSource) {
  return router({
    get: viewer.query(() => overviews.get()),
    hour: viewer.query(() => overviews.hour()),
  });
}
