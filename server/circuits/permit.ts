import type { Mark } from '../core/circuit/headroom.ts';
import type { PermitKind, SkipReason } from '../core/circuit/settle.ts';
import type { ShownState } from '../core/circuit/types.ts';
import type { Timer } from '../core/clock.ts';
import type { Place } from '../core/roster.ts';

/** Leave to make one call. Each is settled exactly once. */
export interface Permit {
  readonly provider: string;
  readonly kind: PermitKind;
  /** Of the circuit when the call was let through. */
  readonly state: ShownState;
  readonly epoch: number;
}

/** A call not let through. */
export interface Refusal {
  readonly reason: SkipReason;
  readonly state: ShownState;
  readonly epoch: number;
  /** Soonest time until it would be tried, ms; null: not until somebody acts. */
  readonly retryMs: number | null;
  /** The same by its own time alone, without being forced as the last one standing. */
  readonly ownRetryMs: number | null;
  /** It would take the call all the same, where nobody else does: asked with `ramp: 'ignore'`. */
  readonly whenAlone: boolean;
}

export interface AcquireOptions {
  /** The call's first-token clock, ms: a probe that has not settled some seconds after it is reaped. */
  leaseMs: number;
  /** Called at most once, while the call still waits for its first content, when the circuit opens or is tripped. */
  onEvacuate: () => void;
  /** `ignore`: nobody else would take the request, so neither the ramp nor what was learned of its limits stands in its way. */
  ramp?: 'heed' | 'ignore';
  /** About how many tokens the provider counts for it in advance. */
  tokens?: number;
}

export type Admission = { permit: Permit; refusal?: never } | { refusal: Refusal; permit?: never };

/** A permit as the circuit keeps it. */
export class Ticket implements Permit {
  readonly provider: string;
  readonly kind: PermitKind;
  readonly state: ShownState;
  readonly epoch: number;
  /** The epoch in which its result counts: the probe that closes a circuit goes with it into the new one. */
  countsIn: number;
  readonly onEvacuate: () => void;
  lease: Timer | null = null;
  /** Among those who wait for their first content; null: not, or not any more. */
  place: Place<Ticket> | null = null;
  /** Holds one of the half-open slots. */
  hasSlot = false;
  answered = false;
  settled = false;
  /** No caller's call: one of our own. */
  isPing = false;
  /** Calls in flight when it was let through, itself among them. */
  inFlight = 1;
  mark: Mark = { requests: 0, tokens: 0 };

  constructor(at: { provider: string; state: ShownState; epoch: number }, kind: PermitKind, onEvacuate: () => void) {
    this.provider = at.provider;
    this.state = at.state;
    this.epoch = at.epoch;
    this.countsIn = at.epoch;
    this.kind = kind;
    this.onEvacuate = onEvacuate;
  }
}
