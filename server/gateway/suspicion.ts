import type { Permit } from '../circuits/permit.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Pace, PaceKind } from '../core/pace.ts';
import { type Place, Roster } from '../core/roster.ts';
import { overdueMs, suspiciousAt } from '../core/silence.ts';
import type { PermittedCall } from './call.ts';
import { firstTokenClockMs } from './clocks.ts';

/** A call to a provider under suspicion has so long before the next one is tried beside it. */
const HEAD_START_MS = 500;

type Watched = Pick<PermittedCall, 'provider' | 'permit' | 'request' | 'race'>;

/** A call that waits for its first content. */
export interface Watch {
  /** The provider gave a sign of life. */
  sign: () => void;
  /** The call waits no more; doing so twice does nothing. */
  stop: () => void;
}

/**
 * Notices providers that have fallen silent, long before the clocks of their calls run out: when `suspect` calls are
 * overdue and nothing has come since the eldest of them began, all that wait are told to race the next provider, and so is
 * each new one after a short head start. As many as open the circuit run to their own clocks, so that it opens by its own
 * rule. It is over as soon as anything comes, or the circuit moves on.
 */
export class Suspicion {
  private readonly clock: Clock;
  private readonly pace: Pace;
  private readonly silences = new Map<string, Silence>();

  constructor(clock: Clock, pace: Pace) {
    this.clock = clock;
    this.pace = pace;
  }

  /** Watches a call from its start. Probes and forced calls give signs, but are none of the many that wait. */
  watch(call: Watched, kind: PaceKind): Watch {
    const { provider, permit } = call;
    let silence = this.silences.get(provider.name);
    if (!silence) {
      silence = new Silence(this.clock, provider.breaker);
      this.silences.set(provider.name, silence);
    }
    // The config may have been read again since.
    silence.settings = provider.breaker;
    if (permit.kind === 'probe' || permit.kind === 'forced') return { sign: silence.sign, stop: nothing };
    return silence.add(call, overdueMs(this.pace.p95Ms(kind), firstTokenClockMs(provider, call.request)));
  }

  /**
   * Asked of a call that nobody waits for any more: whether its circuit has to hear how it ends. As many at once as would
   * open it. `ifOverdue`: not if it has not even waited long.
   */
  bearsWitness(permit: Permit, { ifOverdue = false } = {}): boolean {
    return this.silences.get(permit.provider)?.bearsWitness(permit, ifOverdue) ?? false;
  }
}

/** One provider's calls without content. */
class Silence {
  private readonly clock: Clock;
  settings: { suspect: number; timeouts: number };
  private readonly waiting = new Roster<Waiting>();
  private signs = 0;
  private begunSinceSign = 0;
  private timer: Timer | null = null;
  /** Epoch of the circuit that is under suspicion; null: none is. */
  private suspectedEpoch: number | null = null;
  private witnesses = 0;

  constructor(clock: Clock, settings: { suspect: number; timeouts: number }) {
    this.clock = clock;
    this.settings = settings;
  }

  /** Called for each piece of an answer: on the common path it moves two numbers. */
  readonly sign = (): void => {
    this.signs += 1;
    this.begunSinceSign = 0;
    if (this.suspectedEpoch !== null) this.clear();
  };

  add(call: Watched, overdueAfterMs: number): Watch {
    const now = this.clock.now();
    const waiting = new Waiting(call, { startedAt: now, dueAt: now + overdueAfterMs, signs: this.signs });
    const place = this.waiting.add(waiting);
    this.begunSinceSign += 1;
    if (this.suspectedEpoch !== null && this.suspectedEpoch !== call.permit.epoch) this.clear();
    if (this.suspectedEpoch !== null) this.giveHeadStart(waiting);
    else if (!this.timer && this.mayRaise()) this.arm(overdueAfterMs);
    return { sign: this.sign, stop: () => this.remove(place) };
  }

  bearsWitness(permit: Permit, ifOverdue: boolean): boolean {
    const waiting = this.waiting.list().find(({ call }) => call.permit === permit);
    if (!waiting || (ifOverdue && waiting.dueAt > this.clock.now())) return false;
    this.mayBeWitness(waiting);
    return waiting.isWitness;
  }

  private mayRaise(): boolean {
    const { suspect } = this.settings;
    return suspect > 0 && this.begunSinceSign >= suspect;
  }

  private remove(place: Place<Waiting>): void {
    this.waiting.remove(place);
    place.member.headStart?.cancel();
    if (!place.member.isWitness) return;
    place.member.isWitness = false;
    this.witnesses -= 1;
  }

  private arm(ms: number): void {
    this.timer = this.clock.after(ms, () => this.look());
  }

  /** Whether it is time for suspicion. A sign since, or calls that have ended, only put it off. */
  private look(): void {
    this.timer = null;
    if (this.suspectedEpoch !== null) return;
    const waiting = this.waiting.list().filter(({ signs }) => signs === this.signs);
    const at = suspiciousAt(
      waiting.map(({ dueAt }) => dueAt),
      this.settings.suspect,
    );
    if (at === null) return;
    const now = this.clock.now();
    if (at > now) this.arm(at - now);
    else this.raise();
  }

  private raise(): void {
    const eldestFirst = this.waiting.list().sort((one, other) => one.startedAt - other.startedAt);
    this.suspectedEpoch = eldestFirst.at(-1)?.call.permit.epoch ?? null;
    for (const waiting of eldestFirst) {
      this.mayBeWitness(waiting);
      waiting.goBeside();
    }
  }

  private giveHeadStart(waiting: Waiting): void {
    this.mayBeWitness(waiting);
    waiting.headStart = this.clock.after(HEAD_START_MS, () => waiting.goBeside());
  }

  /** There are always so many that their time-outs would open the circuit; else a slow provider never spoke again. */
  private mayBeWitness(waiting: Waiting): void {
    if (waiting.isWitness || this.witnesses >= this.settings.timeouts) return;
    waiting.isWitness = true;
    this.witnesses += 1;
  }

  private clear(): void {
    this.suspectedEpoch = null;
    this.witnesses = 0;
    for (const waiting of this.waiting.list()) {
      waiting.isWitness = false;
      waiting.headStart?.cancel();
    }
  }
}

class Waiting {
  readonly call: Watched;
  readonly startedAt: number;
  /** From then on it is overdue. */
  readonly dueAt: number;
  /** How many signs its provider had given when it began. */
  readonly signs: number;
  headStart: Timer | null = null;
  isWitness = false;

  constructor(call: Watched, at: { startedAt: number; dueAt: number; signs: number }) {
    this.call = call;
    this.startedAt = at.startedAt;
    this.dueAt = at.dueAt;
    this.signs = at.signs;
  }

  goBeside(): void {
    this.call.race?.onSuspicion(this.isWitness);
  }
}

function nothing(): void {}
