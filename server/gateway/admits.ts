import type { CircuitEntry } from '../core/circuit/types.ts';

/** Whether a circuit would refuse a call now, without asking it for one. */
export function wouldRefuse(circuit: CircuitEntry): boolean {
  if (circuit.state === 'open' || circuit.state === 'tripped') return true;
  if (circuit.state === 'halfOpen' && circuit.probe.out >= circuit.probe.of) return true;
  return circuit.inFlight >= circuit.allowed || circuit.spentUntil !== null;
}

/**
 * Whether a provider that has not answered this request may be asked (again) after all. `epoch`: its circuit's at the call
 * that failed, after which the circuit has to have moved; null: it was passed over without one.
 */
export function mayTakeAfterAll(circuit: CircuitEntry | null, epoch: number | null): boolean {
  return circuit !== null && !wouldRefuse(circuit) && (epoch === null || circuit.epoch > epoch);
}
