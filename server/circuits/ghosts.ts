import type { Settlement } from '../core/circuit/settle.ts';
import type { Act, CircuitEvent, StoredCircuit } from '../core/circuit/types.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { GhostReport } from '../core/ghost.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { AcquireOptions, Admission, Permit } from './permit.ts';
import type { AskOptions } from './shadow.ts';
import { Shadows, type Step } from './shadows.ts';

/** Steps are worked off so long after the first of them … */
const WORK_OFF_MS = 250;
/** … or when so many wait: what eight ghosts take in a few milliseconds. */
const MOST_STEPS = 512;

interface GhostsDeps {
  providers: readonly ProviderSettings[];
  restored: { circuits: readonly StoredCircuit[] };
  clock: Clock;
}

/**
 * The ghosts of a board. On the way of a call a step is put in a list; what the ghosts make of it is worked out later, in
 * order. They are kept in memory, from the start of the process on.
 */
export class Ghosts {
  private readonly clock: Clock;
  private readonly shadows: Shadows;
  private steps: Step[] = [];
  private timer: Timer | null = null;

  /** Null: no provider has any. */
  static of(deps: GhostsDeps): Ghosts | null {
    return deps.providers.some(({ ghosts = [] }) => ghosts.length > 0) ? new Ghosts(deps) : null;
  }

  private constructor({ providers, restored, clock }: GhostsDeps) {
    this.clock = clock;
    this.shadows = new Shadows({
      now: clock.now(),
      wall: clock.wall(),
      providers: providers.map(({ name, concurrency, ghosts = [] }) => ({
        name,
        concurrency,
        ghosts,
        stored: restored.circuits.find(({ provider }) => provider === name) ?? null,
      })),
    });
  }

  asked(provider: string, options: AcquireOptions, { permit, refusal }: Admission): void {
    if (!this.shadows.has(provider)) return;
    const at = this.clock.now();
    if (permit) {
      this.add({ do: 'asked', at, provider, call: permit, kind: permit.kind, options: asOf(options) });
      return;
    }
    // Room, and what a closed provider says of its own limits, are no matter of the breaker.
    const { reason, state } = refusal;
    if (reason === 'busy' || (reason === 'throttled' && state === 'closed')) return;
    this.add({ do: 'refused', at, provider, options: asOf(options) });
  }

  pinged(permit: Permit, options: AcquireOptions): void {
    const { provider } = permit;
    if (!this.shadows.has(provider)) return;
    this.add({ do: 'asked', at: this.clock.now(), provider, call: permit, kind: 'ping', options: asOf(options) });
  }

  answered(permit: Permit): void {
    if (!this.shadows.has(permit.provider)) return;
    this.add({ do: 'answered', at: this.clock.now(), provider: permit.provider, call: permit });
  }

  settled(permit: Permit, settlement: Settlement): void {
    if (!this.shadows.has(permit.provider)) return;
    this.add({ do: 'settled', at: this.clock.now(), provider: permit.provider, call: permit, settlement });
  }

  recovered(provider: string, by: string): void {
    if (this.shadows.has(provider)) this.add({ do: 'recovered', at: this.clock.now(), provider, by });
  }

  acted(act: Act): void {
    const { provider } = act;
    if (this.shadows.has(provider)) this.add({ do: 'acted', at: this.clock.now(), provider, act });
  }

  moved({ provider, automatic, cause, to }: CircuitEvent): void {
    if (!this.shadows.has(provider)) return;
    const evacuates = to === 'open' || to === 'tripped';
    this.add({ do: 'moved', at: this.clock.now(), provider, to: automatic, cause, evacuates });
  }

  reports(provider?: string): GhostReport[] {
    this.workOff();
    return this.shadows.reports(provider);
  }

  private add(step: Step): void {
    this.steps.push(step);
    if (this.steps.length >= MOST_STEPS) this.workOff();
    else this.timer ??= this.clock.after(WORK_OFF_MS, () => this.workOff());
  }

  private workOff(): void {
    this.timer?.cancel();
    this.timer = null;
    const { clock, steps } = this;
    this.steps = [];
    const distanceMs = clock.wall() - clock.now();
    for (const step of steps) this.shadows.apply(step);
    this.shadows.advanceTo(clock.now(), distanceMs);
  }
}

/** Without the way back to the caller, which a ghost must not hold on to. */
function asOf({ leaseMs, ramp }: AcquireOptions): AskOptions {
  return ramp === undefined ? { leaseMs } : { leaseMs, ramp };
}
