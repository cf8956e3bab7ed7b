import type { CircuitEntry } from '../core/circuit/types.ts';
import type { Clock } from '../core/clock.ts';
import { blendedPrice } from '../core/money.ts';
import type { ChainOverview, Hour, Overview, ProviderOverview, Totals, TripPreview } from '../core/overview.ts';
import { previewTrip } from '../core/preview.ts';
import type { ProbeRecord } from '../core/records.ts';
import type { ChainSettings, ProviderSettings } from '../core/settings.ts';
import { provenAMinute, type Stand, survivalOf } from '../core/survival.ts';
import type { Meter } from './meter.ts';
import { hourMinutes, minuteMs } from './meterMinutes.ts';
import { rates } from './meterTraffic.ts';

const previewMinutes = 15;

export interface OverviewDeps {
  chains: readonly ChainSettings[];
  providers: readonly ProviderSettings[];
  meter: Meter;
  /** The circuits as they stand, in the order of the config. */
  circuits: () => CircuitEntry[];
  clock: Clock;
  /** What is simulated; null: nothing is. */
  demo: (() => NonNullable<Overview['demo']>) | null;
}

/** Puts together what the live page shows, from counts alone: nothing here asks the record. */
export class Overviews {
  private readonly deps: OverviewDeps;

  constructor(deps: OverviewDeps) {
    this.deps = deps;
  }

  get(): Overview {
    const { clock, chains, providers, demo } = this.deps;
    const moment = this.moment();
    const chainOverviews = chains.map((chain) => this.chain(chain, moment));
    return {
      now: clock.wall(),
      totals: this.totals(moment, chainOverviews),
      chains: chainOverviews,
      providers: providers.map((provider) => this.provider(provider, moment)),
      ours: this.deps.meter.traffic.ours(moment.now),
      demo: demo?.() ?? null,
    };
  }

  hour(): Hour {
    const { meter, providers } = this.deps;
    const moment = this.moment();
    const { now } = moment;
    const minutes = spans(now).map(({ from, to }, at) => {
      const minute = meter.minutes.back(now, hourMinutes - 1 - at);
      const ran = minute !== null || to > meter.startedAt;
      const states = providers.map(({ name }) => [
        name,
        ran ? meter.states.worst(name, { from, to }, moment.entry(name)) : null,
      ]);
      return {
        at: from,
        answered: Object.fromEntries(minute?.answered ?? []),
        errors: minute?.errors ?? 0,
        states: Object.fromEntries(states),
        attempts: Object.fromEntries(minute?.attempts ?? []),
      };
    });
    const from = minutes[0]?.at ?? now;
    return { now, minutes, acts: meter.states.acts({ from, to: now }) };
  }

  /** What tripping the provider of this circuit would have done. */
  preview({ provider, epoch, state, automatic }: CircuitEntry): TripPreview {
    const { meter } = this.deps;
    const { now, entry } = this.moment();
    const minutes = Array.from({ length: previewMinutes }, (_, back) => [
      ...(meter.minutes.back(now, back)?.alike.values() ?? []),
    ]);
    const counted = previewTrip({
      provider,
      windowMs: Math.min(previewMinutes * minuteMs, now - meter.knownSince),
      minutes,
      admits: (name) => admits(entry(name)),
      proven: (name) => provenAMinute(meter.traffic.mostCarried(name), entry(name)),
    });
    return { ...counted, epoch, state, automatic };
  }

  private moment(): Moment {
    const entries = this.deps.circuits();
    const byName = new Map(entries.map((entry) => [entry.provider, entry]));
    const now = this.deps.clock.wall();
    const known = Math.max(1, Math.floor((now - this.deps.meter.knownSince) / 1_000));
    return {
      now,
      entries,
      entry(name) {
        const found = byName.get(name);
        if (!found) throw new Error(`No circuit for provider "${name}": chains and providers come from one config.`);
        return found;
      },
      shownSeconds: Math.min(rates.shownSeconds, known),
      minuteSeconds: Math.min(rates.minuteSeconds, known),
    };
  }

  private totals({ now, entries }: Moment, chains: ChainOverview[]): Totals {
    const { traffic } = this.deps.meter;
    const ifGone = chains.filter(({ carrier }) => carrier !== null);
    return {
      providers: entries.length,
      open: entries.filter(({ state }) => state === 'open').length,
      byHand: entries.filter(({ override }) => override !== 'none').length,
      chainsWithNobody: chains.filter(({ carrier }) => carrier === null).map(({ chain }) => chain),
      chainsNotSurviving: ifGone
        .filter(({ ifCarrierGoes }) => ifCarrierGoes.verdict === 'nobody')
        .map(({ chain }) => chain),
      felt: traffic.felt(now),
    };
  }

  private chain(chain: ChainSettings, moment: Moment): ChainOverview {
    const { traffic } = this.deps.meter;
    const { now, entry, shownSeconds } = moment;
    const { name, providers } = chain;
    const carrier =
      providers.find((provider) => admits(entry(provider))) ??
      providers.find((provider) => takesProbe(entry(provider))) ??
      null;
    const nextName = providers.find((provider) => provider !== carrier && admits(entry(provider)));
    return {
      chain: name,
      providers: [...providers],
      requestsPerSecond: traffic.requestRate(name, now, shownSeconds),
      attemptsPerSecond: Object.fromEntries(
        [...traffic.attempts(name, now, shownSeconds)].map(([provider, count]) => [provider, count / shownSeconds]),
      ),
      carrier,
      backoff: { initialMs: chain.backoff.initialMs, factor: chain.backoff.factor },
      ifCarrierGoes: survivalOf({
        chain: name,
        now,
        carrier,
        next: nextName === undefined ? null : this.stand(entry(nextName)),
        ratePerSecond: this.loadOf(name, nextName === undefined ? [] : entry(nextName).carries, moment),
      }),
    };
  }

