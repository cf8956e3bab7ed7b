import { Allowance } from '../core/circuit/allowance.ts';
import { Headroom } from '../core/circuit/headroom.ts';
import type { CircuitMachineEvent } from '../core/circuit/machine.ts';
import { Pacing } from '../core/circuit/pacing.ts';
import type { PoisonMemory } from '../core/circuit/poison.ts';
import { Ramp } from '../core/circuit/ramp.ts';
import { Samples } from '../core/circuit/samples.ts';
import type { Settlement } from '../core/circuit/settle.ts';
import {
  type BreakerSettings,
  type CircuitEvent,
  ITSELF,
  type ShownState,
  type StoredCircuit,
  type TransitionCause,
} from '../core/circuit/types.ts';
import type { Clock, Random } from '../core/clock.ts';
import { Roster } from '../core/roster.ts';
import { Automaton, restoredSnapshot } from './automaton.ts';
import { Deadlines } from './deadlines.ts';
import { learn, probeFailed } from './learn.ts';
import { itself, type Move } from './move.ts';
import { type AcquireOptions, type Admission, type Permit, Ticket } from './permit.ts';
import { isFull, refusalOf } from './refuse.ts';
import type { WallTimes } from './wallTimes.ts';

/** A probe is reaped so long after its own first-token clock. */
const LEASE_GRACE_MS = 5_000;

export interface CircuitDeps {
  provider: string;
  settings: BreakerSettings;
  /** Calls in flight at most. */
  concurrency: number;
  clock: Clock;
  wallTimes: WallTimes;
  random: Random;
  poison: PoisonMemory;
  /** A call that throws when it is told to move on breaks nothing; this is told. */
  onListenerError: (error: unknown) => void;
  /** Told of a result from another epoch, which changes nothing. */
  onStale?: ((permit: Permit, settlement: Settlement) => void) | undefined;
  /** Told after each transition, when the circuit is whole again. */
  onMove: (circuit: Circuit, before: { shown: ShownState }, move: Move) => CircuitEvent;
}

/**
 * One provider's circuit: the machine, the counting beside it, the permits that are out, and its timers.
 * Everything is synchronous; times inside are monotonic.
 */
export class Circuit {
  deps: CircuitDeps;
  readonly automaton: Automaton;
  samples: Samples;
  readonly ramp: Ramp;
  /** What the provider bears, as its 429s have taught. */
  allowance: Allowance;
  /** What it says is left of its limits. */
  headroom = new Headroom();
  inFlight = 0;
  slotsOut = 0;
  /** The epoch in which a ping came back that proved nothing. */
  vainEpoch = 0;
  throttles = 0;
  by = ITSELF;
  reason: string | null = null;
  /** Wall times. */
  since: number;
  automaticSince: number;
  lastSuccessAt: number | null = null;
  /** The same on the monotonic clock, which decides who is the last one standing. */
  lastGood = Number.NEGATIVE_INFINITY;
  /** Open: how often the last one standing may be tried. */
  pacing: Pacing;
  /** Forced calls in a row that answered. */
  forcedGood = 0;
  private readonly waiting = new Roster<Ticket>();
  readonly deadlines: Deadlines;

  constructor(deps: CircuitDeps, stored: StoredCircuit | null) {
    this.deps = deps;
    const { clock, settings } = deps;
    this.automaton = new Automaton(settings, stored ? restoredSnapshot(stored, settings, clock) : null);
    this.samples = new Samples(settings.windowMs);
    this.ramp = new Ramp(settings.rampMs);
    this.allowance = new Allowance(deps.concurrency);
    this.pacing = new Pacing(clock.now());
    this.since = stored?.since ?? clock.wall();
    this.automaticSince = stored?.automaticSince ?? clock.wall();
    if (stored) {
      this.by = stored.by;
      this.reason = stored.reason;
      this.throttles = stored.throttles;
      this.lastSuccessAt = stored.lastSuccessAt;
      if (stored.lastSuccessAt !== null) {
        this.lastGood = clock.now() - Math.max(0, clock.wall() - stored.lastSuccessAt);
      }
    }
    this.deadlines = new Deadlines(this);
    this.deadlines.arm();
  }

