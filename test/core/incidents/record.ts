import type { CircuitEvent, OpenCause } from '../../../server/core/circuit/types.ts';
import type { ChainMinute, ProviderMinute, TroubleRecord } from '../../../server/core/incidents/types.ts';

/** A made-up record, written line by line. Times are minutes after `start`, unless they say otherwise. */

export const start = Date.UTC(2026, 10, 22, 14, 0, 0);
export const minutes = (count: number): number => start + count * 60_000;

export class RecordMaker {
  private readonly events: CircuitEvent[] = [];
  private readonly evidence: TroubleRecord['evidence'][number][] = [];
  private readonly chains: ChainMinute[] = [];
  private readonly providers: ProviderMinute[] = [];

  /** An opening and, where it is given, its close. `failedProbes` come evenly between the two. */
  outage(
    provider: string,
    {
      from,
      to,
      cause = 'failures',
      failedProbes = 0,
    }: { from: number; to?: number; cause?: OpenCause; failedProbes?: number },
  ): this {
    this.event({
      provider,
      at: minutes(from),
      from: 'closed',
      to: 'open',
      automatic: 'open',
      cause,
      evidence: ['r1/0'],
    });
    const length = ((to ?? from + 60) - from) / (failedProbes + 1);
    for (let probe = 1; probe <= failedProbes; probe += 1) {
      const at = minutes(from + probe * length);
      this.event({ provider, at, from: 'open', to: 'halfOpen', automatic: 'halfOpen', cause: 'cooldown' });
      this.event({
        provider,
        at,
        from: 'halfOpen',
        to: 'open',
        automatic: 'open',
        cause: 'probe',
        evidence: [`p${probe}/0`],
      });
    }
    if (to === undefined) return this;
    this.event({ provider, at: minutes(to), from: 'open', to: 'halfOpen', automatic: 'halfOpen', cause: 'cooldown' });
    return this.event({
      provider,
      at: minutes(to),
      from: 'halfOpen',
      to: 'closed',
      automatic: 'closed',
      cause: 'probe',
    });
  }

  trip(provider: string, { from, to, by = 'ops-night' }: { from: number; to: number; by?: string }): this {
    const until = minutes(to);
    const reason = 'rate limit looming';
    this.event({ provider, at: minutes(from), to: 'tripped', cause: 'trip', by, reason, until });
    return this.event({
      provider,
      at: until,
      from: 'tripped',
      to: 'closed',
      cause: 'release',
      by,
      reason: 'fine again',
    });
  }

  event(changes: Partial<CircuitEvent>): this {
    const seq = this.events.length + 1;
    this.events.push({
      node: 'a',
      seq,
      provider: 'deepseek-v3',
      epoch: seq,
      from: 'closed',
      to: 'closed',
      automatic: 'closed',
      cause: 'failures',
      evidence: [],
      by: 'itself',
      reason: null,
      until: null,
      at: start,
      ...changes,
    });
    return this;
  }

  began(attempt: string, at: number): this {
    this.evidence.push({ attempt, at });
    return this;
  }

  /** Minutes of a chain from one to another, all alike but for what is given of each. */
  chain(chain: string, [from, to]: [number, number], of: (at: number) => Partial<ChainMinute> = () => ({})): this {
    for (let at = from; at < to; at += 1) {
      const usual = {
        requests: 100,
        errors: 0,
        firstErrorAt: null,
        lastErrorAt: null,
        fallbacks: 2,
        firstTokenMs: 400,
        providers: [],
      };
      this.chains.push({ chain, at: minutes(at), ...usual, ...of(at) });
    }
    return this;
  }

  calls(provider: string, at: number, counts: Omit<ProviderMinute, 'provider' | 'at'>): this {
    this.providers.push({ provider, at: minutes(at), ...counts });
    return this;
  }

  make(): TroubleRecord {
    return { events: this.events, evidence: this.evidence, chains: this.chains, providers: this.providers };
  }
}
