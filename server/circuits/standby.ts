import type { Clock, Random, Timer } from '../core/clock.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Board } from './board.ts';

/** Each wait is drawn within this share of the period, either way: processes that start together do not ask together. */
const jitter = 0.1;

export interface StandbyDeps {
  board: Pick<Board, 'look'>;
  providers: readonly ProviderSettings[];
  clock: Clock;
  random: Random;
  /** Asks the provider for one token; never rejects. */
  ask: (provider: string) => Promise<unknown>;
}

interface Watched {
  name: string;
  periodMs: number;
  /** By `Clock.now()`: when it is asked, if nothing is heard of it until then. */
  dueAt: number;
  timer: Timer | null;
}

/**
 * Asks providers that have had no traffic for their `standby` period whether they would stand in: one at a time, and never one
 * that is out anyway.
 */
export class Standby {
  private readonly deps: StandbyDeps;
  private readonly watched = new Map<string, Watched>();
  /** The check under way, and those behind it. */
  private line: Promise<void> = Promise.resolve();
  private running = false;

  constructor(deps: StandbyDeps) {
    this.deps = deps;
  }

  start(): void {
    this.running = true;
    this.adopt();
  }

  /** Watches those whom the config names now; whoever it named before is waited for as long as until now. */
  adopt(): void {
    if (!this.running) return;
    const periods = new Map(this.deps.providers.map(({ name, standbyMs }) => [name, standbyMs]));
    for (const { name, periodMs, timer } of this.watched.values()) {
      if (periods.get(name) === periodMs) continue;
      timer?.cancel();
      this.watched.delete(name);
    }
    for (const [name, standbyMs] of periods) {
      if (standbyMs === null || this.watched.has(name)) continue;
      const watched: Watched = { name, periodMs: standbyMs, dueAt: 0, timer: null };
      this.watched.set(name, watched);
      this.postpone(watched);
      this.arm(watched);
    }
  }

  stop(): void {
    this.running = false;
    for (const { timer } of this.watched.values()) timer?.cancel();
    this.watched.clear();
  }

  /** A call of whatever kind went to this provider: that is as good as a check. In constant time, on the hot path. */
  heard(provider: string): void {
    const watched = this.watched.get(provider);
    if (watched) this.postpone(watched);
  }

  private postpone(watched: Watched): void {
    const { clock, random } = this.deps;
    watched.dueAt = clock.now() + watched.periodMs * (1 - jitter + 2 * jitter * random());
  }

  private arm(watched: Watched): void {
    const { clock } = this.deps;
    watched.timer = clock.after(watched.dueAt - clock.now(), () => this.fire(watched));
  }

  private fire(watched: Watched): void {
    if (!this.isDue(watched)) {
      this.arm(watched);
      return;
    }
    this.line = this.line.then(() => this.check(watched));
  }

  /** Others may have gone before it, and much may have happened meanwhile. */
  private async check(watched: Watched): Promise<void> {
    if (!this.isWatched(watched)) return;
    if (this.isDue(watched)) {
      if (this.mayAsk(watched.name)) await this.deps.ask(watched.name);
      this.postpone(watched);
    }
    if (this.isWatched(watched)) this.arm(watched);
  }

  private isWatched(watched: Watched): boolean {
    return this.running && this.watched.get(watched.name) === watched;
  }

  /** A timer may fire a little early. */
  private isDue({ dueAt }: Watched): boolean {
    return this.deps.clock.now() >= dueAt - 1;
  }

  /** What is open or half-open has probes of its own; what an operator tripped is left alone. */
  private mayAsk(provider: string): boolean {
    const entry = this.deps.board.look(provider);
    return entry !== null && entry.automatic === 'closed' && entry.override !== 'tripped';
  }
}
