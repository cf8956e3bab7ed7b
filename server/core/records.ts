import type { SessionWay } from './access.ts';
import type { PermitKind } from './circuit/settle.ts';
import type { ShownState } from './circuit/types.ts';
import type { Role } from './roles.ts';

/** What the journal keeps of a request. No text of a prompt or an answer is ever in here. Money is integer nano-dollars. */

export type RequestOutcome =
  | 'succeeded'
  /** The caller got an error before any content, and it was not their own doing. */
  | 'failed'
  /** The request itself was at fault: the caller got the reason why no provider takes it. */
  | 'refused'
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

/** What a request needs of a provider. */
export interface RequestNeeds {
  images: boolean;
  tools: boolean;
  jsonSchema: boolean;
  /** Estimated. */
  promptTokens: number;
}

export interface RequestRecord {
  id: string;
  node: string;
  chain: string;
  /** Name of the client whose key was used, or null on loopback. */
  client: string | null;
  stream: boolean;
  /** Null: written by a version that did not keep it. */
  needs: RequestNeeds | null;
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
  /** The answer broke after its first content, and another provider went on to its end. */
  rescued: boolean;
  attempts: AttemptRecord[];
}

/** How an attempt went on with an answer that had begun. */
export type RescueWay = 'prefill' | 'splice' | 'discard';

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
  /** Null: it did not go on with a begun answer. */
  way: RescueWay | null;
  /** Why it ran beside another attempt of its request; null: it did not. */
  raced: 'probe' | 'suspicion' | 'hedge' | 'deadline' | null;
  /** The fault that the caller asked for here (`cut@12`), or null. */
  drill: string | null;
}

/** A request as a row of a list: its trail is inline. */
export type RequestRow = Omit<RequestRecord, 'attempts'> & {
  attempts: Pick<
    AttemptRecord,
    | ('ordinal' | 'provider' | 'outcome' | 'word' | 'failureKind' | 'status')
    | ('durationMs' | 'firstTokenMs' | 'permit' | 'raced' | 'way')
  >[];
};

/** What the requests of one client have cost together, as far as that is known. */
export interface SpentByClient {
  client: string;
  costNanoUsd: number;
}

/** One call of our own to a provider: a row of `probes`. It is a cost, and no caller's request. */
export interface ProbeRecord {
  id: string;
  node: string;
  provider: string;
  /** `standby`: it had no traffic; `recheck`: it was open; `hand`: an operator asked. */
  kind: 'standby' | 'recheck' | 'hand';
  /** `itself`, or who asked. */
  by: string;
  /** When it was sent, ms since 1970. */
  at: number;
  ok: boolean;
  /** As in the trail: `ok`, a status, `firstToken`, … */
  word: string;
  status: number | null;
  durationMs: number;
  /** Null: the price or the tokens are not known. */
  costNanoUsd: number | null;
}

/** A person who is signed in: a row of `sessions`. Times are ms since 1970. */
export interface SessionRecord {
  /** Of the secret in the cookie, which is kept nowhere. */
  hash: string;
  who: string;
  role: Role;
  /** The person or the token it is of, whose role goes over the one above and without whom it ends; null: of neither. */
  owner: string | null;
  way: SessionWay;
  /** Address it was opened from; null: written by a version that did not keep it. */
  from: string | null;
  openedAt: number;
  /** Not kept to the minute. */
  seenAt: number;
  endsAt: number;
}

/** One act of an operator, a token or the program: a row of `audit`. */
export interface AuditRecord {
  id: string;
  at: number;
  who: string;
  /** `circuits.trip`, … */
  what: string;
  /** The provider, token or person acted on, or null. */
  subject: string | null;
  reason: string | null;
  /** State before and after, as JSON-able data. */
  before: unknown;
  after: unknown;
  outcome: 'done' | 'refused';
  /** Address it came from, or null. */
  from: string | null;
}
