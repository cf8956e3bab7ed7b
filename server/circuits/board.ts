import { carrierOf } from '../core/chain.ts';
import { PoisonMemory } from '../core/circuit/poison.ts';
import type { Settlement } from '../core/circuit/settle.ts';
import type { Act, ActResult, CircuitEntry, CircuitEvent, StoredCircuit } from '../core/circuit/types.ts';
import type { Clock, Random } from '../core/clock.ts';
import type { GhostReport } from '../core/ghost.ts';
import type { LimitReading } from '../core/rateLimits.ts';
import type { ChainSettings, ProviderSettings } from '../core/settings.ts';
import { machineEvent } from './acts.ts';
import { adoptSettings } from './adopt.ts';
import { Circuit, type CircuitDeps } from './circuit.ts';
import { entryOf, eventOf, storedOf } from './entry.ts';
import { Ghosts } from './ghosts.ts';
import { left } from './leave.ts';
import { type AcquireOptions, type Admission, type Permit, Ticket } from './permit.ts';
import { retryMs } from './retry.ts';
import { WallTimes } from './wallTimes.ts';

export type { AcquireOptions, Admission, Permit } from './permit.ts';

/** Told of each transition, in order, with the circuit after it. */
export type TransitionListener = (event: CircuitEvent, stored: StoredCircuit) => void;

export interface BoardDeps {
  node: string;
  providers: ProviderSettings[];
  chains: ChainSettings[];
  clock: Clock;
  random: Random;
  /** What the record holds of the last run. */
  restored: { circuits: StoredCircuit[]; lastSeq: number };
  /** A listener that throws breaks nothing; this is told. */
  onListenerError: (error: unknown) => void;
  /** Told of the result of a call that was begun in another epoch, which changes nothing. */
  onStale?: ((permit: Permit, settlement: Settlement) => void) | undefined;
}

/** All circuits of this process. Every call is synchronous; what comes out is plain data. */
export class Board {
  private readonly circuits = new Map<string, Circuit>();
  private readonly listeners = new Set<TransitionListener>();
  private deps: BoardDeps;
  /** Null where the config has none: then nothing of them is on the way of a call. */
  private ghosts: Ghosts | null;
  /** Those of before, and of providers that have left the config: who comes back is as an operator left it. */
  private readonly stored = new Map<string, StoredCircuit>();
  private readonly poison = new PoisonMemory();
  private readonly wallTimes: WallTimes;
  private seq: number;

  constructor(deps: BoardDeps) {
    this.deps = deps;
    this.seq = deps.restored.lastSeq;
    this.wallTimes = new WallTimes(deps.clock);
    for (const circuit of deps.restored.circuits) this.stored.set(circuit.provider, circuit);
    for (const provider of deps.providers) this.circuits.set(provider.name, this.open(provider));
    this.ghosts = Ghosts.of(deps);
  }

  /**
   * Goes by another config from now on. Circuits of providers that stay keep their state; new ones are closed, unless the
   * record knows them; those of providers that have gone are kept for the calls that are out, until `letGo`.
   */
  adopt({ providers, chains }: Pick<BoardDeps, 'providers' | 'chains'>): void {
    const ghostly = (of: BoardDeps['providers']) =>
      JSON.stringify(of.map(({ name, breaker, concurrency, ghosts = [] }) => [name, breaker, concurrency, ghosts]));
    const changed = ghostly(providers) !== ghostly(this.deps.providers);
    this.deps = { ...this.deps, providers, chains };
    for (const provider of providers) {
      const { breaker: settings, concurrency } = provider;
      const circuit = this.circuits.get(provider.name);
      if (circuit) adoptSettings(circuit, { settings, concurrency });
      else this.circuits.set(provider.name, this.open(provider));
    }
    if (changed)
      this.ghosts = Ghosts.of({ ...this.deps, restored: { circuits: [...this.circuits.values()].map(storedOf) } });
  }

  /**
   * No call goes by an earlier config any more: circuits of providers that have left it are let go, and those that were not
   * closed come to an end in the record. Once more after a start, for who left between two runs.
   */
  letGo(): void {
    for (const [name, circuit] of this.circuits) {
      // A ping may still be out.
      if (this.isListed(name) || circuit.inFlight > 0) continue;
      circuit.deadlines.end();
      this.stored.set(name, storedOf(circuit));
      this.circuits.delete(name);
    }
    for (const [name, stored] of this.stored) if (!this.circuits.has(name)) this.leave(stored);
  }

  private leave(before: StoredCircuit): void {
    const { node, clock } = this.deps;
    const gone = left(before, { node, seq: this.seq + 1, at: clock.wall() });
    if (!gone) return;
    this.seq += 1;
    this.stored.set(before.provider, gone.stored);
    this.announce(gone.event, gone.stored);
  }

  /** The number of the last transition of this node; 0: none yet. */
  get lastSeq(): number {
    return this.seq;
  }

  /** Asks for one call. A refused call is no attempt and counts nowhere. */
  acquire(provider: string, options: AcquireOptions): Admission {
    const admission = this.circuit(provider).acquire(options);
    if (this.ghosts) this.ghosts.asked(provider, options, admission);
    return admission;
  }

  /**
   * When no provider of a chain would admit a request: the one among those open for an outage that last succeeded,
   * at its own slow pace. Null: there is none, or it is not time yet.
   */
  acquireLast(providers: string[], options: AcquireOptions): { permit: Permit } | null {
    const permit = this.lastStanding(providers)?.acquireForced(options);
    if (!permit) return null;
    if (this.ghosts) this.ghosts.asked(permit.provider, options, { permit });
    return { permit };
  }

