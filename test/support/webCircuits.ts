import type { CircuitEntry, CircuitEvent } from '../../server/core/circuit/types.ts';
import type { ChainOverview, Hour, HourMinute, ProviderOverview } from '../../server/core/overview.ts';

/** A moment on a whole minute: 14:07:00 UTC. */
export const noon = Date.UTC(2031, 2, 4, 14, 7);
export const minuteMs = 60_000;

/** A closed circuit with nothing to say, and what the test says of it. */
export function entryOf(provider: string, told: Partial<CircuitEntry> = {}): CircuitEntry {
  return {
    provider,
    state: 'closed',
    automatic: told.state === 'open' || told.state === 'halfOpen' ? told.state : 'closed',
    override: told.state === 'tripped' || told.state === 'heldClosed' ? told.state : 'none',
    since: noon - 3 * minuteMs,
    cause: null,
    by: 'itself',
    reason: null,
    until: null,
    epoch: 7,
    failuresInARow: 0,
    timeoutsInARow: 0,
    window: { calls: 40, failures: 0, rate: 0, ms: 60_000 },
    ramp: null,
    probe: { out: 0, of: 1, failed: 0 },
    evidence: [],
    inFlight: 2,
    allowed: 256,
    spentUntil: null,
    headroom: null,
    carries: [],
    limits: { failures: 5, timeouts: 3, rate: 0.5, calls: 10 },
    lastSuccessAt: noon - 1_000,
    ...told,
  };
}

export function providerOf(provider: string, told: Partial<ProviderOverview> = {}): ProviderOverview {
  return {
    provider,
    model: `${provider}-instruct`,
    attemptsPerSecond: 4,
    firstTokenP50Ms: 410,
    firstTokenP95Ms: 1_900,
    attempts: 1_200,
    failed: 3,
    priceRatios: { lucy: 1 },
    mostCarriedPerSecond: 41,
    standby: null,
    uptime: { providerShare: 1, callersShare: 1 },
    ...told,
  };
}

export function chainOf(providers: string[], told: Partial<ChainOverview> = {}): ChainOverview {
  return {
    chain: 'lucy',
    providers,
    requestsPerSecond: 41,
    carrier: providers[0] ?? null,
    backoff: { initialMs: 250, factor: 2 },
    ifCarrierGoes: { verdict: 'proven', next: providers[1] ?? null, sentence: 'It would.' },
    ...told,
  };
}

export function eventOf(told: Partial<CircuitEvent> = {}): CircuitEvent {
  return {
    node: 'a',
    seq: 1,
    provider: 'deepseek-v3',
    epoch: 8,
    from: 'closed',
    to: 'open',
    automatic: 'open',
    cause: 'failures',
    evidence: [],
    by: 'itself',
    reason: null,
    until: null,
    at: noon,
    ...told,
  };
}

export function minuteOf(at: number, told: Partial<HourMinute> = {}): HourMinute {
  return { at, answered: {}, errors: 0, states: {}, attempts: {}, ...told };
}

/** An hour that ends `sinceMinuteMs` into its last minute. */
export function hourOf(minutes: HourMinute[], sinceMinuteMs = 30_000): Hour {
  return { now: (minutes.at(-1)?.at ?? noon) + sinceMinuteMs, minutes, acts: [] };
}
