import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { type CircuitContext, type CircuitMachineEvent, circuitMachine } from '../../../server/core/circuit/machine.ts';
import type { AutomaticState, Override } from '../../../server/core/circuit/types.ts';
import { defaults } from '../../support/breaker.ts';

type State = `${AutomaticState}/${Override}`;

const NOW = 1_000;
const DAY_MS = 86_400_000;
const learned = { now: NOW, draw: 0, evidence: ['r/0'] };

/** What each event is called in the tables below. `stale`: of another epoch; `early`: before its time. */
const events = {
  tooMany: { type: 'TOO_MANY_FAILURES', cause: 'failures', ...learned },
  refused: { type: 'REFUSED', cause: 'balance', ...learned },
  throttled: { type: 'THROTTLED', forMs: 7_000, now: NOW, evidence: ['r/0'] },
  cooldown: { type: 'COOLDOWN_ELAPSED', epoch: 7, now: DAY_MS },
  cooldownStale: { type: 'COOLDOWN_ELAPSED', epoch: 6, now: DAY_MS },
  cooldownEarly: { type: 'COOLDOWN_ELAPSED', epoch: 7, now: 299_999 },
  answered: { type: 'PROBE_ANSWERED' },
  succeeded: { type: 'PROBE_SUCCEEDED' },
  probeFailed: { type: 'PROBE_FAILED', cause: 'timeouts', ...learned },
  recovered: { type: 'RECOVERED', provisional: false },
  trip: { type: 'TRIP', until: null },
  hold: { type: 'HOLD', until: 9_000 },
  resetClosed: { type: 'RESET', to: 'closed' },
  resetHalfOpen: { type: 'RESET', to: 'halfOpen' },
  release: { type: 'RELEASE' },
  overrideOver: { type: 'OVERRIDE_ELAPSED', epoch: 7, now: DAY_MS },
  overrideOverStale: { type: 'OVERRIDE_ELAPSED', epoch: 6, now: DAY_MS },
  overrideOverEarly: { type: 'OVERRIDE_ELAPSED', epoch: 7, now: 599_999 },
} satisfies Record<string, CircuitMachineEvent>;

type Name = keyof typeof events;

/** Where each event leads from each state; what is not named leads nowhere and changes no epoch. */
const automatic: Record<AutomaticState, Partial<Record<Name, AutomaticState>>> = {
  closed: { tooMany: 'open', refused: 'open', throttled: 'open' },
  open: { cooldown: 'halfOpen', recovered: 'closed' },
  halfOpen: { answered: 'closed', refused: 'open', throttled: 'open', probeFailed: 'open', recovered: 'closed' },
};

const override: Record<Override, Partial<Record<Name, Override>>> = {
  none: { trip: 'tripped', hold: 'heldClosed' },
  tripped: { trip: 'tripped', hold: 'heldClosed', release: 'none', overrideOver: 'none' },
  heldClosed: { trip: 'tripped', hold: 'heldClosed', release: 'none', overrideOver: 'none' },
};

const automaticStates: AutomaticState[] = ['closed', 'open', 'halfOpen'];
const overrides: Override[] = ['none', 'tripped', 'heldClosed'];

/** Where an event leads from a state, or null: nowhere. */
function expected(from: { automatic: AutomaticState; override: Override }, name: Name): State | null {
  if (name === 'resetClosed') return 'closed/none';
  if (name === 'resetHalfOpen') return 'halfOpen/none';
  // A trip that ends by its time is followed by a probe, whatever was beneath.
  if (name === 'overrideOver' && from.override === 'tripped') return 'halfOpen/none';
  const to = { automatic: automatic[from.automatic][name], override: override[from.override][name] };
  if (!to.automatic && !to.override) return null;
  return `${to.automatic ?? from.automatic}/${to.override ?? from.override}`;
}

function snapshot(value: { automatic: AutomaticState; override: Override }, context: Partial<CircuitContext> = {}) {
  const [fresh] = initialTransition(circuitMachine, { settings: defaults });
  const deadlines = {
    openUntil: value.automatic === 'open' ? 300_000 : null,
    overrideUntil: value.override === 'none' ? null : 600_000,
  };
  const cause = value.automatic === 'closed' ? null : ('failures' as const);
  const whole = { ...fresh.context, epoch: 7, cause, ...deadlines, ...context };
  return circuitMachine.resolveState({ value, context: whole });
}

function send(from: ReturnType<typeof snapshot>, ...sent: CircuitMachineEvent[]) {
  return sent.reduce((state, event) => transition(circuitMachine, state, event)[0], from);
}

