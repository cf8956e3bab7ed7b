import type { RequestOutcome } from './records.ts';

/**
 * What callers felt, in one place for every page, count, incident and metric: an error that was not their own doing, or an
 * answer that broke off. Who asked for what no provider takes (`refused`) had no part in an outage, and who left
 * (`cancelled`) says neither.
 */
const felt = {
  succeeded: false,
  failed: true,
  refused: false,
  interrupted: true,
  cancelled: false,
} as const satisfies Record<RequestOutcome, boolean>;

/** By outcome; pages, which import types alone, are held to it. */
export type Felt = typeof felt;

/** Whether the caller got an error, or half an answer, that was not of their own making. */
export function isFelt({ outcome }: { outcome: RequestOutcome }): boolean {
  return felt[outcome];
}
