import { createActor, type SnapshotFrom } from 'xstate';
import { type CircuitContext, type CircuitMachineEvent, circuitMachine } from '../core/circuit/machine.ts';
import { THROTTLE_MAX_MS } from '../core/circuit/openTime.ts';
import type { AutomaticState, BreakerSettings, Override, ShownState, StoredCircuit } from '../core/circuit/types.ts';
import type { Clock } from '../core/clock.ts';

/**
 * The XState actor of one circuit with its states at hand as plain fields, so that the hot path reads them without
 * asking the actor.
 */
export class Automaton {
  automatic: AutomaticState = 'closed';
  override: Override = 'none';
  context: CircuitContext;
  private actor;

  constructor(settings: BreakerSettings, restored: SnapshotFrom<typeof circuitMachine> | null) {
    const input = { settings };
    this.actor = createActor(circuitMachine, restored ? { input, snapshot: restored } : { input });
    this.actor.start();
    this.context = this.actor.getSnapshot().context;
    this.read();
  }

  get shown(): ShownState {
    return this.override === 'none' ? this.automatic : this.override;
  }

  /** True: the event changed the state (and so the epoch). */
  send(event: CircuitMachineEvent): boolean {
    const { epoch } = this.context;
    this.actor.send(event);
    this.read();
    return this.context.epoch !== epoch;
  }

  /** Goes by other settings from now on, in the state and the epoch it is in: what is open stays so for the time it was given. */
  adopt(settings: BreakerSettings): void {
    const { value, context } = this.actor.getSnapshot();
    const snapshot = circuitMachine.resolveState({ value, context: { ...context, settings } });
    this.actor.stop();
    this.actor = createActor(circuitMachine, { input: { settings }, snapshot });
    this.actor.start();
    this.read();
  }

  private read(): void {
    const { value, context } = this.actor.getSnapshot();
    this.automatic = value.automatic;
    this.override = value.override;
    this.context = context;
  }
}

/**
 * A snapshot of the machine from what was stored. Wall times become monotonic ones; the open time that is left is
 * clamped, so that a clock set back cannot leave a provider alone for a year.
 */
export function restoredSnapshot(
  stored: StoredCircuit,
  settings: BreakerSettings,
  clock: Clock,
): SnapshotFrom<typeof circuitMachine> {
  const longest = stored.cause === 'throttled' ? THROTTLE_MAX_MS : Math.max(settings.openMs, settings.openMaxMs);
  const left = (until: number | null, most: number): number | null =>
    until === null ? null : clock.now() + Math.min(Math.max(0, until - clock.wall()), most);
  // A hold always has an end, and a closed circuit no cause: a row that says otherwise was written by half.
  const overrideUntil =
    stored.override === 'heldClosed' ? (stored.overrideUntil ?? clock.wall()) : stored.overrideUntil;
  const closed = stored.automatic === 'closed';
  return circuitMachine.resolveState({
    value: { automatic: stored.automatic, override: stored.override },
    context: {
      settings,
      epoch: stored.epoch,
      cause: closed ? null : stored.cause,
      // An open circuit without a deadline would stay open for ever: it is tried at once instead.
      openUntil: stored.automatic === 'open' ? (left(stored.openUntil, longest) ?? clock.now()) : null,
      overrideUntil: stored.override === 'none' ? null : left(overrideUntil, Number.POSITIVE_INFINITY),
      probesFailed: closed ? 0 : stored.probesFailed,
      probesGood: 0,
      provisional: false,
      evidence: closed ? [] : stored.evidence,
    },
  });
}