describe('the table of transitions', () => {
  const names = Object.keys(events) as Name[];
  for (const above of overrides) {
    for (const beneath of automaticStates) {
      const value = { automatic: beneath, override: above };
      it.each(names)(`${beneath}/${above} at %s goes where the table says`, (name) => {
        const before = snapshot(value);
        const after = send(before, events[name]);
        const to = expected(value, name);
        expect(`${after.value.automatic}/${after.value.override}`).toBe(to ?? `${beneath}/${above}`);
        // Each change of state is one epoch, even when both regions answer; what changes no state changes none.
        expect(after.context.epoch).toBe(to === null ? 7 : 8);
      });
    }
  }
});

describe('what goes with a transition', () => {
  it('opening keeps the cause, the evidence and the deadline', () => {
    const { context } = send(snapshot({ automatic: 'closed', override: 'none' }), events.tooMany);
    expect(context).toMatchObject({ cause: 'failures', evidence: ['r/0'], openUntil: NOW + 300_000, probesFailed: 0 });
  });

  it('a throttle names its own time', () => {
    const { context } = send(snapshot({ automatic: 'closed', override: 'none' }), events.throttled);
    expect(context).toMatchObject({ cause: 'throttled', openUntil: NOW + 7_000 });
  });

  it('a failed probe doubles the open time, and keeps the story of the outage', () => {
    const settings = { ...defaults, openMaxMs: 2_000_000 };
    const from = snapshot({ automatic: 'halfOpen', override: 'none' }, { settings, cause: 'rate', probesFailed: 1 });
    const { context } = send(from, events.probeFailed);
    expect(context).toMatchObject({ cause: 'rate', probesFailed: 2, openUntil: NOW + 1_200_000 });
  });

  it('a failed probe after another cause tells what it saw', () => {
    const from = snapshot({ automatic: 'halfOpen', override: 'none' }, { cause: 'balance' });
    expect(send(from, events.probeFailed).context.cause).toBe('timeouts');
    expect(send(snapshot({ automatic: 'halfOpen', override: 'none' }), events.refused).context.cause).toBe('balance');
  });

  it('a probe that answered closes provisionally, and only its good end resets the growth', () => {
    const from = snapshot({ automatic: 'halfOpen', override: 'none' }, { probesFailed: 3 });
    const answered = send(from, events.answered);
    expect(answered.value.automatic).toBe('closed');
    expect(answered.context).toMatchObject({ provisional: true, probesFailed: 3 });
    const ended = send(answered, events.succeeded);
    expect(ended.context).toMatchObject({ provisional: false, probesFailed: 0, cause: null, epoch: 8 });
    expect(send(answered, events.probeFailed).context).toMatchObject({ provisional: false, probesFailed: 4 });
    expect(send(answered, events.tooMany).context).toMatchObject({ provisional: false, probesFailed: 4 });
  });

  it('once it ended well, the growth begins anew', () => {
    const ended = send(snapshot({ automatic: 'halfOpen', override: 'none' }), events.answered, events.succeeded);
    expect(send(ended, events.tooMany).context.probesFailed).toBe(0);
  });

  it('as many probes as asked for close it, no fewer', () => {
    const settings = { ...defaults, successes: 3 };
    const from = snapshot({ automatic: 'halfOpen', override: 'none' }, { settings });
    const two = send(from, events.answered, events.answered);
    expect(two.value.automatic).toBe('halfOpen');
    expect(send(two, events.answered).value.automatic).toBe('closed');
    // A failure in between begins the count anew.
    const again = send(two, events.probeFailed, { ...events.cooldown, epoch: 8 }, events.answered, events.answered);
    expect(again.value.automatic).toBe('halfOpen');
  });

  it('a throttle keeps its time beneath a trip that ends sooner', () => {
    const context = { cause: 'throttled' as const, openUntil: 3_000_000, overrideUntil: 600_000 };
    const from = snapshot({ automatic: 'open', override: 'tripped' }, context);
    const during = send(from, { ...events.overrideOver, now: 600_000 });
    expect(during.value).toEqual({ automatic: 'open', override: 'none' });
    expect(during.context.openUntil).toBe(3_000_000);
    expect(send(from, events.overrideOver).value).toEqual({ automatic: 'halfOpen', override: 'none' });
  });

  it('a reset to closed leaves nothing of the outage', () => {
    const from = snapshot({ automatic: 'open', override: 'tripped' }, { probesFailed: 4, evidence: ['r/0'] });
    expect(send(from, events.resetClosed).context).toMatchObject({
      ...{ cause: null, evidence: [], probesFailed: 0, openUntil: null, overrideUntil: null, provisional: false },
    });
  });
});
