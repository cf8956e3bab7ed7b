import type { RequestRow } from '../core/records.ts';

/** What the meter reads of a finished request: of a record as of a row of the list. */
export type Counted = Pick<
  RequestRow,
  'id' | 'chain' | 'needs' | 'startedAt' | 'durationMs' | 'outcome' | 'servedBy' | 'attempts'
>;

/** The one moment at which a request and all its steps count: its end. Before it nobody knows of it. */
export function endOf({ startedAt, durationMs }: Counted): number {
  return startedAt + durationMs;
}

/** What the caller made of it; null: they left, which says neither. */
export function feltAs({ outcome }: Counted): 'answered' | 'error' | null {
  if (outcome === 'succeeded') return 'answered';
  return outcome === 'cancelled' ? null : 'error';
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

/** Skips by which a circuit spared an attempt. `busy` and `cannot_take` are none: there the circuit was not asked. */
const refusals: ReadonlySet<string | null> = new Set(['open', 'throttled', 'halfOpen', 'ramping', 'tripped']);

/** Providers whose circuit refused this request, and that were not tried after all, as the last one standing is. */
export function spared({ attempts }: Counted): Set<string> {
  const names = new Set<string>();
  for (const { outcome, failureKind, provider } of attempts) {
    if (outcome === 'skipped' && refusals.has(failureKind)) names.add(provider);
  }
  if (names.size > 0) for (const { outcome, provider } of attempts) if (outcome !== 'skipped') names.delete(provider);
  return names;
}