  acquire(options: AcquireOptions): Admission {
    const now = this.deps.clock.now();
    this.catchUp(now);
    const refusal = refusalOf(this, options, now);
    if (refusal) return { refusal };
    const { automatic, override } = this.automaton;
    if (automatic === 'closed') return { permit: this.admit('closed', options) };
    // Under a hold everybody passes; one of them at a time proves whether it is back.
    const probing = automatic === 'halfOpen' && this.slotFree();
    if (override === 'heldClosed' && !probing) return { permit: this.admit('held', options) };
    return { permit: this.admitProbe(options) };
  }

  /** A forced call to the last one standing, when its pace allows one. */
  acquireForced(options: AcquireOptions): Ticket | null {
    const now = this.deps.clock.now();
    if (!this.mayBeForced() || isFull(this) || !this.pacing.take(now)) return null;
    return this.admit('forced', options);
  }

  /** A ping of ours: it takes the half-open slot if one is free, and is no caller's call. */
  acquirePing(options: AcquireOptions): Ticket {
    this.catchUp(this.deps.clock.now());
    const probes = this.automaton.shown === 'halfOpen' && this.slotFree();
    const ticket = probes ? this.admitProbe(options) : this.admit('held', options);
    ticket.isPing = true;
    return ticket;
  }

  mayBeForced(): boolean {
    const { automatic, override, context } = this.automaton;
    const { cause } = context;
    return (
      automatic === 'open' && override === 'none' && (cause === 'failures' || cause === 'timeouts' || cause === 'rate')
    );
  }

  /** First content came: nobody evacuates it any more, and a probe that answers closes the circuit provisionally. */
  answered(ticket: Ticket): void {
    if (ticket.answered || ticket.settled) return;
    ticket.answered = true;
    this.stopWaiting(ticket);
    if (ticket.countsIn !== this.automaton.context.epoch) return;
    if (ticket.hasSlot) {
      this.closeWith(ticket, { type: 'PROBE_ANSWERED' }, 'probe');
    } else if (ticket.kind === 'forced' && this.automaton.automatic === 'open') {
      this.pacing.succeeded(this.deps.clock.now());
      this.forcedGood += 1;
      if (this.forcedGood < this.deps.settings.successes) return;
      this.closeWith(ticket, { type: 'RECOVERED', provisional: true }, 'forced');
    }
  }

  settle(ticket: Ticket, settlement: Settlement): void {
    if (ticket.settled) return;
    if (settlement.result === 'success') this.answered(ticket);
    ticket.settled = true;
    ticket.lease?.cancel();
    this.stopWaiting(ticket);
    this.inFlight -= 1;
    const counts = ticket.countsIn === this.automaton.context.epoch;
    if (ticket.hasSlot && counts) this.slotsOut -= 1;
    ticket.hasSlot = false;
    if (settlement.result === 'success') this.succeeded();
    if (ticket.isPing && settlement.result === 'neutral') this.vainEpoch = ticket.epoch;
    if (ticket.kind === 'held' || settlement.result === 'neutral') return;
    if (counts) learn(this, ticket, settlement);
    else this.deps.onStale?.(ticket, settlement);
  }

  /** A ping that came back proves more than any clock: closes an open or half-open circuit. Never one that is tripped. */
  recovered(epoch: number, by: string): void {
    const { context, automatic, override } = this.automaton;
    if (epoch !== context.epoch || automatic === 'closed' || override === 'tripped') return;
    this.throttles = 0;
    this.succeeded();
    this.move({ type: 'RECOVERED', provisional: false }, { cause: 'recheck', by, reason: null, evidence: [] });
  }

  /** Makes the steps whose time has come, whether their timer fired or not. */
  catchUp(now: number): void {
    const { context, automatic, override } = this.automaton;
    if (override !== 'none' && context.overrideUntil !== null && now >= context.overrideUntil) {
      this.move({ type: 'OVERRIDE_ELAPSED', epoch: context.epoch, now }, itself('expired'));
      this.catchUp(now);
    } else if (automatic === 'open' && context.openUntil !== null && now >= context.openUntil) {
      this.move({ type: 'COOLDOWN_ELAPSED', epoch: context.epoch, now }, itself('cooldown'));
    }
  }

