import type { Settlement } from './circuit/settle.ts';
import type { Usage } from './records.ts';

/** The clock that ran out on an attempt. */
export type ClockName = 'connect' | 'firstToken' | 'idle' | 'total' | 'answer';

/** What was seen of one attempt that did not come to a whole answer, before anyone judges it. */
export type Seen =
  /** No connection (refused, DNS, TLS), or it closed before the answer's headers (`reset`). */
  | { seen: 'connect' | 'reset'; message: string }
  | { seen: 'clock'; clock: ClockName; ms: number }
  /** A status that is not 2xx. `body` is what came of it, at most 64 kB; `headers` have lower-case names. */
  | { seen: 'status'; status: number; headers: Record<string, string>; body: string }
  /** 2xx, but HTML, not JSON, no choices, or an ended stream with no content and no finish reason. */
  | { seen: 'malformed' | 'empty'; message: string }
  /** 2xx with an error inside, body or event. */
  | { seen: 'errorInside'; error: unknown; headers: Record<string, string> }
  /** Broke off: closed, reset or ended without finish reason. After content unless nothing had come. */
  | { seen: 'cut'; message: string }
  /** The caller left; `waitedShare`: share of the first-token clock it had waited without content. */
  | { seen: 'callerLeft'; contentSeen: boolean; waitedShare: number }
  /**
   * `raced`: another attempt of the same request brought content first. `mismatch`: it should have gone on with a begun
   * answer, and its text cannot be joined to it.
   */
  | { seen: 'evacuated' | 'raced' | 'mismatch' | 'deadline' | 'shutdown' | 'tooLarge' };

/** What it meant, decided once, where it is known. */
export interface Verdict {
  /** What went wrong; the closed list of the record. */
  kind: FailureKind;
  /** The word in the trail. */
  word: string;
  circuit: CircuitEffect;
  /** Same provider again, if `retries` are left. */
  again: boolean;
  /** Next provider: always; never; or only when this one was itself a fallback. */
  next: 'always' | 'never' | 'ifFallback';
  /** Known time to stay away, ms, or null. */
  retryAfterMs: number | null;
  /** For the caller: the provider's status (null: it gave none) and its error, with no key in it. */
  status: number | null;
  error: { message: string; type: string; code: string | null; param: string | null };
}

/** A settlement without the attempt's id and the body's hash, which the caller of the judge knows. */
export type CircuitEffect =
  | { result: 'neutral' }
  | { result: 'failure'; timeout: boolean; ambiguous: boolean }
  | { result: 'throttled'; retryAfterMs: number | null }
  | { result: 'refused'; cause: Extract<Settlement, { result: 'refused' }>['cause'] };

export type FailureKind =
  | 'connect'
  | 'reset'
  | ClockName
  | 'serverError' // 5xx, 408, 529
  | 'malformed'
  | 'empty'
  | 'cut'
  | 'throttled'
  | 'credentials'
  | 'balance'
  | 'model'
  | 'contextLength'
  | 'contentFilter'
  | 'requestRefused' // the caller's own mistake
  | 'abandoned'
  | 'callerLeft'
  | 'evacuated'
  | 'raced'
  | 'mismatch'
  | 'deadline'
  | 'shutdown'
  | 'tooLarge';

/** What one event of a stream carries. Made by `core/chunk.ts`. */
export interface ChunkFacts {
  /** Text, reasoning, a refusal or a tool call: what stops the first-token clock and commits the answer. */
  content: boolean;
  finished: boolean;
  usage: Usage | null;
  /** The error inside, or undefined. */
  error: unknown;
  /** Only usage, no choices: kept from callers who did not ask. */
  usageOnly: boolean;
  /** Some of a tool call, or of a function call of old. */
  toolCall: boolean;
  /** Characters of content, for an estimate. */
  characters: number;
}
