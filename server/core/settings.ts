import type { AlertSettings } from './alerts/types.ts';
import type { BreakerSettings } from './circuit/types.ts';
import type { DialectName } from './dialects/types.ts';
import type { EffectiveSetting } from './effective.ts';
import type { GhostSettings } from './ghost.ts';
import type { RescueWay } from './records.ts';
import type { RetentionSettings } from './retention.ts';
import type { Role } from './roles.ts';

/** The config after reading and checking: plain data, durations in milliseconds, sizes in bytes. Made by `config/load.ts`. */
export interface Settings {
  gateway: ListenerSettings;
  control: ListenerSettings;
  /** An absolute path, or `:memory:`. */
  database: string;
  environment: string;
  node: string;
  /** In the order of the file. */
  providers: ProviderSettings[];
  chains: ChainSettings[];
  signIn: SignInSettings;
  limits: LimitSettings;
  clients: ClientSettings[];
  retention: RetentionSettings;
  /** Told to stop, it is not ready for so long before it takes no more requests. */
  shutdownDelayMs: number;
  /** Answers that are under way when the program is told to stop have so long to end. */
  shutdownGraceMs: number;
  /** Where spans are sent; null: nowhere. */
  telemetry: TelemetrySettings | null;
  alerts: AlertSettings[];
  drills: boolean;
  /** Of each provider: every setting in force, in the words of the config, with where it came from; absent: not known. */
  effective?: Record<string, EffectiveSetting[]>;
  /** All of them, of providers and of everything else; absent: not known. */
  inForce?: EffectiveSetting[];
}

export interface TelemetrySettings {
  /** Where spans are posted to, whole: `http://127.0.0.1:4318/v1/traces`. */
  url: string;
  headers: Record<string, string>;
  protocol: 'http/protobuf' | 'http/json';
  /** Share of the traces that begin here and are kept, 0 to 1; those of callers go by what these say. */
  sample: number;
  serviceName: string;
}

export interface ListenerSettings {
  host: string;
  port: number;
  /** Further `Host` names answered to, beside loopback. */
  hosts: string[];
  /** Proxies, as addresses or networks, whose `X-Forwarded-For` says who asks; none: nobody's. */
  trustProxy: string[];
}

/** US dollars per million tokens. */
export interface Price {
  input: number;
  cachedInput: number;
  output: number;
}

export interface ProviderSettings {
  name: string;
  /** Without a trailing slash; `/chat/completions` is put after it. */
  baseUrl: string;
  /** The vendor whose errors, limits and bills it has. */
  dialect: DialectName;
  apiKey: string | null;
  /** It may be at an address that is link-local, or a cloud's metadata; absent: it may not. */
  allowLinkLocal?: boolean;
  /** What the provider calls the model. */
  model: string;
  price: Price | null;
  timeouts: TimeoutSettings;
  /** Further tries on the same provider before the next one. */
  retries: number;
  /** Calls in flight at most; over it the next provider at once. */
  concurrency: number;
  /** Plain requests are streamed upstream and put together here. */
  assemble: boolean;
  accepts: { images: boolean; tools: boolean; jsonSchema: boolean; contextTokens: number | null };
  systemPrompt: string | null;
  headers: Record<string, string>;
  drop: string[];
  rename: Record<string, string>;
  set: Record<string, unknown>;
  /** How it goes on from a begun answer; null: it does not. */
  prefill: PrefillSettings | null;
  /** A provider without traffic for so long is asked for one token; null: never. */
  standbyMs: number | null;
  breaker: BreakerSettings;
  /** Other settings that are tried beside its circuit, for comparison; absent: none. */
  ghosts?: readonly GhostSettings[];
}

/** A last message of the assistant that the provider goes on with; with nothing here, that message alone is enough. */
export interface PrefillSettings {
  /** Fields on that message. */
  message: Record<string, unknown>;
  /** Fields on the body. */
  body: Record<string, unknown>;
  /** Another address for it, as `ProviderSettings.baseUrl`; null: the same. */
  baseUrl: string | null;
}

export interface TimeoutSettings {
  connectMs: number;
  firstTokenMs: number;
  /** Added to the first-token clock for each thousand prompt tokens. */
  perThousandTokensMs: number;
  /** Silence between two events of a stream. */
  idleMs: number;
  totalMs: number;
  /** Wait for the headers of an answer that is not streamed. */
  answerMs: number;
}

export interface ChainSettings {
  /** The model name that callers ask for. */
  name: string;
  providers: string[];
  backoff: BackoffSettings;
  /** For the first token of an answer. */
  deadlineMs: number;
  /** Ways of going on after the first token, in the order in which they are tried; none: it is off. */
  rescue: RescueWay[];
  /** `p95`: a call slower than nineteen in twenty to its first content races the next provider. */
  hedge: 'off' | 'p95';
}

export interface BackoffSettings {
  initialMs: number;
  factor: number;
  maxMs: number;
  /** `equal`: half fixed, half drawn; `full`: all drawn; `none`. */
  jitter: 'equal' | 'full' | 'none';
}

export interface LimitSettings {
  /** Bytes of one request body. */
  bodyBytes: number;
  /** Bytes of request bodies in flight over all callers. */
  bodiesBytes: number;
  /** Requests in flight. */
  requests: number;
  /** Streams open to callers. */
  streams: number;
  /** Connections of callers. */
  connections: number;
  /** Bytes of answers that are put together, or not yet taken by their callers. */
  answersBytes: number;
}

/** How people sign in, beside passwords and the link of a start. */
export interface SignInSettings {
  /** Where they reach the dashboard, without a path; null: not said. */
  url: string | null;
  provider: OpenIdSettings | null;
}

export interface OpenIdSettings {
  issuer: string;
  clientId: string;
  /** Null: a public client. */
  clientSecret: string | null;
  /** On the button. */
  label: string;
  scopes: string[];
  /** How long a sign-in by it lasts: what it says of a person is asked for again then. */
  sessionMs: number;
  /** The claim that names a person. */
  nameClaim: string;
  roleClaim: string;
  /** Values of that claim that give a role. */
  roles: Record<Role, string[]>;
}

/** Who may call the gateway. */
export interface ClientSettings {
  name: string;
  key: string;
  /** Taken beside `key` while its callers move from one to the other; absent: none. */
  previousKey?: string | undefined;
  /** Chains it may ask for; absent: all. */
  chains?: readonly string[] | undefined;
  limits?: ClientLimitSettings | undefined;
}

/** What one client may have; absent: as much as everybody together. */
export interface ClientLimitSettings {
  /** Requests in any sixty seconds. */
  perMinute?: number | undefined;
  /** Requests in flight. */
  concurrent?: number | undefined;
  /** What its requests of one day (UTC) may cost, US dollars. */
  dollarsPerDay?: number | undefined;
}