  /** What the next one would carry, with what it carries already; a chain without traffic asks nothing of it. */
  private loadOf(chain: string, carries: readonly string[], { now, minuteSeconds }: Moment): number {
    const rate = (name: string): number => this.deps.meter.traffic.requestRate(name, now, minuteSeconds);
    const own = rate(chain);
    return own === 0 ? 0 : carries.filter((name) => name !== chain).reduce((sum, name) => sum + rate(name), own);
  }

  private stand({ provider, lastSuccessAt, headroom, spentUntil }: CircuitEntry): Stand {
    const { meter } = this.deps;
    const check = newestOf(meter.probesOf(provider));
    const mostCarriedPerSecond = perSecond(meter.traffic.mostCarried(provider));
    return { provider, check, lastSuccessAt, mostCarriedPerSecond, room: { headroom, spentUntil } };
  }

  private provider(provider: ProviderSettings, { now, entry, shownSeconds }: Moment): ProviderOverview {
    const { meter, chains } = this.deps;
    const { name, model } = provider;
    const { attempts, failed, firstTokens } = meter.traffic.provider(name, now);
    const standby = meter.probesOf(name).standby;
    const inSeconds = chains.reduce(
      (sum, chain) => sum + (meter.traffic.attempts(chain.name, now, shownSeconds).get(name) ?? 0),
      0,
    );
    const of = chains.filter(({ providers }) => providers.includes(name)).map((chain) => chain.name);
    return {
      provider: name,
      model,
      attemptsPerSecond: inSeconds / shownSeconds,
      firstTokenP50Ms: firstTokens.quantile(0.5),
      firstTokenP95Ms: firstTokens.quantile(0.95),
      attempts,
      failed,
      priceRatios: this.priceRatios(provider),
      mostCarriedPerSecond: perSecond(meter.traffic.mostCarried(name)),
      standby: standby ? shownCheck(standby) : null,
      uptime: {
        providerShare: this.providerShare(entry(name), now),
        callersShare: meter.minutes.callersShare(of, now),
      },
    };
  }

  private priceRatios({ name, price }: ProviderSettings): Record<string, number | null> {
    const { chains, providers } = this.deps;
    const ratios = chains
      .filter((chain) => chain.providers.includes(name))
      .map((chain) => {
        const first = providers.find((provider) => provider.name === chain.providers[0])?.price;
        const against = first ? blendedPrice(first) : 0;
        return [chain.name, price && against > 0 ? blendedPrice(price) / against : null];
      });
    return Object.fromEntries(ratios);
  }

  /** Over the minutes in which the program ran; null: it was closed, and nobody asked it, so nothing is known. */
  private providerShare(entry: CircuitEntry, now: number): number | null {
    const { minutes, states, startedAt } = this.deps.meter;
    let known = 0;
    let closed = 0;
    for (const [at, span] of spans(now).entries()) {
      if (minutes.back(now, hourMinutes - 1 - at) === null && span.to <= startedAt) continue;
      known += span.to - span.from;
      closed += states.closedMs(entry.provider, span, entry);
    }
    const checked = newestOf(this.deps.meter.probesOf(entry.provider))?.at ?? Number.NEGATIVE_INFINITY;
    const asked = minutes.tried(entry.provider, now) || checked > now - hourMinutes * minuteMs;
    return known === 0 || (closed === known && !asked) ? null : closed / known;
  }
}

interface Moment {
  now: number;
  entries: CircuitEntry[];
  entry: (provider: string) => CircuitEntry;
  /** Over how many whole seconds rates are counted: fewer right after the start. */
  shownSeconds: number;
  minuteSeconds: number;
}

/** Calls of any number are let through: what carrying a chain takes. */
function admits({ state }: CircuitEntry): boolean {
  return state === 'closed' || state === 'heldClosed';
}

function takesProbe({ state, probe }: CircuitEntry): boolean {
  return state === 'halfOpen' && probe.out < probe.of;
}

/** The minutes of the last hour, eldest first; the last one ends now. */
function spans(now: number): { from: number; to: number }[] {
  const start = Math.floor(now / minuteMs) * minuteMs;
  return Array.from({ length: hourMinutes }, (_, at) => {
    const from = start - (hourMinutes - 1 - at) * minuteMs;
    return { from, to: Math.min(now, from + minuteMs) };
  });
}

function newestOf(probes: Partial<Record<ProbeRecord['kind'], ProbeRecord>>): ProbeRecord | null {
  return Object.values(probes).reduce<ProbeRecord | null>(
    (newest, probe) => (newest && newest.at >= probe.at ? newest : probe),
    null,
  );
}

function shownCheck({ at, ok, word, durationMs, costNanoUsd }: ProbeRecord): NonNullable<ProviderOverview['standby']> {
  return { at, ok, word, ms: durationMs, costNanoUsd };
}

function perSecond(requestsAMinute: number): number {
  return requestsAMinute / 60;
}
