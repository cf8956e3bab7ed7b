import { planChain } from '../core/chain.ts';
import type { Alike } from '../core/preview.ts';
import type { RequestNeeds } from '../core/records.ts';
import type { ChainSettings, ProviderSettings } from '../core/settings.ts';
import { type Counted, endOf, feltAs } from './counted.ts';
import { add, Ring } from './ring.ts';

export const minuteMs = 60_000;
export const hourMinutes = 60;
/** Kinds of requests told apart in one minute; a config has a handful. */
const maxKinds = 1_000;
/** A request of a time when needs were not kept: it is taken to need nothing. */
const noNeeds: RequestNeeds = { images: false, tools: false, jsonSchema: false, promptTokens: 0 };

export interface Minute {
  answered: Map<string, number>;
  errors: number;
  attempts: Map<string, number>;
  /** By chain: what callers got. */
  callers: Map<string, { answered: number; errors: number }>;
  alike: Map<string, Alike & { requests: number }>;
}

interface MinutesOptions {
  chains: readonly ChainSettings[];
  providers: readonly ProviderSettings[];
}

/** The last hour by minutes. */
export class Minutes {
  private readonly ring = new Ring<Minute>({ slotMs: minuteMs, length: hourMinutes, fresh });
  private chains: ReadonlyMap<string, ChainSettings> = new Map();
  private providers: ReadonlyMap<string, ProviderSettings> = new Map();

  constructor(options: MinutesOptions) {
    this.adopt(options);
  }

  /** Requests are planned by this config from now on. */
  adopt({ chains, providers }: Pick<MinutesOptions, 'chains' | 'providers'>): void {
    this.chains = new Map(chains.map((chain) => [chain.name, chain]));
    this.providers = new Map(providers.map((provider) => [provider.name, provider]));
  }

  request(request: Counted, now: number): void {
    const minute = this.ring.at(endOf(request), now);
    if (!minute) return;
    this.countAnswer(minute, request);
    for (const { outcome, provider } of request.attempts) {
      if (outcome !== 'skipped') add(minute.attempts, provider);
    }
    this.countAlike(minute, request);
  }

  /** Something happened in that minute, so the program ran. */
  ran(moment: number, now: number): void {
    this.ring.at(moment, now);
  }

  /** The minute `back` before this one; null: nothing is known of it. */
  back(now: number, back: number): Minute | null {
    return this.ring.back(now, back);
  }

  /** Share of the callers of these chains who got an answer in the last hour; null: nobody asked. */
  callersShare(chains: readonly string[], now: number): number | null {
    let answered = 0;
    let errors = 0;
    for (const minute of this.ring.last(now, hourMinutes)) {
      for (const chain of chains) {
        answered += minute.callers.get(chain)?.answered ?? 0;
        errors += minute.callers.get(chain)?.errors ?? 0;
      }
    }
    return answered + errors === 0 ? null : answered / (answered + errors);
  }

  /** Whether a request tried the provider in the last hour. */
  tried(provider: string, now: number): boolean {
    return [...this.ring.last(now, hourMinutes)].some(({ attempts }) => attempts.has(provider));
  }

  private countAnswer(minute: Minute, request: Counted): void {
    const felt = feltAs(request);
    if (felt === null) return;
    const callers = minute.callers.get(request.chain) ?? { answered: 0, errors: 0 };
    minute.callers.set(request.chain, callers);
    if (felt === 'error') {
      callers.errors += 1;
      minute.errors += 1;
      return;
    }
    callers.answered += 1;
    if (request.servedBy !== null) add(minute.answered, request.servedBy);
  }

  /** Who could have taken it is asked of the planner now, so that a preview needs no look at the record. */
  private countAlike(minute: Minute, request: Counted): void {
    const chain = this.chains.get(request.chain);
    if (!chain) return;
    const facts = request.needs ?? noNeeds;
    const steps = planChain({ chain, providers: this.providers, facts, only: null });
    const first = request.attempts.find(({ outcome }) => outcome !== 'skipped')?.provider ?? null;
    let key = `${chain.name}\n${first}\n${request.servedBy}\n`;
    for (const { cannotTake } of steps) key += cannotTake === null ? '1' : '0';
    const known = minute.alike.get(key);
    if (known) known.requests += 1;
    else if (minute.alike.size < maxKinds) {
      const takers = steps.filter(({ cannotTake }) => cannotTake === null).map(({ provider }) => provider.name);
      minute.alike.set(key, { takers, first, servedBy: request.servedBy, requests: 1 });
    }
  }
}

function fresh(): Minute {
  return {
    answered: new Map(),
    errors: 0,
    attempts: new Map(),
    callers: new Map(),
    alike: new Map(),
  };
}
