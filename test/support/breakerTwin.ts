import type { PermitKind, Settlement, SkipReason } from '../../server/core/circuit/settle.ts';
import type { OpenCause } from '../../server/core/circuit/types.ts';
import { ModelCircuit, type Token } from './breakerModel.ts';

const OUTAGES: readonly (OpenCause | null)[] = ['failures', 'timeouts', 'rate'];
const HOUR_MS = 3_600_000;

/** The model with the calls and acts that a real circuit takes, each told in the plainest words. */
export class Twin extends ModelCircuit {
  private vainEpoch = 0;

  acquire(leaseMs: number, heedRamp: boolean): Token | SkipReason {
    this.catchUp();
    if (this.override === 'tripped') return 'tripped';
    const slotFree = this.slotsOut < this.world.settings.probes;
    if (this.override === 'none' && this.automatic === 'open') return this.cause === 'throttled' ? 'throttled' : 'open';
    if (this.override === 'none' && this.automatic === 'halfOpen') {
      const isForPings = this.world.settings.probe === 'ping' && this.vainEpoch !== this.epoch;
      if (!slotFree || isForPings) return 'halfOpen';
    }
    if (this.inFlight >= this.world.concurrency) return 'busy';
    if (this.automatic === 'closed') {
      if (heedRamp && this.inFlight >= this.allowed) return 'busy';
      if (this.override === 'none' && heedRamp && !this.rampTakes()) return 'ramping';
      return this.let('closed', leaseMs);
    }
    return this.automatic === 'halfOpen' && slotFree ? this.let('probe', leaseMs) : this.let('held', leaseMs);
  }

  /** A probe is one call, and a hold is an order: only a closed circuit heeds what its 429s taught. */
  get allowed(): number {
    const heeds = this.automatic === 'closed' && this.override === 'none';
    return heeds ? this.allowance.at(this.world.now()) : this.world.concurrency;
  }

  get forceable(): boolean {
    return this.automatic === 'open' && this.override === 'none' && OUTAGES.includes(this.cause);
  }

  force(leaseMs: number): Token | null {
    if (this.inFlight >= this.world.concurrency || this.world.now() < this.pace.next) return null;
    this.pace.next = this.world.now() + this.pace.every;
    return this.let('forced', leaseMs);
  }

  ping(leaseMs: number): Token {
    this.catchUp();
    const probe =
      this.override === 'none' && this.automatic === 'halfOpen' && this.slotsOut < this.world.settings.probes;
    return Object.assign(this.let(probe ? 'probe' : 'held', leaseMs), { ping: true as const });
  }

  recovered(epoch: number): void {
    if (epoch !== this.epoch || this.automatic === 'closed' || this.override === 'tripped') return;
    this.throttles = 0;
    this.wentWell();
    this.change('recheck', () => this.close(false));
  }

  answered(token: Token): void {
    if (token.answered || token.settled) return;
    token.answered = true;
    if (token.epoch !== this.epoch) return;
    if (token.slot) {
      this.good += 1;
      if (this.good >= this.world.settings.successes) this.closeBy(token, 'probe');
    } else if (token.kind === 'forced' && this.automatic === 'open') {
      this.pace.every = Math.max(50, this.pace.every / 2);
      this.pace.next = Math.min(this.pace.next, this.world.now() + this.pace.every);
      this.forcedGood += 1;
      if (this.forcedGood >= this.world.settings.successes) this.closeBy(token, 'forced');
    }
  }

  settle(token: Token, seen: Settlement): void {
    if (token.settled) return;
    if (seen.result === 'success') this.answered(token);
    token.settled = true;
    token.slot = false;
    this.inFlight -= 1;
    if (seen.result === 'success') this.wentWell();
    if (token.ping && seen.result === 'neutral') this.vainEpoch = token.epoch;
    if (token.epoch !== this.epoch || token.kind === 'held' || seen.result === 'neutral') return;
    const isCharged = seen.result !== 'failure' || seen.ambiguous === null || this.charges(seen.ambiguous);
    if (!isCharged && this.automatic !== 'halfOpen' && !(this.provisional && token.kind !== 'closed')) return;
    if (this.automatic === 'open') this.forcedEnded(seen);
    else this.learn(token, seen);
  }

  trip(forMs: number | null): void {
    this.change('trip', () => {
      this.override = 'tripped';
      this.overrideUntil = forMs === null ? null : this.world.now() + forMs;
    });
  }

  hold(forMs: number): void {
    this.change('hold', () => {
      this.override = 'heldClosed';
      this.overrideUntil = this.world.now() + forMs;
    });
  }

  reset(to: 'closed' | 'halfOpen'): void {
    this.change('reset', () => {
      this.lift();
      this.throttles = 0;
      if (to === 'closed') this.close(false);
      else this.toHalfOpen();
      if (to === 'closed') this.allowance.forget();
      this.noRamp();
    });
  }

