import { stringify } from 'yaml';
import type { AlertSettings } from '../core/alerts/types.ts';
import type { BreakerSettings } from '../core/circuit/types.ts';
import { keptKinds } from '../core/retention.ts';
import type { ChainSettings, ClientSettings, PrefillSettings, ProviderSettings, Settings } from '../core/settings.ts';
import { writeDuration, writeSize } from './units.ts';

export const HIDDEN = '(hidden)';

/** What stands for a secret. */
type Hide = (secret: unknown) => string;
const hidden: Hide = () => HIDDEN;

/** The settings in force as YAML in the words of the config, for people. Keys, header values, prompts and `set` values are hidden. */
export function describeSettings(settings: Settings): string {
  return stringify(describe(settings, hidden));
}

/** The same as data, with `hide` of each secret in its place. */
export function describe(settings: Settings, hide: Hide) {
  const { gateway, control, database, environment, node, limits, retention, drills } = settings;
  const providers = settings.providers.map((provider) => [provider.name, describeProvider(provider, hide)]);
  return {
    gateway,
    control,
    database,
    environment,
    node,
    providers: Object.fromEntries(providers),
    chains: Object.fromEntries(settings.chains.map((chain) => [chain.name, describeChain(chain)])),
    signIn: describeSignIn(settings.signIn, hide),
    limits: {
      body: writeSize(limits.bodyBytes),
      bodies: writeSize(limits.bodiesBytes),
      requests: limits.requests,
      streams: limits.streams,
      connections: limits.connections,
      answers: writeSize(limits.answersBytes),
    },
    clients: settings.clients.map((client) => describeClient(client, hide)),
    retention: Object.fromEntries(keptKinds.map((kind) => [kind, writeDuration(retention[`${kind}Ms`])])),
    telemetry: describeTelemetry(settings.telemetry, hide),
    shutdown: { delay: writeDuration(settings.shutdownDelayMs), grace: writeDuration(settings.shutdownGraceMs) },
    alerts: settings.alerts.map((alert) => describeAlert(alert, hide)),
    drills,
  };
}

function describeTelemetry(telemetry: Settings['telemetry'], hide: Hide) {
  if (telemetry === null) return 'off';
  const { url, headers, protocol, sample, serviceName } = telemetry;
  return { otlp: { url, headers: hideValues(headers, hide), protocol }, sample, serviceName };
}

function describeSignIn({ url, provider }: Settings['signIn'], hide: Hide) {
  if (provider === null) return { url: url ?? 'none', provider: 'none' };
  const { clientSecret, sessionMs, ...rest } = provider;
  const secret = clientSecret === null ? 'none' : hide(clientSecret);
  return { url: url ?? 'none', provider: { ...rest, clientSecret: secret, session: writeDuration(sessionMs) } };
}

function describeAlert(alert: AlertSettings, hide: Hide) {
  const { name, kind, url, secret, previousSecret, routingKey } = alert;
  const { on, errors, holdMs, remindMs, chains, allowLinkLocal } = alert;
  const secrets = Object.entries({ secret, previousSecret, routingKey }).filter(([, value]) => value !== null);
  return {
    ...{ name, kind, url: hide(url) },
    ...Object.fromEntries(secrets.map(([key, value]) => [key, hide(value)])),
    ...{ on, errors, hold: writeDuration(holdMs), remind: remindMs === null ? 'off' : writeDuration(remindMs) },
    ...{ chains: chains ?? 'all', allowLinkLocal },
  };
}

function describeClient({ name, key, previousKey, chains, limits = {} }: ClientSettings, hide: Hide) {
  const previous = previousKey === undefined ? {} : { previousKey: hide(previousKey) };
  return { name, key: hide(key), ...previous, chains: chains ?? 'all', limits };
}

/** One provider, in the words of the config. */
export function describeProvider(provider: ProviderSettings, hide: Hide = hidden): Record<string, unknown> {
  const { baseUrl, model, price, timeouts, retries, concurrency, assemble, accepts, drop, rename } = provider;
  return {
    baseUrl,
    dialect: provider.dialect,
    apiKey: provider.apiKey === null ? 'none' : hide(provider.apiKey),
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
    systemPrompt: provider.systemPrompt === null ? 'none' : hide(provider.systemPrompt),
    headers: hideValues(provider.headers, hide),
    drop,
    rename,
    set: hideValues(provider.set, hide),
    prefill: describePrefill(provider.prefill, hide),
    standby: provider.standbyMs === null ? 'off' : writeDuration(provider.standbyMs),
    breaker: {
      ...describeBreaker(provider.breaker),
      ghosts: Object.fromEntries((provider.ghosts ?? []).map(({ name, breaker }) => [name, describeBreaker(breaker)])),
    },
  };
}

function describePrefill(prefill: PrefillSettings | null, hide: Hide): string {
  if (prefill === null) return 'none';
  const isBare =
    prefill.baseUrl === null && [prefill.message, prefill.body].every((fields) => Object.keys(fields).length === 0);
  return isBare ? 'trailing' : hide(prefill);
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

function hideValues(record: Readonly<Record<string, unknown>>, hide: Hide): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, hide(value)]));
}
