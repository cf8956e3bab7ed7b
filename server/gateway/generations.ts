import type { Clock } from '../core/clock.ts';
import type { Settings } from '../core/settings.ts';
import { Clients } from './clients.ts';
import type { GatewayTools } from './deps.ts';
import { InFlight } from './inFlight.ts';
import { Upstream } from './upstream.ts';

/**
 * The tools that requests go by: one set for each config, for a request ends with the one it began with. A request takes
 * the set of its moment and never looks back here, so that changing the config costs it nothing.
 */
export class Generations {
  private newest: GatewayTools;
  /** Those that a request may still go by, the newest last. */
  private readonly live: GatewayTools[];

  constructor(first: GatewayTools) {
    this.newest = first;
    this.live = [first];
  }

  get current(): GatewayTools {
    return this.newest;
  }

  /** New requests go by these settings from now on; `onOver`: no request goes by any earlier ones any more. */
  adopt(settings: Settings, onOver: () => void): void {
    const before = this.newest;
    const { clock, drillUrl = null } = before;
    before.limits.adopt(settings.limits);
    const clients = new Clients(settings.clients, before.clients);
    this.newest = {
      ...before,
      settings,
      clients,
      ...mapsOf(settings),
      inFlight: new InFlight(),
      upstream: new Upstream(settings.providers, { clock, drillUrl, before: before.upstream }),
    };
    this.live.push(this.newest);
    before.inFlight.whenEmpty(() => {
      this.live.splice(this.live.indexOf(before), 1);
      before.upstream.retire(this.live.map(({ upstream }) => upstream));
      if (this.live.length === 1) onOver();
    });
  }

  /** Waits for every request, `graceMs` at most; those left then are told to stop. */
  async drain(clock: Clock, graceMs: number): Promise<void> {
    await Promise.all(this.live.map(({ inFlight }) => inFlight.drain(clock, graceMs)));
  }

  async close(): Promise<void> {
    await Promise.all(this.live.map(({ upstream }) => upstream.close()));
  }
}

/** Chains and providers by their names. */
export function mapsOf({ chains, providers }: Settings): Pick<GatewayTools, 'chains' | 'providers'> {
  return {
    chains: new Map(chains.map((chain) => [chain.name, chain])),
    providers: new Map(providers.map((provider) => [provider.name, provider])),
  };
}
