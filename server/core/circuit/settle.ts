import type { OpenCause } from './types.ts';

/** What a finished call tells its circuit. Born in `core/outcome.ts`, where what was seen on the wire is known. */
export type Settlement =
  | { result: 'success' }
  /** Nothing learned about the provider: the caller left, the caller's own mistake, evacuated, lost a race, our shedding. */
  | { result: 'neutral' }
  | {
      result: 'failure';
      /** A clock ran out, or the caller gave up waiting: counts towards `timeouts` too. */
      timeout: boolean;
      /** Hash of the body when the failure may be the prompt's own fault (500, malformed, empty), else null. */
      ambiguous: string | null;
      /** `<request id>/<ordinal>`. */
      attempt: string;
    }
  /** A 429: how long to stay away, or null when it did not say. */
  | { result: 'throttled'; retryAfterMs: number | null; attempt: string }
  | { result: 'refused'; cause: Extract<OpenCause, 'credentials' | 'balance' | 'model'>; attempt: string };

/** Why a provider was not tried. The words stand in `x-recloser-trail`. */
export type SkipReason = 'open' | 'throttled' | 'halfOpen' | 'ramping' | 'tripped' | 'busy' | 'cannot_take';

/** How a call was let through. `held`: by an operator's hold over a circuit that is open beneath. */
export type PermitKind = 'closed' | 'probe' | 'forced' | 'held';
