import { ITSELF, type TransitionCause } from '../core/circuit/types.ts';

/** Who moved a circuit, why, and what was seen. */
export interface Move {
  cause: TransitionCause;
  by: string;
  reason: string | null;
  /** Ids of attempts. */
  evidence: string[];
}

/** A move nobody asked for. */
export function itself(cause: TransitionCause, evidence: string[] = []): Move {
  return { cause, by: ITSELF, reason: null, evidence };
}
