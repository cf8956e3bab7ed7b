import type { Room } from './headroom.ts';

/** The words of a circuit, shared by the machine, the board, the record, the control plane and the pages. */

export const automaticStates = ['closed', 'open', 'halfOpen'] as const;
/** What the machine has learned by itself. */
export type AutomaticState = (typeof automaticStates)[number];

export const overrides = ['none', 'tripped', 'heldClosed'] as const;
/** What an operator has laid over it. */
export type Override = (typeof overrides)[number];

/** What is shown: the override if there is one, else what the machine learned. */
export type ShownState = AutomaticState | Exclude<Override, 'none'>;

export const openCauses = ['failures', 'timeouts', 'rate', 'throttled', 'credentials', 'balance', 'model'] as const;
/** Why a circuit opened by itself; what may follow differs by it. */
export type OpenCause = (typeof openCauses)[number];

/** Who moved a circuit when nobody did. */
export const ITSELF = 'itself';

/** When to open, for how long, and how to come back. Times in milliseconds. */
export interface BreakerSettings {
  /** Failures in a row that open it. */
  failures: number;
  /** Time-outs in a row that open it. */
  timeouts: number;
  /** Share of failures, 0 to 1, of at least `calls` calls within `windowMs` that opens it. */
  rate: number;
  calls: number;
  windowMs: number;
  openMs: number;
  /** The open time doubles on each failed probe up to this. */
  openMaxMs: number;
  /** Share of the open time, 0 to 1, that is drawn on top. */
  jitter: number;
  /** Calls let through at once when half-open. */
  probes: number;
  /** Good probes that close it. */
  successes: number;
  probe: 'race' | 'caller' | 'ping';
  /** Period of background pings while open, or null for none. */
  recheckMs: number | null;
  /** From a tenth of the traffic to all of it after a recovery; 0: at once. */
  rampMs: number;
  /** Calls in flight with nothing coming that raise suspicion; 0: off. */
  suspect: number;
}

/** One circuit as the control plane shows it. Times are ms since 1970. Plain data: it may cross a thread or a wire. */
export interface CircuitEntry {
  provider: string;
  state: ShownState;
  /** What the machine truly is beneath an override. */
  automatic: AutomaticState;
  override: Override;
  /** When `state` began. */
  since: number;
  /** Why the machine is open or half-open; null when it is closed. */
  cause: OpenCause | null;
  /** `itself`, or the operator or token that moved it last. */
  by: string;
  /** The operator's reason, or null. */
  reason: string | null;
  /** When the shown state ends by itself (next try, end of the override), or null: until somebody acts. */
  until: number | null;
  epoch: number;
  failuresInARow: number;
  timeoutsInARow: number;
  window: { calls: number; failures: number; rate: number | null; ms: number };
  /** Share of the traffic let through after a recovery, 0 to 1, and when it is all; null: not on a ramp. */
  ramp: { share: number; until: number } | null;
  /** Probes out now, of how many at once, and how many in a row have failed. */
  probe: { out: number; of: number; failed: number };
  /** Ids of the attempts that opened it. */
  evidence: string[];
  inFlight: number;
  /** How many it may have in flight: as the config says, or fewer after a 429. */
  allowed: number;
  /** Closed, but it says that a limit of its own is used up until then, so calls go to the next provider; or null. */
  spentUntil: number | null;
  /** The tightest of the limits that it has told of, as far as calls since are counted; `until`: when it is whole again. */
  headroom: (Omit<Room, 'resetMs'> & { until: number }) | null;
  /** Chains whose traffic goes to this provider now. */
  carries: string[];
  /** What trips it: for "3 of 5". */
  limits: { failures: number; timeouts: number; rate: number; calls: number };
  /** When it last gave a good answer in this run or before, or null. */
  lastSuccessAt: number | null;
}

/** What moved a circuit, as written in the record. */
export type TransitionCause =
  | OpenCause
  | 'cooldown' // its time was over: half-open
  | 'probe' // a probe succeeded (closed) or failed (open again)
  | 'forced' // the last one standing answered
  | 'recheck' // a background or hand-made ping succeeded
  | 'trip'
  | 'hold'
  | 'reset'
  | 'release'
  | 'expired' // an override came to its end
  | 'removed'; // its provider has left the config: nobody will know whether it is back

const CAUSES_BY_HAND: readonly TransitionCause[] = ['trip', 'hold', 'reset', 'release'];

/** Whether an operator asked for this transition. */
export function byHand(event: Pick<CircuitEvent, 'cause'>): boolean {
  return CAUSES_BY_HAND.includes(event.cause);
}

/** One transition: a row of `circuit_events`, and what live pages are told. */
export interface CircuitEvent {
  node: string;
  /** Numbered per node, without gaps, over restarts. */
  seq: number;
  provider: string;
  epoch: number;
  from: ShownState;
  to: ShownState;
  /** The automatic region after it. */
  automatic: AutomaticState;
  cause: TransitionCause;
  /** Ids of attempts, `<request id>/<ordinal>`. */
  evidence: string[];
  by: string;
  reason: string | null;
  /** When the new state ends by itself, ms since 1970, or null. */
  until: number | null;
  at: number;
}

/** What outlives the process: one row of `circuits`. Times are ms since 1970. */
export interface StoredCircuit {
  provider: string;
  automatic: AutomaticState;
  override: Override;
  epoch: number;
  since: number;
  automaticSince: number;
  cause: OpenCause | null;
  /** End of the open time, or null. */
  openUntil: number | null;
  overrideUntil: number | null;
  by: string;
  reason: string | null;
  /** Failed probes in a row: how far the open time has grown. */
  probesFailed: number;
  /** Throttles in a row without a `Retry-After`. */
  throttles: number;
  evidence: string[];
  lastSuccessAt: number | null;
}

/** What an operator asks of one circuit: a plain message. `epoch` is the one they were looking at. */
export type Act =
  | { type: 'trip'; provider: string; reason: string; by: string; forMs: number | null; epoch?: number | undefined }
  | { type: 'hold'; provider: string; reason: string; by: string; forMs: number; epoch?: number | undefined }
  | {
      type: 'reset';
      provider: string;
      reason: string;
      by: string;
      to: 'closed' | 'halfOpen';
      epoch?: number | undefined;
    }
  | { type: 'release'; provider: string; reason: string; by: string; epoch?: number | undefined };

/** What came of it. `conflict`: the epoch has moved on; `idle`: there was no override to take off. Nothing changed then. */
export type ActResult =
  | { ok: true; entry: CircuitEntry; before: CircuitEntry; event: CircuitEvent; stored: StoredCircuit }
  | { ok: false; code: 'unknown_provider'; provider: string }
  | { ok: false; code: 'conflict' | 'idle'; entry: CircuitEntry };
