import type { Counts } from './minutes.ts';
import type { AuditRecord } from './records.ts';

/** What the audit can be filtered by; what is undefined may be anything. */
export interface AuditParts {
  who?: string | undefined;
  /** `circuits.trip`, … */
  what?: string | undefined;
  /** The provider, token or person acted on. */
  subject?: string | undefined;
  outcome?: AuditRecord['outcome'] | undefined;
  /** Ms since 1970, from inclusive, to exclusive. */
  from?: number | undefined;
  to?: number | undefined;
}

/** How many acts fit a filter, and how many would with one part of it chosen anew: the most frequent values of each part. */
export interface AuditCounts {
  acts: number;
  who: Counts;
  what: Counts;
  subject: Counts;
  outcome: Counts;
}
