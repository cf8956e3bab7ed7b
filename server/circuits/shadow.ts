import type { PoisonMemory } from '../core/circuit/poison.ts';
import type { PermitKind, Settlement } from '../core/circuit/settle.ts';
import type { Act, AutomaticState, StoredCircuit, TransitionCause } from '../core/circuit/types.ts';
import type { DrivenClock } from '../core/drivenClock.ts';
import {
  type GhostEpisode,
  type GhostReport,
  type GhostSettings,
  ghostSentence,
  noTally,
  unknownSentence,
} from '../core/ghost.ts';
import { machineEvent } from './acts.ts';
import { Circuit } from './circuit.ts';
import { eventOf } from './entry.ts';
import { itself } from './move.ts';
import type { AcquireOptions, Ticket } from './permit.ts';
import { refusalOf } from './refuse.ts';
import type { WallTimes } from './wallTimes.ts';

/** Episodes of one ghost that are kept one by one; older ones stay in the totals. */
const MOST_EPISODES = 50;
/** What `jitter` draws for a ghost: the middle, so that the same traffic gives the same ghost. */
const DRAW = 0.5;

export interface ShadowDeps {
  provider: string;
  ghost: GhostSettings;
  concurrency: number;
  /** Moved by whoever feeds the ghost. */
  clock: DrivenClock;
  wallTimes: WallTimes;
  /** One a ghost's name, over all providers. */
  poison: PoisonMemory;
  /** What the circuit began with. */
  stored: StoredCircuit | null;
  /** Told of each move of the ghost. */
  onMove?: ((move: GhostMove) => void) | undefined;
}

/** The ghost moved. `at`: ms since 1970. */
export interface GhostMove {
  ghost: string;
  at: number;
  to: AutomaticState;
  cause: TransitionCause;
}

/** What a call is asked with, as far as a circuit cares. */
export type AskOptions = Pick<AcquireOptions, 'leaseMs' | 'ramp'>;

/** What became of one call of the circuit with the ghost. */
export interface Fate {
  /** Null: the ghost did not let it through. */
  ticket: Ticket | null;
  /** Where it counts, if it does. */
  episode: GhostEpisode | null;
  /** When the ghost told it to move on. */
  evacuatedAt: number | null;
}

/** What came of a call of the circuit. Times are monotonic. */
export interface Ended {
  beganAt: number;
  settlement: Settlement;
  /** Until when it waited in vain: it failed then, or was told to move on when the circuit opened; null: it did not. */
  vainUntil: number | null;
}

/** One ghost of one provider: a circuit of its own on a clock that is driven, and the comparison with the true one. */
export class Shadow {
  readonly circuit: Circuit;
  private readonly deps: ShadowDeps;
  private readonly since: number;
  private readonly totals: GhostReport['totals'];
  private readonly episodes: GhostEpisode[] = [];
  /** How the circuit and the ghost were before their last move. */
  private readonly was: Record<'circuit' | 'ghost', AutomaticState> = { circuit: 'closed', ghost: 'closed' };
  private current: GhostEpisode | null = null;

  constructor(deps: ShadowDeps) {
    this.deps = deps;
    const { clock, ghost, stored } = deps;
    this.since = Math.round(clock.wall());
    this.totals = { circuitOpenings: 0, ghostOpenings: 0, ...noTally() };
    this.circuit = new Circuit(
      {
        provider: deps.provider,
        settings: ghost.breaker,
        concurrency: deps.concurrency,
        clock,
        wallTimes: deps.wallTimes,
        random: () => DRAW,
        poison: deps.poison,
        onListenerError: () => {},
        onMove: (circuit, _before, move) => {
          this.compare('ghost', circuit.automaton.automatic, move.cause);
          return eventOf(circuit, { ...move, from: 'closed' }, { node: '', seq: 0 });
        },
      },
      stored,
    );
    const began = stored?.automatic ?? 'closed';
    for (const side of ['circuit', 'ghost'] as const) this.compare(side, began, stored?.cause ?? 'cooldown');
  }

  /** The circuit let a call through. `ping`: one of our own. */
  asked(kind: PermitKind | 'ping', options: AskOptions): Fate {
    const fate: Fate = { ticket: null, episode: null, evacuatedAt: null };
    const whole: AcquireOptions = {
      ...options,
      onEvacuate: () => {
        fate.evacuatedAt = this.deps.clock.now();
        fate.episode = this.current;
      },
    };
    const { circuit } = this;
    if (kind === 'ping') {
      fate.ticket = circuit.acquirePing(whole);
      return fate;
    }
    if (kind === 'forced') {
      fate.ticket = circuit.acquireForced(whole);
      if (fate.ticket) return fate;
      // The very call has been counted as one that was not made.
      if (this.current && this.wouldAdmit(whole)) this.current.unknown = Math.max(0, this.current.unknown - 1);
    }
    const { permit, refusal } = circuit.acquire(whole);
    fate.ticket = (permit as Ticket | undefined) ?? null;
    // Room for calls in flight is not what a ghost is about.
    if (refusal && refusal.reason !== 'busy') fate.episode = this.current;
    return fate;
  }

