import { describe, expect, it } from 'vitest';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { type CircuitMachineEvent, circuitMachine } from '../../../server/core/circuit/machine.ts';
import { defaults } from '../../support/breaker.ts';

type Snapshot = SnapshotFrom<typeof circuitMachine>;

const NOW = 1_000;
const LATER = 10_000_000;
/** Bounds the walk: beyond so many failed probes nothing new is reached. */
const GROWN_ENOUGH = 3;
const input = { settings: { ...defaults, successes: 2, openMaxMs: 1_200_000 } };

/** What the world may do to it in a state, the timers being those of the present epoch. */
function eventsOf({ context }: Snapshot): CircuitMachineEvent[] {
  const learned = { now: NOW, draw: 0, evidence: [] };
  const { epoch } = context;
  return [
    { type: 'TOO_MANY_FAILURES', cause: 'failures', ...learned },
    { type: 'REFUSED', cause: 'credentials', ...learned },
    { type: 'THROTTLED', forMs: 5_000, now: NOW, evidence: [] },
    { type: 'COOLDOWN_ELAPSED', epoch, now: LATER },
    { type: 'PROBE_ANSWERED' },
    { type: 'PROBE_SUCCEEDED' },
    { type: 'PROBE_FAILED', cause: 'failures', ...learned },
    { type: 'RECOVERED', provisional: true },
    { type: 'TRIP', until: null },
    { type: 'TRIP', until: LATER },
    { type: 'HOLD', until: LATER },
    { type: 'RESET', to: 'closed' },
    { type: 'RESET', to: 'halfOpen' },
    { type: 'RELEASE' },
    { type: 'OVERRIDE_ELAPSED', epoch, now: LATER },
  ];
}

/** Two snapshots that differ in their epoch only are one state. */
function stateOf({ value, context }: Snapshot): string {
  const { settings: _settings, epoch: _epoch, ...rest } = context;
  return JSON.stringify([value, { ...rest, probesFailed: Math.min(rest.probesFailed, GROWN_ENOUGH) }]);
}

const paths = getShortestPaths(circuitMachine, {
  input,
  events: (snapshot) => eventsOf(snapshot),
  serializeState: (snapshot) => stateOf(snapshot as Snapshot),
  stopWhen: (snapshot) => snapshot.context.probesFailed > GROWN_ENOUGH,
  limit: 100_000,
});
const reached = paths.map((path) => path.state as Snapshot);

/** What needs neither an operator nor an override's end without a time: the provider answers, time goes by. */
function byItself({ context }: Snapshot): CircuitMachineEvent[] {
  const { epoch } = context;
  return [
    { type: 'COOLDOWN_ELAPSED', epoch, now: LATER * 2 },
    { type: 'OVERRIDE_ELAPSED', epoch, now: LATER * 2 },
    { type: 'PROBE_ANSWERED' },
    { type: 'PROBE_SUCCEEDED' },
  ];
}

/** Whether it comes to closed, with no override, by what `events` offers. */
function closesBy(from: Snapshot, events: (snapshot: Snapshot) => CircuitMachineEvent[]): boolean {
  const seen = new Set([stateOf(from)]);
  for (let front = [from]; front.length > 0; ) {
    if (front.some((snapshot) => snapshot.matches({ automatic: 'closed', override: 'none' }))) return true;
    const next: Snapshot[] = [];
    for (const snapshot of front) {
      for (const event of events(snapshot)) {
        const [after] = transition(circuitMachine, snapshot, event);
        if (seen.has(stateOf(after))) continue;
        seen.add(stateOf(after));
        next.push(after);
      }
    }
    front = next;
  }
  return false;
}

describe('a walk of the whole machine', () => {
  it('every pair of states is reached, and no other', () => {
    const pairs = new Set(reached.map(({ value }) => `${value.automatic}/${value.override}`));
    const all = ['closed', 'open', 'halfOpen'].flatMap((automatic) =>
      ['none', 'tripped', 'heldClosed'].map((override) => `${automatic}/${override}`),
    );
    expect([...pairs].sort()).toEqual(all.sort());
    expect(reached.length).toBeGreaterThan(50);
  });

  it('from every state there is a way to closed', () => {
    const stuck = reached.filter((snapshot) => !closesBy(snapshot, eventsOf));
    expect(stuck.map(stateOf)).toEqual([]);
  });

  it('only a trip without an end waits for somebody: everything else closes by itself when the provider answers', () => {
    const stuck = reached.filter((snapshot) => !closesBy(snapshot, byItself));
    expect(stuck.length).toBeGreaterThan(0);
    for (const { value, context } of stuck) {
      expect([value.override, context.overrideUntil]).toEqual(['tripped', null]);
    }
  });

  it('open always has a deadline, and nothing else has one', () => {
    for (const { value, context } of reached) {
      expect(context.openUntil !== null).toBe(value.automatic === 'open');
    }
  });

  it('a hold always has an end, and without an override there is none', () => {
    for (const { value, context } of reached) {
      if (value.override === 'heldClosed') expect(context.overrideUntil).not.toBeNull();
      if (value.override === 'none') expect(context.overrideUntil).toBeNull();
    }
  });

  it('every change of state is exactly one epoch, and what changes none is none', () => {
    for (const snapshot of reached) {
      for (const event of eventsOf(snapshot)) {
        const [after] = transition(circuitMachine, snapshot, event);
        const moved = JSON.stringify(after.value) !== JSON.stringify(snapshot.value);
        const epochs = after.context.epoch - snapshot.context.epoch;
        if (moved) expect(epochs).toBe(1);
        else expect([0, 1]).toContain(epochs);
      }
    }
  });

  it('closed never goes to half-open but by a hand or the end of a trip', () => {
    const allowed = ['RESET', 'OVERRIDE_ELAPSED'];
    for (const snapshot of reached.filter(({ value }) => value.automatic === 'closed')) {
      for (const event of eventsOf(snapshot)) {
        const [after] = transition(circuitMachine, snapshot, event);
        if (after.value.automatic === 'halfOpen') expect(allowed).toContain(event.type);
      }
    }
  });

  it('begins closed, without an override', () => {
    const [first] = initialTransition(circuitMachine, input);
    expect(first.value).toEqual({ automatic: 'closed', override: 'none' });
  });
});
