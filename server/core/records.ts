import type { PermitKind } from './circuit/settle.ts';
import type { ShownState } from './circuit/types.ts';

/** What the journal keeps of a request. No text of a prompt or an answer is ever in here. Money is integer nano-dollars. */

export type RequestOutcome =
  | 'succeeded'
  /** The caller got an error before any content. */
  | 'failed'
  /** The caller left. */
  | 'cancelled'
  /** The answer broke after the first content and ended in an error event. */
  | 'interrupted';

export type AttemptOutcome = 'succeeded' | 'failed' | 'cancelled' | 'skipped';

/** Tokens as the provider reported them, or as estimated (then `estimated`). */
export interface Usage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  estimated: boolean;
}

export interface RequestRecord {
  id: string;
  node: string;
  chain: string;
  /** Name of the client whose key was used, or null on loopback. */
  client: string | null;
  stream: boolean;
  /** Ms since 1970. */
  startedAt: number;
  /** From the request's start to the first content given to the caller, ms; null: none was. */
  firstTokenMs: number | null;
  durationMs: number;
  outcome: RequestOutcome;
  /** HTTP status the caller got. */
  status: number;
  /** `code` of the error the caller got, or null. */
  errorCode: string | null;
  servedBy: string | null;
  /** Summed over its attempts; null where nothing is known. */
  usage: Usage | null;
  /** Null: a price is not known. */
  costNanoUsd: number | null;
  costEstimated: boolean;
  attempts: AttemptRecord[];
}

/** One try, or one skip, of a provider within a request. Its id is `<request id>/<ordinal>`. */
export interface AttemptRecord {
  /** From 0. */
  ordinal: number;
  provider: string;
  outcome: AttemptOutcome;
  /** The word in the trail: `ok`, a status, `firstToken`, `open`, … */
  word: string;
  /** What went wrong (a `FailureKind`) or why it was skipped (a `SkipReason`); null for a success. */
  failureKind: string | null;
  status: number | null;
  circuitState: ShownState;
  epoch: number;
  /** How the circuit let it through; null for a skip. */
  permit: PermitKind | null;
  /** For a skip: when the circuit would be tried next, ms since 1970, or null. */
  until: number | null;
  /** Backoff waited before it, ms. */
  waitMs: number;
  startedAt: number;
  /** From the attempt's start, ms; null: no content came. */
  firstTokenMs: number | null;
  durationMs: number;
  usage: Usage | null;
  costNanoUsd: number | null;
  costEstimated: boolean;
}

/** A request as a row of a list: its trail is inline. */
export type RequestRow = Omit<RequestRecord, 'attempts'> & {
  attempts: Pick<
    AttemptRecord,
    'ordinal' | 'provider' | 'outcome' | 'word' | 'failureKind' | 'status' | 'durationMs' | 'firstTokenMs' | 'permit'
  >[];
};

/** One act of an operator, a token or the program: a row of `audit`. */
export interface AuditRecord {
  id: string;
  at: number;
  who: string;
  /** `circuits.trip`, … */
  what: string;
  /** The provider acted on, or null. */
  subject: string | null;
  reason: string | null;
  /** State before and after, as JSON-able data. */
  before: unknown;
  after: unknown;
  outcome: 'done' | 'refused';
  /** Address it came from, or null. */
  from: string | null;
}
