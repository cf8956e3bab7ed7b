import type { z } from 'zod';
import { alertSchema } from './alertSchema.ts';
import { breakerSchema } from './breakerSchema.ts';
import { duration, list, match, named, number, oneOf, section, size, text, whole, yesNo } from './leaves.ts';
import { chainName, DAY, HOUR, headerSafe, hostNames, label, networks, providerName } from './names.ts';
import { providerSchema } from './providerSchema.ts';
import { retentionSchema } from './retentionSchema.ts';
import { signInSchema } from './signInSchema.ts';
import { telemetrySchema } from './telemetrySchema.ts';

/** The config file: the one source of what is accepted, of the defaults, and of the JSON Schema for editors. */

/** How a key may be said otherwise: see `overrides.ts`. */
const orElse = (option: string): string =>
  `. Over it go RECLOSER_${option.replaceAll('-', '_').toUpperCase()} in the environment and the flag --${option}.`;

const listener = (name: 'gateway' | 'control', port: number) => ({
  host: match(/^[A-Za-z0-9.:-]+$/, 'an address or host name to listen on')
    .prefault('127.0.0.1')
    .describe(
      `Address to listen on${orElse(`${name}-host`)} Beyond loopback it needs credentials: clients for the gateway, RECLOSER_TOKEN for the control plane.`,
    ),
  port: whole(0, 65_535)
    .prefault(port)
    .describe(`Port to listen on; 0 takes a free one${orElse(`${name}-port`)}`),
  hosts: hostNames.prefault([]).describe('Further Host names to answer to, beside loopback.'),
  trustProxy: networks
    .prefault([])
    .describe(
      'Proxies whose X-Forwarded-For is believed: their addresses or networks. Without them all behind one are one.',
    ),
});

const backoff = section({
  initial: duration(0, HOUR).prefault('250ms').describe('The first wait.'),
  factor: number(1, 100).prefault(2).describe('Each wait is so many times the one before.'),
  max: duration(0, HOUR).prefault('8s').describe('The longest wait.'),
  jitter: oneOf('equal', 'full', 'none')
    .prefault('equal')
    .describe('`equal`: half fixed, half drawn; `full`: all drawn.'),
});

export const chainSchema = section({
  providers: list(text('the name of a provider'), 'a list of names of providers')
    .min(1, { error: 'at least one provider' })
    .describe('Tried in this order.'),
  backoff: backoff.prefault({}).describe('Waits between tries that reached the network.'),
  deadline: duration(1, DAY).prefault('2m').describe('For the first token of an answer.'),
  rescue: list(oneOf('prefill', 'splice', 'discard'), 'a list out of prefill, splice, discard')
    .prefault(['prefill'])
    .describe(
      'Going on with another provider after the first token, by these ways in this order; [] is off. `discard` is for callers that ask for it.',
    ),
  hedge: oneOf('off', 'p95')
    .prefault('off')
    .describe(
      '`p95`: a call slower to its first content than nineteen in twenty races the next provider; at most 2 % of the requests do.',
    ),
});

const limits = section({
  body: size(1).prefault('32MB').describe('One request body.'),
  bodies: size(1).prefault('512MB').describe('Request bodies in flight, over all callers.'),
  requests: whole(1, 1_000_000).prefault(4_000).describe('Requests in flight.'),
  streams: whole(1, 1_000_000).prefault(4_000).describe('Streams open to callers.'),
  connections: whole(1, 1_000_000)
    .prefault(10_000)
    .describe('Connections of callers; fewer where the process may not have so many open files.'),
  answers: size(1)
    .prefault('512MB')
    .describe('Answers put together, or not yet taken by their callers, over all callers.'),
});

const clientLimits = section({
  perMinute: whole(1, 1_000_000).exactOptional().describe('Requests in any sixty seconds.'),
  concurrent: whole(1, 1_000_000).exactOptional().describe('Requests in flight.'),
  dollarsPerDay: number(0, 1_000_000)
    .exactOptional()
    .describe('What its requests of one day (UTC) may cost; what has no price is not counted.'),
});

/** Shorter ones are guessed; `notes.ts` tells of those that might be. */
const leastKeyCharacters = 8;
const keyHint = `a key of at least ${leastKeyCharacters} printable characters on one line, such as "openssl rand -hex 24" gives`;
const clientKey = () => headerSafe(keyHint).min(leastKeyCharacters, { error: keyHint });
const client = section({
  name: label.describe('Who it is, on the dashboard and in the record.'),
  key: clientKey().describe(`What it sends as its bearer token. Write \${NAME} to take it from the environment.`),
  previousKey: clientKey()
    .exactOptional()
    .describe('Taken as well, while its callers move from this key to the new one.'),
  chains: list(text('the name of a chain'), 'a list of names of chains')
    .min(1, { error: 'at least one chain' })
    .exactOptional()
    .describe('What it may ask for. Default: every chain.'),
  limits: clientLimits.exactOptional().describe('What it may have. Default: as much as all callers together.'),
});

const nonEmpty = { error: 'at least one entry' };
const providers = named(providerSchema, providerName).refine((all) => Object.keys(all).length > 0, nonEmpty);
const chains = named(chainSchema, chainName).refine((all) => Object.keys(all).length > 0, nonEmpty);

export const configSchema = section({
  gateway: section(listener('gateway', 4400)).prefault({}).describe('Data plane: what chat applications call.'),
  control: section(listener('control', 4401)).prefault({}).describe('Control plane: dashboard, tRPC, metrics.'),
  database: text('a path, or :memory:')
    .prefault('./data/recloser.db')
    .describe(`Path of the SQLite file, from the config's folder, or :memory:${orElse('database')}`),
  environment: label.prefault('production').describe(`The badge on the dashboard${orElse('environment')}`),
  node: label.exactOptional().describe(`This process's name in every event. Default: the host's${orElse('node')}`),
  providers: providers.describe('One upstream each: endpoint, key and model; each has its own circuit.'),
  chains: chains.describe('The model names that callers ask for.'),
  breaker: breakerSchema
    .prefault({})
    .describe('When to leave a provider alone, and for how long; defaults for every provider.'),
  limits: limits.prefault({}).describe('Bounds over all callers.'),
  signIn: signInSchema.prefault({}).describe('How people sign in, beside passwords and the link of a start.'),
  clients: list(client, 'a list of clients, each with name and key')
    .prefault([])
    .describe('Who may call the gateway; none: loopback only.'),
  retention: retentionSchema
    .prefault({})
    .describe('How long the record is kept; what is older is let go, little by little.'),
  telemetry: telemetrySchema.prefault({}).describe('Traces by OpenTelemetry; off while it has no `otlp`.'),
  shutdown: section({
    delay: duration(0, HOUR)
      .prefault('0s')
      .describe('So long it says that it is not ready and answers on, for balancers to send callers elsewhere first.'),
    grace: duration(0, HOUR)
      .prefault('10s')
      .describe('Answers that are under way have so long to end; those left end in an error.'),
  })
    .prefault({})
    .describe('What happens when the program is told to stop.'),
  alerts: list(alertSchema, 'a list of destinations of alerts, each with name and kind')
    .max(20, { error: 'at most 20 destinations' })
    .prefault([])
    .describe('Who is told of outages, by what callers feel.'),
  drills: yesNo()
    .prefault(false)
    .describe('Allow `x-recloser-fault`, which breaks one request on purpose. Never on in production.'),
});

/** What a checked file holds: defaults filled in, durations in milliseconds, sizes in bytes. */
export type FileConfig = z.output<typeof configSchema>;
