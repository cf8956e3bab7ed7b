import type { PersonRecord, TokenRecord } from '../server/core/access.ts';
import type { SessionRecord } from '../server/core/records.ts';

/** Who may come in, as a storage reads and writes it. */

export interface SessionChange {
  put: SessionRecord[];
  /** Hashes of those that ended. */
  drop: string[];
  /** Tokens and people as they were seen last; what else is known of them stays as it is. */
  seen?: { tokens: Seen[]; people: Seen[] } | undefined;
}

export interface Seen {
  id: string;
  /** Ms since 1970. */
  at: number;
}

export interface Access {
  tokens: TokenRecord[];
  people: PersonRecord[];
}
