import { stringify } from 'yaml';
import type { BreakerSettings } from '../core/circuit/types.ts';
import { keptKinds } from '../core/retention.ts';
import type { ChainSettings, ClientSettings, PrefillSettings, ProviderSettings, Settings } from '../core/settings.ts';
import { writeDuration, writeSize } from './units.ts';

const HIDDEN = '(hidden)';

/** The settings in force as YAML in the words of the config, for people. Keys, header values, prompts and `set` values are hidden. */
export function describeSettings(settings: Settings): string {
  const { gateway, control, database, environment, node, limits, retention, drills } = settings;
  return stringify({
    gateway,
    control,
    database,
    environment,
    node,
    providers: Object.fromEntries(settings.providers.map((provider) => [provider.name, describeProvider(provider)])),
    chains: Object.fromEntries(settings.chains.map((chain) => [chain.name, describeChain(chain)])),
    limits: {
      body: writeSize(limits.bodyBytes),
      bodies: writeSize(limits.bodiesBytes),
      requests: limits.requests,
      streams: limits.streams,
      connections: limits.connections,
      answers: writeSize(limits.answersBytes),
    },
    clients: settings.clients.map(describeClient),
    retention: Object.fromEntries(keptKinds.map((kind) => [kind, writeDuration(retention[`${kind}Ms`])])),
    alerts: settings.alerts.map(() => HIDDEN),
    drills,
  });
}

function describeClient({ name, previousKey, chains, limits = {} }: ClientSettings): Record<string, unknown> {
  const previous = previousKey === undefined ? {} : { previousKey: HIDDEN };
  return { name, key: HIDDEN, ...previous, chains: chains ?? 'all', limits };
}

/** One provider, in the words of the config. */
export function describeProvider(provider: ProviderSettings): Record<string, unknown> {
  const { baseUrl, model, price, timeouts, retries, concurrency, assemble, accepts, drop, rename } = provider;
  return {
    baseUrl,
    dialect: provider.dialect,
    apiKey: provider.apiKey === null ? 'none' : HIDDEN,
    model,
    price: price ?? 'unknown',
    timeouts: {
      connect: writeDuration(timeouts.connectMs),
      firstToken: writeDuration(timeouts.firstTokenMs),
      perThousandTokens: writeDuration(timeouts.perThousandTokensMs),
      idle: writeDuration(timeouts.idleMs),
      total: writeDuration(timeouts.totalMs),
      answer: writeDuration(timeouts.answerMs),
    },
    retries,
    concurrency,
    assemble,
    accepts: { ...accepts, contextTokens: accepts.contextTokens ?? 'unknown' },
    systemPrompt: provider.systemPrompt === null ? 'none' : HIDDEN,
    headers: hideValues(provider.headers),
    drop,
    rename,
    set: hideValues(provider.set),
    prefill: describePrefill(provider.prefill),
    standby: provider.standbyMs === null ? 'off' : writeDuration(provider.standbyMs),
    breaker: {
      ...describeBreaker(provider.breaker),
      ghosts: Object.fromEntries((provider.ghosts ?? []).map(({ name, breaker }) => [name, describeBreaker(breaker)])),
    },
  };
}

function describePrefill(prefill: PrefillSettings | null): string {
  if (prefill === null) return 'none';
  const isBare =
    prefill.baseUrl === null && [prefill.message, prefill.body].every((fields) => Object.keys(fields).length === 0);
  return isBare ? 'trailing' : HIDDEN;
}

function describeBreaker(breaker: BreakerSettings): Record<string, unknown> {
  const { windowMs, openMs, openMaxMs, recheckMs, rampMs, ...rest } = breaker;
  return {
    ...rest,
    window: writeDuration(windowMs),
    open: writeDuration(openMs),
    openMax: writeDuration(openMaxMs),
    recheck: recheckMs === null ? 'off' : writeDuration(recheckMs),
    ramp: writeDuration(rampMs),
  };
}

function describeChain(chain: ChainSettings): Record<string, unknown> {
  const { initialMs, factor, maxMs, jitter } = chain.backoff;
  return {
    providers: chain.providers,
    backoff: { initial: writeDuration(initialMs), factor, max: writeDuration(maxMs), jitter },
    deadline: writeDuration(chain.deadlineMs),
    rescue: chain.rescue,
    hedge: chain.hedge,
  };
}

function hideValues(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.keys(record).map((key) => [key, HIDDEN]));
}
