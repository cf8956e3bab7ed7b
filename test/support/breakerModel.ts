import type { PermitKind } from '../../server/core/circuit/settle.ts';
import type {
  AutomaticState,
  BreakerSettings,
  OpenCause,
  Override,
  ShownState,
} from '../../server/core/circuit/types.ts';
import { ModelAllowance } from './breakerAllowance.ts';
import { EARLY_MS } from './breakerClock.ts';

/**
 * The breaker said a second time, flat and slow, by other hands than the machine's, to hold the real one against.
 * Every method takes the monotonic time. It knows nothing of the wall clock but what it stores.
 */
export interface Token {
  kind: PermitKind;
  epoch: number;
  slot: boolean;
  leaseAt: number;
  /** Calls in flight when it was let through, itself among them. */
  out: number;
  answered: boolean;
  settled: boolean;
  evacuated: boolean;
  ping?: true;
}

/** What a restart finds. Deadlines are wall times. */
export interface Kept {
  automatic: AutomaticState;
  override: Override;
  epoch: number;
  cause: OpenCause | null;
  openUntil: number | null;
  overrideUntil: number | null;
  probesFailed: number;
  throttles: number;
  lastGood: number | null;
}

export interface Told {
  from: ShownState;
  to: ShownState;
  automatic: AutomaticState;
  cause: string;
  epoch: number;
  until: number | null;
  kept: Kept;
}

export interface ModelWorld {
  settings: BreakerSettings;
  concurrency: number;
  /** The constant draw for the jitter. */
  draw: number;
  now: () => number;
  wall: () => number;
  /** When each body was charged last, over all providers. */
  charged: Map<string, number>;
}

const SLICES = 30;

export class ModelCircuit {
  automatic: AutomaticState = 'closed';
  override: Override = 'none';
  epoch = 1;
  cause: OpenCause | null = null;
  openUntil: number | null = null;
  overrideUntil: number | null = null;
  probesFailed = 0;
  throttles = 0;
  lastGood: { now: number; wall: number } | null = null;
  streak = 0;
  timeouts = 0;
  inFlight = 0;
  tokens: Token[] = [];
  told: Told[] = [];
  pace = { every: 5_000, next: 0 };
  protected readonly allowance: ModelAllowance;
  protected good = 0;
  protected forcedGood = 0;
  protected provisional = false;
  private calls: { at: number; failed: boolean }[] = [];
  private ramp: { from: number; credit: number } | null = null;
  protected readonly world: ModelWorld;

  constructor(world: ModelWorld, kept: Kept | null) {
    this.world = world;
    this.allowance = new ModelAllowance(world.concurrency);
    this.pace = { every: 5_000, next: world.now() + 5_000 };
    if (kept) this.restore(kept);
  }

  get shown(): ShownState {
    return this.override === 'none' ? this.automatic : this.override;
  }

  get slotsOut(): number {
    return this.tokens.filter((token) => token.slot).length;
  }

  /** End of the shown state as wall time. */
  get until(): number | null {
    return this.asWall(this.override === 'none' ? this.openUntil : this.overrideUntil);
  }

  get streaks(): [number, number] {
    return this.idle() ? [0, 0] : [this.streak, this.timeouts];
  }

  window(): { calls: number; failures: number } {
    const slice = (at: number): number => Math.floor(at / (this.world.settings.windowMs / SLICES));
    const recent = this.calls.filter(({ at }) => slice(at) > slice(this.world.now()) - SLICES);
    return { calls: recent.length, failures: recent.filter(({ failed }) => failed).length };
  }

  rampShare(): number | null {
    if (!this.ramp) return null;
    const done = (this.world.now() - this.ramp.from) / this.world.settings.rampMs;
    return done >= 1 ? null : 0.1 + (1 - 0.1) * done;
  }

  /** Lets the ramp take one call, or not. */
  protected rampTakes(): boolean {
    const share = this.rampShare();
    if (share === null || !this.ramp) return true;
    this.ramp.credit += share;
    if (this.ramp.credit < 1) return false;
    this.ramp.credit -= 1;
    return true;
  }

