import { isFelt } from '../core/felt.ts';
import type { AttemptRecord, RequestRow } from '../core/records.ts';

/** What the meter reads of a finished request: of a record as of a row of the list. */
export type Counted = Pick<
  RequestRow,
  'id' | 'chain' | 'needs' | 'startedAt' | 'durationMs' | 'outcome' | 'servedBy'
> & { attempts: readonly (RequestRow['attempts'][number] & Partial<Pick<AttemptRecord, 'drill'>>)[] };

/** The one moment at which a request and all its steps count: its end. Before it nobody knows of it. */
export function endOf({ startedAt, durationMs }: Counted): number {
  return startedAt + durationMs;
}

/** What the caller made of it; null: they left, or their own request was at fault, which says neither. */
export function feltAs({ outcome }: Counted): 'answered' | 'error' | null {
  if (outcome === 'succeeded') return 'answered';
  return isFelt({ outcome }) ? 'error' : null;
}

/** Failures that are the caller's own doing: they say nothing of the provider. */
const callersOwn: ReadonlySet<string | null> = new Set([
  'requestRefused',
  'contextLength',
  'contentFilter',
  'tooLarge',
]);

export function failed({ outcome, failureKind }: Counted['attempts'][number]): boolean {
  return outcome === 'failed' && !callersOwn.has(failureKind);
}
