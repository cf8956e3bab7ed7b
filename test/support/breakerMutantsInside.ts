import { Automaton } from '../../server/circuits/automaton.ts';
import { Circuit } from '../../server/circuits/circuit.ts';
import { Deadlines } from '../../server/circuits/deadlines.ts';
import type { Ticket } from '../../server/circuits/permit.ts';
import type { CircuitMachineEvent } from '../../server/core/circuit/machine.ts';
import { Pacing } from '../../server/core/circuit/pacing.ts';
import { Ramp } from '../../server/core/circuit/ramp.ts';
import { Samples } from '../../server/core/circuit/samples.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import { ITSELF } from '../../server/core/circuit/types.ts';
import type { Timer } from '../../server/core/clock.ts';

/** Broken from inside: a method of the real code is replaced until `undo` is called. */
export interface InnerMutant {
  name: string;
  /** Breaks it; returns what mends it again. */
  break: () => () => void;
}

/** What a broken method is given beside its arguments: its object, and the sound method. */
type Broken<Owner> = (owner: Owner, sound: (...args: unknown[]) => unknown, ...args: unknown[]) => unknown;

const nothing = (): void => {};

export const mutantsFromInside: InnerMutant[] = [
  { name: 'half-open admits everybody', break: () => swap(Circuit, 'slotFree', () => true) },
  { name: 'a lease is never reaped', break: () => swap(Circuit, 'reap', nothing) },
  { name: 'an answered probe that never ends keeps its slot', break: () => swap(Circuit, 'reap', reapUnanswered) },
  { name: 'nobody is evacuated', break: () => swap(Circuit, 'evacuate', nothing) },
  { name: 'the timer is not armed again after an act', break: () => swap(Deadlines, 'arm', forgetAfterActs) },
  { name: 'a timer that fires early is lost', break: () => swap(Deadlines, 'timer', impatientTimer) },
  { name: 'half-open comes with the next call only', break: () => swap(Deadlines, 'arm', nothing) },
  { name: 'a call after its time is refused until the timer fires', break: lateAcquire },
  { name: 'the growth is never reset', break: () => swap(Automaton, 'send', keepGrowth) },
  { name: 'a first content resets the growth', break: () => swap(Automaton, 'send', confirmAtOnce) },
  { name: 'the release of an override closes', break: () => swap(Automaton, 'send', releaseCloses) },
  { name: 'the end of a trip closes', break: () => swap(Automaton, 'send', tripEndCloses) },
  { name: 'a reset leaves the counts', break: resetKeepsCounts },
  { name: 'a forced try that fails moves the deadline', break: () => swap(Circuit, 'settle', forcedExtends) },
  { name: 'forced tries have no pace', break: () => swap(Pacing, 'take', () => true) },
  { name: 'a trip is forced through', break: () => swap(Circuit, 'mayBeForced', forcedAnyway) },
  { name: 'the wall clock decides who stands last', break: () => swap(Circuit, 'succeeded', wallDecides) },
  { name: 'old samples count for ever', break: () => swap(Samples, 'failure', neverIdle) },
  { name: 'a success ends no streak', break: () => swap(Samples, 'success', streakGoesOn) },
  { name: 'a recovery meets everybody at once', break: () => swap(Ramp, 'admit', () => true) },
  { name: 'a hold stops the learning', break: () => swap(Circuit, 'settle', heldIsNeutral) },
];

/** Fails when the method is not there any more: a mutant that breaks nothing would be caught by nothing. */
function swap<Owner>(owner: { prototype: Owner & object }, name: string, broken: Broken<Owner>): () => void {
  const sound: unknown = Reflect.get(owner.prototype, name);
  if (typeof sound !== 'function') throw new Error(`${name} is not there to be broken`);
  function stand(this: Owner, ...args: unknown[]): unknown {
    return broken(this, (...given) => Reflect.apply(sound as () => unknown, this, given), ...args);
  }
  Reflect.set(owner.prototype, name, stand);
  return () => void Reflect.set(owner.prototype, name, sound);
}

function reapUnanswered(_circuit: Circuit, sound: (...args: unknown[]) => unknown, ticket: unknown): void {
  if (!(ticket as Ticket).answered) sound(ticket);
}

