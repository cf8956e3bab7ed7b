import type { CircuitEntry, CircuitEvent } from './circuit/types.ts';
import type { Overview } from './overview.ts';
import type { RequestRow } from './records.ts';

/** What live pages are told. Each event patches what a page has; a snapshot replaces it. */
export type LiveEvent =
  | {
      type: 'snapshot';
      /** Ms since 1970. */
      now: number;
      /** Number of the last transition that is in it: a `circuit` event of this number or a lower one brings nothing new. */
      seq: number;
      circuits: CircuitEntry[];
      /** The last transitions of this run, newest first, a bounded number: the record may not have the newest yet. */
      events: CircuitEvent[];
      /** The last requests of this run, newest first, likewise. */
      requests: RequestRow[];
      storage: StorageStatus;
    }
  | { type: 'circuit'; event: CircuitEvent; entry: CircuitEntry }
  /** A sample: `leftOut` requests ended since the one before and are not shown. */
  | { type: 'request'; request: RequestRow; leftOut: number }
  | { type: 'storage'; status: StorageStatus }
  /** Something was written of incidents: what a page shows of them is to be read again. */
  | { type: 'incidents' }
  /**
   * Each second; only the newest matters, so one that is missed is not sent again. `circuits` brings what moves without a
   * transition: failures in a row, calls in flight, the ramp. One of another epoch than the page has is to be left alone.
   */
  | { type: 'traffic'; overview: Overview; circuits: CircuitEntry[] };

/** How the record is doing. */
export interface StorageStatus {
  state: 'ok' | 'degraded';
  /** Why it is degraded, in a sentence; null when it is not. */
  problem: string | null;
  /** Ms since 1970. */
  since: number;
}