  /** False: there was no override. */
  release(): boolean {
    if (this.override === 'none') return false;
    this.change('release', () => this.lift());
    return true;
  }

  /** Soonest ms until a call would be let through. */
  retryMs(forced: boolean): number | null {
    const now = this.world.now();
    const cooled = Math.max(0, (this.openUntil ?? now) - now);
    if (this.override === 'tripped') {
      if (this.overrideUntil === null) return null;
      const lifted = Math.max(0, this.overrideUntil - now);
      return this.cause === 'throttled' ? Math.max(lifted, cooled) : lifted;
    }
    if (this.override === 'heldClosed' || this.automatic !== 'open') return 0;
    return forced && this.forceable ? Math.min(cooled, Math.max(0, this.pace.next - now)) : cooled;
  }

  private learn(token: Token, seen: Exclude<Settlement, { result: 'neutral' }>): void {
    const growing = this.automatic === 'halfOpen' || this.provisional;
    if (seen.result === 'success') {
      this.throttles = 0;
      this.allowance.good(this.world.now());
      this.sample(false, false);
      if (this.provisional) this.confirm();
    } else if (seen.result === 'throttled') {
      if (token.kind === 'closed') this.allowance.throttled(this.world.now(), token.out);
      const unsaid = Math.min(60_000, 1_000 * 2 ** this.throttles);
      const forMs = seen.retryAfterMs ? Math.min(HOUR_MS, seen.retryAfterMs) : unsaid;
      if (!seen.retryAfterMs) this.throttles += 1;
      this.change('throttled', () => this.openFor(forMs, 'throttled'));
    } else if (seen.result === 'refused') {
      this.probesFailed = growing ? this.probesFailed + 1 : 0;
      this.change(seen.cause, () => this.openFor(this.openMs(), seen.cause));
    } else if (this.automatic === 'halfOpen' || (this.provisional && token.kind !== 'closed')) {
      this.probeFailed(seen.timeout ? 'timeouts' : 'failures');
    } else this.failed(seen.timeout, growing);
  }

  private failed(timeout: boolean, growing: boolean): void {
    this.sample(true, timeout);
    const cause = this.tooMany();
    if (!cause) return;
    this.probesFailed = growing ? this.probesFailed + 1 : 0;
    this.change(cause, () => this.openFor(this.openMs(), cause));
  }

  private tooMany(): 'failures' | 'timeouts' | 'rate' | null {
    const { failures, timeouts, rate, calls } = this.world.settings;
    if (this.timeouts >= timeouts) return 'timeouts';
    if (this.streak >= failures || (this.rampShare() !== null && this.streak >= 2)) return 'failures';
    const seen = this.window();
    return seen.calls >= calls && seen.failures >= rate * seen.calls ? 'rate' : null;
  }

  private forcedEnded(seen: Settlement): void {
    if (seen.result === 'success') return;
    const now = this.world.now();
    this.forcedGood = 0;
    this.pace.every = Math.min(300_000, this.pace.every * 2);
    this.pace.next = Math.max(this.pace.next, now + this.pace.every);
    if (seen.result !== 'throttled' || !seen.retryAfterMs) return;
    this.pace.next = Math.max(this.pace.next, now + Math.min(HOUR_MS, seen.retryAfterMs));
  }

  private confirm(): void {
    this.provisional = false;
    this.probesFailed = 0;
    this.cause = null;
  }

  /** The call that closes it goes with it into the new epoch. */
  private closeBy(token: Token, cause: string): void {
    this.change(cause, () => this.close(true));
    token.epoch = this.epoch;
  }

  private charges(body: string): boolean {
    const { charged, now, settings } = this.world;
    const at = charged.get(body);
    if (at !== undefined && now() - at <= settings.windowMs) return false;
    charged.set(body, now());
    return true;
  }

  private wentWell(): void {
    this.lastGood = { now: this.world.now(), wall: this.world.wall() };
  }

  private let(kind: PermitKind, leaseMs: number): Token {
    const slot = kind === 'probe';
    const leaseAt = this.world.now() + leaseMs + 5_000;
    this.inFlight += 1;
    const ends = { answered: false, settled: false, evacuated: false };
    const token = { kind, epoch: this.epoch, slot, leaseAt, out: this.inFlight, ...ends };
    this.tokens.push(token);
    return token;
  }
}

/** Of those that may be forced, the one that last went well. */
export function lastStanding(twins: Twin[]): Twin | null {
  const good = (twin: Twin): number => twin.lastGood?.now ?? Number.NEGATIVE_INFINITY;
  let last: Twin | null = null;
  for (const twin of twins) if (twin.forceable && (!last || good(twin) > good(last))) last = twin;
  return last;
}
