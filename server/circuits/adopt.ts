import { Allowance } from '../core/circuit/allowance.ts';
import { Samples } from '../core/circuit/samples.ts';
import type { Circuit, CircuitDeps } from './circuit.ts';

/** A circuit goes by other settings from now on. Its state, its epoch and the calls that are out stay as they are. */
export function adoptSettings(circuit: Circuit, given: Pick<CircuitDeps, 'settings' | 'concurrency'>): void {
  const { settings: before, concurrency } = circuit.deps;
  const { settings } = given;
  circuit.deps = { ...circuit.deps, ...given };
  if (JSON.stringify(settings) !== JSON.stringify(before)) circuit.automaton.adopt(settings);
  if (settings.windowMs !== before.windowMs) circuit.samples = new Samples(settings.windowMs);
  if (settings.rampMs !== before.rampMs) circuit.ramp.adopt(settings.rampMs);
  if (given.concurrency !== concurrency) circuit.allowance = new Allowance(given.concurrency);
}
