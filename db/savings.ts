import type { BillingShareRecord } from '../server/core/savings/shares.ts';
import type { Opening, Tallies } from '../server/core/savings/types.ts';

/** The part of a storage that savings are counted by. */
export interface SavingsStorage {
  /**
   * What the savings of a span are made of, or of as much of it as is counted at one go: ask again from `until`. Openings are
   * whole, also where they reach beyond the span; requests count at their first skip.
   */
  countSavings(span: SavingsSpan): Promise<SavingsSlice>;
  /** What operators have written over the vendors' tables of what is billed. */
  listBillingShares(): Promise<BillingShareRecord[]>;
}

export interface SavingsSpan {
  /** Ms since 1970, from inclusive, to exclusive. */
  from: number;
  to: number;
  /** A name of the time-zone database, for the days. */
  zone: string;
  /** So many skips are counted request by request at one go at most; ten thousand where it is not said. */
  limit?: number;
}

export interface SavingsSlice {
  openings: Opening[];
  tallies: Tallies;
  /** Trips by hand that began in it. */
  trips: { provider: string; trips: number }[];
  /** Counted up to here, exclusive: `to`, or sooner. */
  until: number;
}

/** A share to put in the place of the one that is there, or to take away. */
export type ShareChange = { put: BillingShareRecord } | { drop: Pick<BillingShareRecord, 'provider' | 'kind'> };

/** The most that a provider has answered in a minute. */
export interface Carried {
  provider: string;
  requests: number;
}
