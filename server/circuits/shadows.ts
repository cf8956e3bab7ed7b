import { PoisonMemory } from '../core/circuit/poison.ts';
import type { PermitKind, Settlement } from '../core/circuit/settle.ts';
import type { Act, AutomaticState, StoredCircuit, TransitionCause } from '../core/circuit/types.ts';
import { DrivenClock } from '../core/drivenClock.ts';
import type { GhostReport, GhostSettings } from '../core/ghost.ts';
import { type AskOptions, type Fate, type GhostMove, Shadow } from './shadow.ts';
import { WallTimes } from './wallTimes.ts';

/** What happened to the circuit of `provider` at `at` (monotonic ms). `call`: whatever stands for one call, the same one to its end. */
export type Step = { at: number; provider: string } & (
  | { do: 'asked'; call: object; kind: PermitKind | 'ping'; options: AskOptions }
  /** Not let through, for reasons of the circuit's state: room and the provider's own limits are none. */
  | { do: 'refused'; options: AskOptions }
  | { do: 'answered'; call: object }
  | { do: 'settled'; call: object; settlement: Settlement }
  | { do: 'moved'; to: AutomaticState; cause: TransitionCause; evacuates: boolean }
  | { do: 'acted'; act: Act }
  | { do: 'recovered'; by: string }
);

export interface ShadowsOptions {
  providers: { name: string; concurrency: number; ghosts: readonly GhostSettings[]; stored: StoredCircuit | null }[];
  /** When it begins: monotonic, and ms since 1970. */
  now: number;
  wall: number;
  /** Told of each move of a ghost. */
  onMove?: ((move: GhostMove) => void) | undefined;
}

/** A call that is out. */
interface Call {
  provider: string;
  beganAt: number;
  answered: boolean;
  /** When it was sent away because the circuit opened or was tripped. */
  evacuatedAt: number | null;
  fates: Fate[];
}

/** Every ghost of every provider on one driven clock: told step by step what happened, in order. No timer, no dice, no world. */
export class Shadows {
  private readonly clock: DrivenClock;
  private readonly shadows = new Map<string, Shadow[]>();
  private readonly calls = new Map<object, Call>();

  constructor(options: ShadowsOptions) {
    this.clock = new DrivenClock(options.now, options.wall);
    const wallTimes = new WallTimes(this.clock);
    const poison = new Map<string, PoisonMemory>();
    for (const { name, concurrency, ghosts, stored } of options.providers) {
      const shadows = ghosts.map((ghost) => {
        const memory = poison.get(ghost.name) ?? new PoisonMemory();
        poison.set(ghost.name, memory);
        const given = { provider: name, ghost, concurrency, stored, onMove: options.onMove };
        return new Shadow({ ...given, clock: this.clock, wallTimes, poison: memory });
      });
      if (shadows.length > 0) this.shadows.set(name, shadows);
    }
  }

  has(provider: string): boolean {
    return this.shadows.has(provider);
  }

  /** Lets time go by until `now`; `distanceMs`: of the wall clock from the monotonic one. */
  advanceTo(now: number, distanceMs: number): void {
    this.clock.setDistance(distanceMs);
    this.clock.advanceTo(now);
  }

  apply(step: Step): void {
    this.clock.advanceTo(step.at);
    const shadows = this.shadows.get(step.provider) ?? [];
    if (step.do === 'asked') this.asked(shadows, step);
    else if (step.do === 'answered') this.answered(shadows, step.call);
    else if (step.do === 'settled') this.settled(shadows, step);
    else if (step.do === 'moved') this.moved(shadows, step);
    else if (step.do === 'refused') for (const shadow of shadows) shadow.refused(step.options);
    else if (step.do === 'acted') for (const shadow of shadows) shadow.acted(step.act);
    else for (const shadow of shadows) shadow.recovered(step.by);
  }

  reports(provider?: string): GhostReport[] {
    const chosen = provider === undefined ? [...this.shadows.values()].flat() : (this.shadows.get(provider) ?? []);
    return chosen.map((shadow) => shadow.report());
  }

  private asked(shadows: Shadow[], step: Extract<Step, { do: 'asked' }>): void {
    const { at: beganAt, provider, call, kind, options } = step;
    const fates = shadows.map((shadow) => shadow.asked(kind, options));
    this.calls.set(call, { provider, beganAt, answered: false, evacuatedAt: null, fates });
  }

  private answered(shadows: Shadow[], key: object): void {
    const call = this.calls.get(key);
    if (!call) return;
    call.answered = true;
    eachPair(shadows, call, (shadow, fate) => shadow.answered(fate));
  }

  private settled(shadows: Shadow[], { at, call: key, settlement }: Extract<Step, { do: 'settled' }>): void {
    const call = this.calls.get(key);
    if (!call) return;
    this.calls.delete(key);
    const { beganAt, evacuatedAt } = call;
    const inVain = isFailed(settlement) || (evacuatedAt !== null && settlement.result === 'neutral');
    const vainUntil = inVain ? (evacuatedAt ?? at) : null;
    eachPair(shadows, call, (shadow, fate) => shadow.ended(fate, { beganAt, settlement, vainUntil }));
  }

  private moved(shadows: Shadow[], { at, provider, to, cause, evacuates }: Extract<Step, { do: 'moved' }>): void {
    if (evacuates) {
      for (const call of this.calls.values()) {
        if (call.provider === provider && !call.answered) call.evacuatedAt ??= at;
      }
    }
    for (const shadow of shadows) shadow.moved(to, cause);
  }
}

function isFailed({ result }: Settlement): boolean {
  return result !== 'success' && result !== 'neutral';
}

function eachPair(shadows: Shadow[], call: Call, run: (shadow: Shadow, fate: Fate) => void): void {
  for (const [place, shadow] of shadows.entries()) {
    const fate = call.fates[place];
    if (fate) run(shadow, fate);
  }
}