  /** Sends what may change the state; if it did, everything that hangs on the epoch is made anew, then told. */
  move(event: CircuitMachineEvent, move: Move): CircuitEvent | null {
    const { automaton } = this;
    const before = { shown: automaton.shown, automatic: automaton.automatic };
    if (!automaton.send(event)) return null;
    const now = this.deps.clock.now();
    const wall = this.deps.clock.wall();
    if (automaton.shown !== before.shown) this.since = wall;
    if (automaton.automatic !== before.automatic) this.automaticSince = wall;
    // What the machine learns beneath an override is not what the operator is shown to have done.
    if (move.by !== ITSELF || automaton.override === 'none') {
      this.by = move.by;
      this.reason = move.reason;
    }
    this.slotsOut = 0;
    if (event.type === 'RESET') this.throttles = 0;
    if (automaton.automatic === 'closed' && (before.automatic !== 'closed' || event.type === 'RESET')) {
      this.samples.clear();
      if (move.cause === 'reset') this.forget();
      else this.ramp.start(now);
    }
    if (automaton.automatic !== 'closed') this.ramp.stop();
    if (automaton.automatic === 'open' && before.automatic !== 'open') {
      this.pacing = new Pacing(now);
      this.forcedGood = 0;
    }
    this.deadlines.arm();
    const leaving = automaton.shown === 'open' || automaton.shown === 'tripped' ? this.waiting.list() : [];
    const told = this.deps.onMove(this, before, move);
    this.evacuate(leaving);
    return told;
  }

  /** Whether one more may probe. */
  slotFree(): boolean {
    return this.slotsOut < this.deps.settings.probes;
  }

  /** Somebody knows better than what was learned. */
  private forget(): void {
    this.ramp.stop();
    this.allowance = new Allowance(this.deps.concurrency);
    this.headroom = new Headroom();
  }

  private admit(kind: Ticket['kind'], options: AcquireOptions): Ticket {
    const { shown: state, context } = this.automaton;
    const ticket = new Ticket({ provider: this.deps.provider, state, epoch: context.epoch }, kind, options.onEvacuate);
    this.inFlight += 1;
    ticket.inFlight = this.inFlight;
    ticket.mark = this.headroom.take(options.tokens ?? 0, this.deps.clock.now());
    ticket.place = this.waiting.add(ticket);
    return ticket;
  }

  private admitProbe(options: AcquireOptions): Ticket {
    const ticket = this.admit('probe', options);
    ticket.hasSlot = true;
    this.slotsOut += 1;
    ticket.lease = this.deps.clock.after(options.leaseMs + LEASE_GRACE_MS, () => this.reap(ticket));
    return ticket;
  }

  /** A probe that never came back: its slot is taken from it, and it counts as one that failed. */
  private reap(ticket: Ticket): void {
    if (ticket.settled || !ticket.hasSlot || ticket.countsIn !== this.automaton.context.epoch) return;
    if (!ticket.answered) probeFailed(this, true, []);
    else {
      // It did answer, and more of its kind are needed: a long answer must not keep them waiting.
      ticket.hasSlot = false;
      this.slotsOut -= 1;
    }
  }

  private succeeded(): void {
    this.lastSuccessAt = this.deps.clock.wall();
    this.lastGood = this.deps.clock.now();
  }

  private closeWith(ticket: Ticket, event: CircuitMachineEvent, cause: TransitionCause): void {
    if (this.move(event, itself(cause))) {
      ticket.lease?.cancel();
      ticket.hasSlot = false;
      ticket.countsIn = this.automaton.context.epoch;
    }
  }

  /** False: it did not wait any more. */
  private stopWaiting(ticket: Ticket): boolean {
    const { place } = ticket;
    if (!place) return false;
    this.waiting.remove(place);
    ticket.place = null;
    return true;
  }

  private evacuate(leaving: Ticket[]): void {
    for (const ticket of leaving) {
      if (!this.stopWaiting(ticket)) continue;
      try {
        ticket.onEvacuate();
      } catch (error) {
        this.deps.onListenerError(error);
      }
    }
  }
}
