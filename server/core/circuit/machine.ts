import { and, assign, not, setup, stateIn } from 'xstate';
import { openMs } from './openTime.ts';
import type { BreakerSettings, OpenCause } from './types.ts';

/** What the machine remembers beside its states. Times are monotonic ms; plain data, so it can be stored and restored. */
export interface CircuitContext {
  settings: BreakerSettings;
  /** One more for each change of state, by hand or not: what was begun in an earlier epoch changes nothing. */
  epoch: number;
  /** Why it is open or half-open; null while closed. */
  cause: OpenCause | null;
  openUntil: number | null;
  /** End of an override; null: none, or until somebody takes it off. */
  overrideUntil: number | null;
  /** Failed probes in a row: the open time has doubled so often. */
  probesFailed: number;
  /** Probes that answered in this half-open. */
  probesGood: number;
  /** Closed on a first content whose answer has not ended well yet. */
  provisional: boolean;
  evidence: string[];
}

type Learned = { now: number; draw: number; evidence: string[] };

/** What may change a state. Counting while closed is apart: see `samples.ts` and `trip.ts`. */
export type CircuitMachineEvent =
  | ({ type: 'TOO_MANY_FAILURES'; cause: 'failures' | 'timeouts' | 'rate' } & Learned)
  | ({ type: 'REFUSED'; cause: 'credentials' | 'balance' | 'model' } & Learned)
  | { type: 'THROTTLED'; forMs: number; now: number; evidence: string[] }
  | { type: 'COOLDOWN_ELAPSED'; epoch: number; now: number }
  /** A probe's first content came. */
  | { type: 'PROBE_ANSWERED' }
  /** The answer that closed it ended well. */
  | { type: 'PROBE_SUCCEEDED' }
  | ({ type: 'PROBE_FAILED'; cause: 'failures' | 'timeouts' } & Learned)
  /** Somebody else proved that it is back: a ping, or the last one standing. */
  | { type: 'RECOVERED'; provisional: boolean }
  | { type: 'TRIP'; until: number | null }
  | { type: 'HOLD'; until: number }
  | { type: 'RESET'; to: 'closed' | 'halfOpen' }
  | { type: 'RELEASE' }
  | { type: 'OVERRIDE_ELAPSED'; epoch: number; now: number };

export interface CircuitInput {
  settings: BreakerSettings;
}

const next = (context: CircuitContext): { epoch: number } => ({ epoch: context.epoch + 1 });

const machineSetup = setup({
  types: {
    context: {} as CircuitContext,
    events: {} as CircuitMachineEvent,
    input: {} as CircuitInput,
  },
  guards: {
    cooldownOver: ({ context, event }) =>
      event.type === 'COOLDOWN_ELAPSED' &&
      event.epoch === context.epoch &&
      context.openUntil !== null &&
      event.now >= context.openUntil,
    overrideOver: ({ context, event }) =>
      event.type === 'OVERRIDE_ELAPSED' &&
      event.epoch === context.epoch &&
      context.overrideUntil !== null &&
      event.now >= context.overrideUntil,
    lastProbeNeeded: ({ context }) => context.probesGood + 1 >= context.settings.successes,
    provisional: ({ context }) => context.provisional,
    tripped: stateIn({ override: 'tripped' }),
    toClosed: ({ event }) => event.type === 'RESET' && event.to === 'closed',
    /** A throttle names its time: the end of a trip does not bring it forward. */
    stillThrottled: ({ context, event }) =>
      event.type === 'OVERRIDE_ELAPSED' &&
      context.cause === 'throttled' &&
      context.openUntil !== null &&
      event.now < context.openUntil,
  },
  actions: {
    open: assign(({ context, event }) => {
      if (event.type !== 'TOO_MANY_FAILURES' && event.type !== 'REFUSED') return {};
      // An opening while provisional is the probe's failure told by others: the growth goes on.
      const probesFailed = context.provisional ? context.probesFailed + 1 : 0;
      return {
        ...next(context),
        cause: event.cause,
        evidence: event.evidence,
        openUntil: event.now + openMs(context.settings, probesFailed, event.draw),
        probesFailed,
        provisional: false,
      };
    }),
    openAgain: assign(({ context, event }) => {
      if (event.type !== 'PROBE_FAILED' && event.type !== 'REFUSED') return {};
      const probesFailed = context.probesFailed + 1;
      const cause = causeAfterProbe(context.cause, event.cause);
      return {
        ...next(context),
        cause,
        // What opened it stays its evidence while the outage is the same one; the probe's is in its event.
        evidence: cause === context.cause ? context.evidence : event.evidence,
        openUntil: event.now + openMs(context.settings, probesFailed, event.draw),
        probesFailed,
        provisional: false,
      };
    }),
    openThrottled: assign(({ context, event }) => {
      if (event.type !== 'THROTTLED') return {};
      return {
        ...next(context),
        cause: 'throttled' as const,
        evidence: event.evidence,
        openUntil: event.now + event.forMs,
        provisional: false,
      };
    }),
    halfOpen: assign(({ context }) => ({ ...next(context), openUntil: null, probesGood: 0, provisional: false })),
    countProbe: assign(({ context }) => ({ probesGood: context.probesGood + 1 })),
    close: assign(({ context, event }) => {
      const provisional = event.type === 'PROBE_ANSWERED' || (event.type === 'RECOVERED' && event.provisional);
      return {
        ...next(context),
        ...(provisional ? {} : { cause: null, evidence: [], probesFailed: 0 }),
        openUntil: null,
        provisional,
      };
    }),
    confirm: assign({ provisional: false, probesFailed: 0, cause: null, evidence: [] }),
    trip: assign(({ context, event }) =>
      event.type === 'TRIP' ? { ...next(context), overrideUntil: event.until } : {},
    ),
    hold: assign(({ context, event }) =>
      event.type === 'HOLD' ? { ...next(context), overrideUntil: event.until } : {},
    ),
    release: assign(({ context }) => ({ ...next(context), overrideUntil: null })),
    // Two regions may answer one event; the epoch is counted by one of them only.
    liftOverride: assign({ overrideUntil: null }),
    halfOpenAfterTrip: assign({ openUntil: null, probesGood: 0, provisional: false }),
  },
});

