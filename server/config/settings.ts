import { dirname, resolve } from 'node:path';
import type { AlertSettings } from '../core/alerts/types.ts';
import type { BreakerSettings } from '../core/circuit/types.ts';
import { dialectAt, prefillOf } from '../core/dialects/dialects.ts';
import type { GhostSettings } from '../core/ghost.ts';
import type { RetentionSettings } from '../core/retention.ts';
import type { ChainSettings, PrefillSettings, ProviderSettings, Settings, SignInSettings } from '../core/settings.ts';
import type { FileConfig } from './schema.ts';

/** A checked file as the rest of the house wants it. `file`: path of the config, from whose folder `database` counts. */
export function toSettings(config: FileConfig, from: { file: string; hostname: string }): Settings {
  return {
    gateway: config.gateway,
    control: config.control,
    database: config.database === ':memory:' ? ':memory:' : resolve(dirname(resolve(from.file)), config.database),
    environment: config.environment,
    node: config.node ?? asNode(from.hostname),
    providers: Object.entries(config.providers).map(([name, provider]) => toProvider(name, provider, config.breaker)),
    chains: Object.entries(config.chains).map(([name, chain]) => toChain(name, chain)),
    signIn: toSignIn(config.signIn),
    limits: {
      bodyBytes: config.limits.body,
      bodiesBytes: config.limits.bodies,
      requests: config.limits.requests,
      streams: config.limits.streams,
      connections: config.limits.connections,
      answersBytes: config.limits.answers,
    },
    clients: config.clients,
    retention: toRetention(config.retention),
    telemetry: toTelemetry(config.telemetry),
    shutdownDelayMs: config.shutdown.delay,
    shutdownGraceMs: config.shutdown.grace,
    alerts: config.alerts.map(toAlert),
    drills: config.drills,
  };
}

function toTelemetry({ otlp, sample, serviceName }: FileConfig['telemetry']): Settings['telemetry'] {
  return otlp ? { ...otlp, sample, serviceName } : null;
}

function toRetention(retention: FileConfig['retention']): RetentionSettings {
  const { requests, probes, transitions, minutes, audit, incidents } = retention;
  return {
    requestsMs: requests,
    probesMs: probes,
    transitionsMs: transitions,
    minutesMs: minutes,
    auditMs: audit,
    incidentsMs: incidents,
  };
}

const pagerDuty = 'https://events.pagerduty.com/v2/enqueue';

function toAlert(alert: FileConfig['alerts'][number]): AlertSettings {
  const { name, kind, url = pagerDuty, secret = null, previousSecret = null, routingKey = null } = alert;
  const { on, errors, hold, remind, chains = null, allowLinkLocal } = alert;
  const to = { url, secret, previousSecret, routingKey, allowLinkLocal };
  return { name, kind, ...to, on, errors, holdMs: hold, remindMs: remind, chains };
}

function toSignIn(signIn: FileConfig['signIn']): SignInSettings {
  const { url = null, provider } = signIn;
  if (provider === undefined) return { url, provider: null };
  const { issuer, clientId, clientSecret = null, scopes, session, name, roles } = provider;
  const { claim, ...values } = roles;
  const label = provider.label ?? `Sign in with ${URL.canParse(issuer) ? new URL(issuer).host : issuer}`;
  const claims = { nameClaim: name, roleClaim: claim, roles: values };
  return { url, provider: { issuer, clientId, clientSecret, label, scopes, sessionMs: session, ...claims } };
}

type ProviderConfig = FileConfig['providers'][string];
type ChainConfig = FileConfig['chains'][string];

function toProvider(name: string, provider: ProviderConfig, defaults: FileConfig['breaker']): ProviderSettings {
  const { timeouts, price, accepts, baseUrl } = provider;
  const dialect = provider.dialect ?? dialectAt(baseUrl) ?? 'openai';
  return {
    name,
    baseUrl,
    dialect,
    apiKey: provider.apiKey ?? null,
    allowLinkLocal: provider.allowLinkLocal,
    model: provider.model,
    price: price ? { ...price, cachedInput: price.cachedInput ?? price.input } : null,
    timeouts: {
      connectMs: timeouts.connect,
      firstTokenMs: timeouts.firstToken,
      perThousandTokensMs: timeouts.perThousandTokens,
      idleMs: timeouts.idle,
      totalMs: timeouts.total,
      answerMs: timeouts.answer,
    },
    retries: provider.retries,
    concurrency: provider.concurrency,
    assemble: provider.assemble,
    accepts: { ...accepts, contextTokens: accepts.contextTokens ?? null },
    systemPrompt: provider.systemPrompt ?? null,
    headers: provider.headers,
    drop: provider.drop,
    rename: provider.rename,
    set: provider.set,
    prefill: provider.prefill === undefined ? prefillOf(dialect, baseUrl) : toPrefill(provider.prefill),
    standbyMs: provider.standby,
    breaker: toBreaker({ ...defaults, ...provider.breaker }),
    ghosts: toGhosts({ ...defaults, ...provider.breaker }),
  };
}

function toPrefill(prefill: NonNullable<ProviderConfig['prefill']>): PrefillSettings | null {
  if (prefill === 'none') return null;
  const { message = {}, body = {}, baseUrl = null } = prefill === 'trailing' ? {} : prefill;
  return { message, body, baseUrl };
}

/** What makes calls stays as it is with the circuit: a ghost makes none. */
function toGhosts(breaker: FileConfig['breaker']): GhostSettings[] {
  const { probe, recheck, suspect } = breaker;
  return Object.entries(breaker.ghosts).map(([name, keys]) => ({
    name,
    breaker: toBreaker({ ...breaker, ...keys, probe, recheck, suspect }),
  }));
}

function toBreaker(breaker: FileConfig['breaker']): BreakerSettings {
  const { window, open, openMax, recheck, ramp, ghosts: _beside, ...rest } = breaker;
  return { ...rest, windowMs: window, openMs: open, openMaxMs: openMax ?? open, recheckMs: recheck, rampMs: ramp };
}

function toChain(name: string, chain: ChainConfig): ChainSettings {
  const { initial, factor, max, jitter } = chain.backoff;
  return {
    name,
    providers: chain.providers,
    backoff: { initialMs: initial, factor, maxMs: max, jitter },
    deadlineMs: chain.deadline,
    rescue: chain.rescue,
    hedge: chain.hedge,
  };
}

/** A host's name in the characters that `node` may have. */
function asNode(hostname: string): string {
  const name = hostname.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[._-]+/, '');
  return name.slice(0, 64) || 'local';
}