  /** The circuit did not let a call through, for reasons of its own state. */
  refused(options: AskOptions): void {
    const wouldAdmit = this.wouldAdmit({ ...options, onEvacuate: () => {} });
    if (wouldAdmit && this.current) this.current.unknown += 1;
  }

  answered(fate: Fate): void {
    if (fate.ticket) this.circuit.answered(fate.ticket);
  }

  ended(fate: Fate, { beganAt, settlement, vainUntil }: Ended): void {
    const { ticket, episode, evacuatedAt } = fate;
    if (ticket) this.circuit.settle(ticket, settlement);
    if (!episode) return;
    if (evacuatedAt !== null) {
      if (vainUntil === null || vainUntil <= evacuatedAt) return;
      episode.movedOn.calls += 1;
      episode.movedOn.soonerMs += vainUntil - evacuatedAt;
    } else if (vainUntil !== null) {
      episode.spared.waited += 1;
      episode.spared.waitedMs += vainUntil - beganAt;
    } else if (settlement.result === 'success') episode.spared.answered += 1;
    else episode.spared.other += 1;
  }

  /** An operator's act is laid over the ghost too: it is about the provider. */
  acted(act: Act): void {
    const now = this.deps.clock.now();
    this.circuit.catchUp(now);
    this.circuit.move(machineEvent(act, now), { ...itself(act.type), by: act.by, reason: act.reason });
  }

  /** A ping proved to the circuit that the provider is there. */
  recovered(by: string): void {
    this.circuit.recovered(this.circuit.automaton.context.epoch, by);
  }

  /** The circuit moved. */
  moved(automatic: AutomaticState, cause: TransitionCause): void {
    this.compare('circuit', automatic, cause);
  }

  report(): GhostReport {
    const { provider, ghost } = this.deps;
    const { automatic, context } = this.circuit.automaton;
    const told = {
      provider,
      ghost: ghost.name,
      breaker: ghost.breaker,
      since: this.since,
      state: automatic,
      cause: automatic === 'closed' ? null : context.cause,
      totals: this.sums(),
      episodes: structuredClone(this.episodes).reverse(),
    };
    return { ...told, sentence: ghostSentence(told), caveat: unknownSentence(told.totals) };
  }

  private wouldAdmit(options: AcquireOptions): boolean {
    const now = this.deps.clock.now();
    this.circuit.catchUp(now);
    return refusalOf(this.circuit, options, now) === null;
  }

  private compare(side: 'circuit' | 'ghost', after: AutomaticState, cause: TransitionCause): void {
    if (after === this.was[side]) return;
    this.was[side] = after;
    const at = Math.round(this.deps.clock.wall());
    if (side === 'ghost') this.deps.onMove?.({ ghost: this.deps.ghost.name, at, to: after, cause });
    this.current ??= this.begin(at);
    const opened = after === 'open' ? 1 : 0;
    this.totals[`${side}Openings`] += opened;
    const own = this.current[side];
    if (own) {
      own.openings += opened;
      own.closedAt = after === 'closed' ? at : null;
    } else this.current[side] = { openedAt: at, cause, openings: opened, closedAt: null };
    if (this.was.circuit === 'closed' && this.was.ghost === 'closed') {
      this.current.until = at;
      this.current = null;
    }
  }

  private begin(at: number): GhostEpisode {
    const episode: GhostEpisode = { from: at, until: null, circuit: null, ghost: null, ...noTally() };
    this.episodes.push(episode);
    if (this.episodes.length > MOST_EPISODES) addTo(this.totals, this.episodes.shift());
    return episode;
  }

  private sums(): GhostReport['totals'] {
    const totals = structuredClone(this.totals);
    for (const episode of this.episodes) addTo(totals, episode);
    return totals;
  }
}

function addTo(totals: GhostReport['totals'], episode: GhostEpisode | undefined): void {
  if (!episode) return;
  totals.spared.waited += episode.spared.waited;
  totals.spared.waitedMs += episode.spared.waitedMs;
  totals.spared.answered += episode.spared.answered;
  totals.spared.other += episode.spared.other;
  totals.movedOn.calls += episode.movedOn.calls;
  totals.movedOn.soonerMs += episode.movedOn.soonerMs;
  totals.unknown += episode.unknown;
}
