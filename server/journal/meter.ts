import type { CircuitEvent } from '../core/circuit/types.ts';
import type { Clock } from '../core/clock.ts';
import type { ProbeRecord } from '../core/records.ts';
import type { ChainSettings, ProviderSettings } from '../core/settings.ts';
import type { Counted } from './counted.ts';
import { Minutes } from './meterMinutes.ts';
import { States } from './meterStates.ts';
import { Traffic } from './meterTraffic.ts';

interface MeterOptions {
  chains: readonly ChainSettings[];
  providers: readonly ProviderSettings[];
  clock: Clock;
}

/**
 * Counts what happens as it happens, so that nobody has to ask the record: in a time that grows with the steps of a request
 * and with nothing else, and in memory that has a bound. It is told the past in the same way, in any order.
 */
export class Meter {
  readonly traffic = new Traffic();
  readonly minutes: Minutes;
  readonly states = new States();
  /** When this run began, ms since 1970. */
  readonly startedAt: number;
  private readonly clock: Clock;
  private readonly lastProbes = new Map<string, Partial<Record<ProbeRecord['kind'], ProbeRecord>>>();
  private since: number;

  constructor({ chains, providers, clock }: MeterOptions) {
    this.clock = clock;
    this.startedAt = clock.wall();
    this.since = this.startedAt;
    this.minutes = new Minutes({ chains, providers });
  }

  /** Requests are planned by this config from now on. */
  adopt(config: Pick<MeterOptions, 'chains' | 'providers'>): void {
    this.minutes.adopt(config);
  }

  request(request: Counted): void {
    const now = this.clock.wall();
    this.traffic.request(request, now);
    this.minutes.request(request, now);
  }

  transition(event: CircuitEvent): void {
    this.states.transition(event);
    this.minutes.ran(event.at, this.clock.wall());
  }

  probe(probe: ProbeRecord): void {
    const known = this.lastProbes.get(probe.provider) ?? {};
    this.lastProbes.set(probe.provider, known);
    const before = known[probe.kind];
    if (!before || before.at <= probe.at) known[probe.kind] = probe;
  }

  /** Everything since then has been told. */
  complete(since: number): void {
    this.since = Math.min(this.since, since);
  }

  /** From when on everything is in it, ms since 1970. */
  get knownSince(): number {
    return this.since;
  }

  /** The newest of each kind. */
  probesOf(provider: string): Partial<Record<ProbeRecord['kind'], ProbeRecord>> {
    return this.lastProbes.get(provider) ?? {};
  }
}