function forgetAfterActs(deadlines: Deadlines, sound: () => unknown): void {
  sound();
  const circuit = Reflect.get(deadlines, 'circuit') as Circuit;
  if (circuit.by !== ITSELF) (Reflect.get(deadlines, 'cooldown') as Timer | null)?.cancel();
}

function impatientTimer(deadlines: Deadlines, _sound: unknown, until: unknown): Timer | null {
  if (typeof until !== 'number') return null;
  const circuit = Reflect.get(deadlines, 'circuit') as Circuit;
  const { clock } = circuit.deps;
  return clock.after(until - clock.now(), () => circuit.catchUp(clock.now()));
}

function lateAcquire(): () => void {
  let asking = false;
  const mendAcquire = swap(Circuit, 'acquire', (_circuit, sound, ...args) => {
    asking = true;
    const admission = sound(...args);
    asking = false;
    return admission;
  });
  const mendCatchUp = swap(Circuit, 'catchUp', (_circuit, sound, ...args) => (asking ? undefined : sound(...args)));
  return () => {
    mendAcquire();
    mendCatchUp();
  };
}

function keepGrowth(automaton: Automaton, sound: (...args: unknown[]) => unknown, event: unknown): unknown {
  const { probesFailed } = automaton.context;
  const changed = sound(event);
  if ((event as CircuitMachineEvent).type === 'PROBE_SUCCEEDED') automaton.context.probesFailed = probesFailed;
  return changed;
}

function confirmAtOnce(_automaton: Automaton, sound: (...args: unknown[]) => unknown, event: unknown): unknown {
  const changed = sound(event);
  if ((event as CircuitMachineEvent).type === 'PROBE_ANSWERED') sound({ type: 'PROBE_SUCCEEDED' });
  return changed;
}

function releaseCloses(automaton: Automaton, sound: (...args: unknown[]) => unknown, event: unknown): unknown {
  const released = (event as CircuitMachineEvent).type === 'RELEASE' && automaton.override !== 'none';
  return sound(released ? { type: 'RESET', to: 'closed' } : event);
}

function tripEndCloses(automaton: Automaton, sound: (...args: unknown[]) => unknown, event: unknown): unknown {
  const ended = (event as CircuitMachineEvent).type === 'OVERRIDE_ELAPSED' && automaton.override === 'tripped';
  return sound(ended ? { type: 'RESET', to: 'closed' } : event);
}

function resetKeepsCounts(): () => void {
  let resetting = false;
  const mendMove = swap(Circuit, 'move', (_circuit, sound, ...args) => {
    resetting = (args[0] as CircuitMachineEvent).type === 'RESET';
    const told = sound(...args);
    resetting = false;
    return told;
  });
  const mendClear = swap(Samples, 'clear', (_samples, sound) => (resetting ? undefined : sound()));
  return () => {
    mendMove();
    mendClear();
  };
}

function forcedExtends(circuit: Circuit, sound: (...args: unknown[]) => unknown, ...args: unknown[]): void {
  sound(...args);
  const [ticket, seen] = args as [Ticket, Settlement];
  const { context } = circuit.automaton;
  const counts = ticket.kind === 'forced' && ticket.countsIn === context.epoch && context.openUntil !== null;
  if (counts && seen.result === 'failure') context.openUntil = (context.openUntil ?? 0) + 20_000;
}

function forcedAnyway(circuit: Circuit, sound: () => unknown): unknown {
  return sound() || circuit.automaton.override === 'tripped';
}

function wallDecides(circuit: Circuit, sound: () => unknown): void {
  sound();
  circuit.lastGood = circuit.lastSuccessAt ?? 0;
}

function neverIdle(samples: Samples, sound: (...args: unknown[]) => unknown, ...args: unknown[]): void {
  Reflect.set(samples, 'lastAt', args[0]);
  sound(...args);
}

function streakGoesOn(samples: Samples, sound: (...args: unknown[]) => unknown, ...args: unknown[]): void {
  const { failuresInARow } = samples;
  sound(...args);
  samples.failuresInARow = failuresInARow;
}

function heldIsNeutral(circuit: Circuit, sound: (...args: unknown[]) => unknown, ...args: unknown[]): void {
  const held = circuit.automaton.override === 'heldClosed';
  sound(args[0], held ? { result: 'neutral' } : args[1]);
}