  /** When something happens by itself next. */
  nextStep(): number | null {
    const leases = this.tokens.filter((token) => token.slot && !token.settled).map((token) => token.leaseAt - EARLY_MS);
    const due = [...leases, this.openUntil, this.overrideUntil].filter((at): at is number => at !== null);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** What falls due now, timers having their turn, the one set for the earlier moment first. */
  tick(): void {
    this.reap(this.overrideUntil ?? Number.POSITIVE_INFINITY);
    this.catchUp();
    this.reap(Number.POSITIVE_INFINITY);
  }

  /** Takes their slots from probes whose lease is over and ended before `before`. */
  private reap(before: number): void {
    const over = (token: Token): boolean => this.world.now() >= token.leaseAt - EARLY_MS && token.leaseAt < before;
    for (const token of this.tokens.filter((token) => !token.settled && over(token))) {
      if (!token.slot) continue;
      if (token.answered) token.slot = false;
      else this.probeFailed('timeouts');
    }
  }

  /** Ends of overrides and open times that have passed. */
  catchUp(): void {
    const now = this.world.now();
    if (this.overrideUntil !== null && now >= this.overrideUntil) {
      const waits = this.cause === 'throttled' && this.openUntil !== null && now < this.openUntil;
      const half = this.override === 'tripped' && !waits && this.automatic !== 'halfOpen';
      this.change('expired', () => {
        this.lift();
        if (half) this.toHalfOpen();
      });
    }
    if (this.openUntil !== null && now >= this.openUntil) this.change('cooldown', () => this.toHalfOpen());
  }

  protected close(provisional: boolean): void {
    this.automatic = 'closed';
    this.openUntil = null;
    this.provisional = provisional;
    if (!provisional) this.probesFailed = 0;
    if (!provisional) this.cause = null;
    this.forget();
    this.ramp = this.world.settings.rampMs > 0 ? { from: this.world.now(), credit: 1 } : null;
  }

  protected forget(): void {
    this.calls = [];
    this.streak = 0;
    this.timeouts = 0;
  }

  protected noRamp(): void {
    this.ramp = null;
  }

  protected toHalfOpen(): void {
    this.automatic = 'halfOpen';
    this.openUntil = null;
    this.good = 0;
    this.provisional = false;
    this.ramp = null;
  }

  protected lift(): void {
    this.override = 'none';
    this.overrideUntil = null;
  }

  protected openFor(ms: number, cause: OpenCause): void {
    if (this.automatic !== 'open') this.pace = { every: 5_000, next: this.world.now() + 5_000 };
    this.automatic = 'open';
    this.cause = cause;
    this.openUntil = this.world.now() + ms;
    this.provisional = false;
    this.forcedGood = 0;
    this.ramp = null;
  }

  /** The next open time, after `probesFailed` failed probes. */
  protected openMs(): number {
    const { openMs, openMaxMs, jitter } = this.world.settings;
    let ms = openMs;
    for (let failed = 0; failed < this.probesFailed && ms < openMaxMs; failed += 1) ms *= 2;
    const spread = 1 + jitter;
    return Math.min(ms, openMaxMs / spread) * (1 + jitter * this.world.draw);
  }

  protected probeFailed(seen: 'failures' | 'timeouts'): void {
    const same = this.cause === 'failures' || this.cause === 'timeouts' || this.cause === 'rate';
    const cause = same && this.cause !== null ? this.cause : seen;
    this.probesFailed += 1;
    this.change('probe', () => this.openFor(this.openMs(), cause));
  }

  /** A finished call while closed. */
  protected sample(failed: boolean, timeout: boolean): void {
    if (this.idle()) this.forget();
    this.calls.push({ at: this.world.now(), failed });
    this.streak = failed ? this.streak + 1 : 0;
    this.timeouts = failed && timeout ? this.timeouts + 1 : 0;
  }

  /** Every change of state goes through here: a new epoch, no slot out, told, evacuated. */
  protected change(cause: string, make: () => void): void {
    const from = this.shown;
    make();
    this.epoch += 1;
    for (const token of this.tokens) token.slot = false;
    this.told.push({
      from,
      to: this.shown,
      automatic: this.automatic,
      cause,
      epoch: this.epoch,
      until: this.until,
      kept: this.keep(),
    });
    if (this.shown !== 'open' && this.shown !== 'tripped') return;
    for (const token of this.tokens) if (!token.settled && !token.answered) token.evacuated = true;
  }

  private idle(): boolean {
    const last = this.calls.at(-1);
    return last === undefined || this.world.now() - last.at > this.world.settings.windowMs;
  }

  private keep(): Kept {
    const { automatic, override, epoch, cause, probesFailed, throttles } = this;
    return {
      automatic,
      override,
      epoch,
      cause,
      probesFailed,
      throttles,
      openUntil: this.asWall(this.openUntil),
      overrideUntil: this.asWall(this.overrideUntil),
      lastGood: this.lastGood?.wall ?? null,
    };
  }

  private restore(kept: Kept): void {
    const { now, wall, settings } = this.world;
    const closed = kept.automatic === 'closed';
    Object.assign(this, { automatic: kept.automatic, override: kept.override, epoch: kept.epoch });
    this.throttles = kept.throttles;
    this.cause = closed ? null : kept.cause;
    this.probesFailed = closed ? 0 : kept.probesFailed;
    const left = (until: number): number => Math.max(0, until - wall());
    const most = kept.cause === 'throttled' ? 3_600_000 : settings.openMaxMs;
    if (kept.openUntil !== null) this.openUntil = now() + Math.min(left(kept.openUntil), most);
    if (kept.overrideUntil !== null) this.overrideUntil = now() + left(kept.overrideUntil);
    if (kept.lastGood !== null) {
      this.lastGood = { now: now() - Math.max(0, wall() - kept.lastGood), wall: kept.lastGood };
    }
  }

  private asWall(deadline: number | null): number | null {
    return deadline === null ? null : Math.round(this.world.wall() + deadline - this.world.now());
  }
}