  /** A ping of ours; settled like any other permit. */
  acquirePing(provider: string, options: AcquireOptions): Permit {
    const permit = this.circuit(provider).acquirePing(options);
    if (this.ghosts) this.ghosts.pinged(permit, options);
    return permit;
  }

  /** The call's first content came. */
  answered(permit: Permit): void {
    if (this.ghosts) this.ghosts.answered(permit);
    this.circuit(permit.provider).answered(ticket(permit));
  }

  /** What the headers of the call's answer say is left of the provider's limits. */
  heard(permit: Permit, readings: readonly LimitReading[]): void {
    if (readings.length === 0) return;
    this.circuit(permit.provider).headroom.report(readings, ticket(permit).mark, this.deps.clock.now());
  }

  /** The call is over. Exactly once a permit; a second time changes nothing. */
  settle(permit: Permit, settlement: Settlement): void {
    if (this.ghosts) this.ghosts.settled(permit, settlement);
    this.circuit(permit.provider).settle(ticket(permit), settlement);
  }

  /** A ping that was begun in `epoch` came back well: closes the circuit early. */
  recovered(provider: string, epoch: number, by: string): void {
    const circuit = this.circuit(provider);
    if (this.ghosts && circuit.automaton.context.epoch === epoch) this.ghosts.recovered(provider, by);
    circuit.recovered(epoch, by);
  }

  /** Soonest time until one of them would be tried, ms; null: not until somebody acts. */
  retryAfterMs(providers: string[]): number | null {
    const now = this.deps.clock.now();
    const last = this.lastStanding(providers);
    let soonest: number | null = null;
    for (const provider of providers) {
      const circuit = this.circuit(provider);
      const wait = retryMs(circuit, now, circuit === last);
      if (wait !== null && (soonest === null || wait < soonest)) soonest = wait;
    }
    return soonest;
  }

  look(provider: string): CircuitEntry | null {
    const circuit = this.circuits.get(provider);
    return circuit ? entryOf(circuit, this.carries(provider)) : null;
  }

  /** Every circuit, in the order of the config. */
  list(): CircuitEntry[] {
    return this.deps.providers.map(({ name }) => entryOf(this.circuit(name), this.carries(name)));
  }

  /** Does what an operator asks, if the circuit is still in the epoch they were looking at. */
  act(act: Act): ActResult {
    const circuit = this.circuits.get(act.provider);
    if (!circuit || !this.isListed(act.provider))
      return { ok: false, code: 'unknown_provider', provider: act.provider };
    const now = this.deps.clock.now();
    circuit.catchUp(now);
    const before = entryOf(circuit, this.carries(act.provider));
    if (act.epoch !== undefined && act.epoch !== before.epoch) return { ok: false, code: 'conflict', entry: before };
    const event = circuit.move(machineEvent(act, now), {
      cause: act.type,
      by: act.by,
      reason: act.reason,
      evidence: [],
    });
    if (!event) return { ok: false, code: 'idle', entry: before };
    if (this.ghosts) this.ghosts.acted(act);
    return { ok: true, entry: entryOf(circuit, this.carries(act.provider)), before, event, stored: storedOf(circuit) };
  }

  /** What each ghost would have done beside its circuit, in the order of the config; of one provider or of all. */
  ghostReports(provider?: string): GhostReport[] {
    return this.ghosts?.reports(provider) ?? [];
  }

  /** Listens to transitions; returns what ends it. */
  onTransition(listen: TransitionListener): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  private open({ name, breaker, concurrency }: BoardDeps['providers'][number]): Circuit {
    const { clock, random, onListenerError, onStale } = this.deps;
    const { poison, wallTimes } = this;
    const circuitDeps: CircuitDeps = {
      ...{ provider: name, settings: breaker, concurrency, clock, wallTimes, random, poison, onListenerError, onStale },
      onMove: (circuit, before, move) => this.tell(circuit, { ...move, from: before.shown }),
    };
    return new Circuit(circuitDeps, this.stored.get(name) ?? null);
  }

  private isListed(name: string): boolean {
    return this.deps.providers.some((provider) => provider.name === name);
  }

  private circuit(provider: string): Circuit {
    const circuit = this.circuits.get(provider);
    if (!circuit) throw new Error(`No circuit for provider "${provider}": the caller must use a configured name.`);
    return circuit;
  }

  private lastStanding(providers: string[]): Circuit | null {
    let last: Circuit | null = null;
    for (const provider of providers) {
      const circuit = this.circuit(provider);
      if (circuit.mayBeForced() && (!last || circuit.lastGood > last.lastGood)) last = circuit;
    }
    return last;
  }

  /** Chains whose traffic this provider carries now. */
  private carries(provider: string): string[] {
    const admits = (name: string): boolean => {
      const { shown } = this.circuit(name).automaton;
      return shown === 'closed' || shown === 'heldClosed';
    };
    return this.deps.chains
      .filter((chain) => carrierOf(chain.providers, admits) === provider)
      .map((chain) => chain.name);
  }

  private tell(circuit: Circuit, move: Parameters<typeof eventOf>[1]): CircuitEvent {
    this.seq += 1;
    const event = eventOf(circuit, move, { node: this.deps.node, seq: this.seq });
    this.ghosts?.moved(event);
    this.announce(event, storedOf(circuit));
    return event;
  }

  private announce(event: CircuitEvent, stored: StoredCircuit): void {
    for (const listen of this.listeners) {
      try {
        listen(event, stored);
      } catch (error) {
        this.deps.onListenerError(error);
      }
    }
  }
}

function ticket(permit: Permit): Ticket {
  if (permit instanceof Ticket) return permit;
  throw new Error('A permit comes from the board that is asked.');
}