/** A probe that fails keeps the story of the outage, unless it was a story of something else. */
function causeAfterProbe(before: OpenCause | null, seen: OpenCause): OpenCause {
  const outage = before === 'failures' || before === 'timeouts' || before === 'rate';
  const alsoOutage = seen === 'failures' || seen === 'timeouts';
  return outage && alsoOutage ? before : seen;
}

/** A trip that ends by its time is followed by a probe, never straight by everybody. */
const afterTrip = {
  guard: and(['tripped', 'overrideOver', not('stillThrottled')]),
  target: 'halfOpen',
  actions: 'halfOpenAfterTrip',
} as const;

const lifting = {
  RELEASE: { target: 'none', actions: 'release' },
  OVERRIDE_ELAPSED: { guard: 'overrideOver', target: 'none', actions: 'release' },
} as const;

/**
 * One circuit. `automatic` is what it has learned, `override` what an operator laid over it; the override is shown if
 * there is one. It is pure: no timers, no clock, no randomness; the board owns those and sends what they say.
 */
export const circuitMachine = machineSetup.createMachine({
  id: 'circuit',
  type: 'parallel',
  context: ({ input }) => ({
    settings: input.settings,
    epoch: 1,
    cause: null,
    openUntil: null,
    overrideUntil: null,
    probesFailed: 0,
    probesGood: 0,
    provisional: false,
    evidence: [],
  }),
  states: {
    automatic: {
      initial: 'closed',
      on: {
        RESET: [
          { guard: 'toClosed', target: '.closed', actions: 'close' },
          { target: '.halfOpen', actions: 'halfOpen' },
        ],
      },
      states: {
        closed: {
          on: {
            TOO_MANY_FAILURES: { target: 'open', actions: 'open' },
            REFUSED: { target: 'open', actions: 'open' },
            THROTTLED: { target: 'open', actions: 'openThrottled' },
            PROBE_SUCCEEDED: { guard: 'provisional', actions: 'confirm' },
            PROBE_FAILED: { guard: 'provisional', target: 'open', actions: 'openAgain' },
            OVERRIDE_ELAPSED: afterTrip,
          },
        },
        open: {
          on: {
            COOLDOWN_ELAPSED: { guard: 'cooldownOver', target: 'halfOpen', actions: 'halfOpen' },
            RECOVERED: { target: 'closed', actions: 'close' },
            OVERRIDE_ELAPSED: afterTrip,
          },
        },
        halfOpen: {
          on: {
            PROBE_ANSWERED: [
              { guard: 'lastProbeNeeded', target: 'closed', actions: 'close' },
              { actions: 'countProbe' },
            ],
            PROBE_FAILED: { target: 'open', actions: 'openAgain' },
            REFUSED: { target: 'open', actions: 'openAgain' },
            THROTTLED: { target: 'open', actions: 'openThrottled' },
            RECOVERED: { target: 'closed', actions: 'close' },
          },
        },
      },
    },
    override: {
      initial: 'none',
      on: {
        TRIP: { target: '.tripped', actions: 'trip' },
        HOLD: { target: '.heldClosed', actions: 'hold' },
        RESET: { target: '.none', actions: 'liftOverride' },
      },
      states: {
        none: {},
        tripped: { on: lifting },
        heldClosed: { on: lifting },
      },
    },
  },
});
