import type { z } from 'zod';
import { nearest } from '../core/nearest.ts';
import { checkAddresses } from './crossAddresses.ts';
import { checkAlerts } from './crossAlerts.ts';
import { checkClients } from './crossClients.ts';
import { chainName, isLoopback, providerName } from './names.ts';
import { explain } from './problems.ts';
import { providerSchema } from './providerSchema.ts';
import { chainSchema, configSchema } from './schema.ts';
import type { Path, Source } from './source.ts';
import { writeDuration, writeSize } from './units.ts';

/**
 * What no single key can be blamed for. Each check reads only the values it needs and says nothing when one of them is
 * wrong by itself, so that all problems of a file come at once.
 */
export function crossCheck(source: Source, given: { hasToken: boolean }): void {
  const providers = namesAt(source, ['providers']);
  for (const name of providers) checkBreaker(source, ['providers', name, 'breaker']);
  for (const name of providers) checkAddresses(source, name);
  for (const name of providers)
    checkBeneathBadName(source, ['providers', name], { name: providerName, schema: providerSchema });
  for (const name of namesAt(source, ['chains'])) {
    checkBeneathBadName(source, ['chains', name], { name: chainName, schema: chainSchema });
  }
  checkBreaker(source, ['breaker']);
  for (const name of namesAt(source, ['chains'])) checkChain(source, name, providers);
  checkListeners(source, given.hasToken);
  checkClients(source);
  checkAlerts(source);
  checkSignIn(source);
  checkLimits(source);
  checkDatabase(source);
}

/** The value at a path as its schema reads it; undefined: it is wrong by itself. */
function read<Schema extends z.ZodType>(source: Source, path: Path, schema: Schema): z.output<Schema> | undefined {
  const result = schema.safeParse(source.at(path));
  return result.success ? result.data : undefined;
}

/** A schema does not look beneath a name it refuses. */
function checkBeneathBadName(source: Source, path: Path, by: { name: { pattern: RegExp }; schema: z.ZodType }): void {
  if (by.name.pattern.test(String(path.at(-1)))) return;
  const issues = by.schema.safeParse(source.at(path)).error?.issues ?? [];
  explain(
    source,
    issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
  );
}

function namesAt(source: Source, path: Path): string[] {
  const value = source.at(path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

function checkChain(source: Source, name: string, providers: string[]): void {
  const path = ['chains', name];
  const entries = source.at([...path, 'providers']);
  const seen = new Set<unknown>();
  for (const [index, entry] of Array.isArray(entries) ? entries.entries() : []) {
    const at = [...path, 'providers', index];
    if (typeof entry !== 'string' || entry === '' || source.isBroken(at)) continue;
    if (seen.has(entry)) source.problem(at, `${source.word(entry)} is in this chain twice: keep one of them`);
    else if (!providers.includes(entry)) source.problem(at, unknownProvider(source, entry, providers));
    seen.add(entry);
  }
  checkDeadline(source, path, Array.isArray(entries) ? entries[0] : undefined);
  const initial = read(source, [...path, 'backoff', 'initial'], chainSchema.shape.backoff.unwrap().shape.initial);
  const max = read(source, [...path, 'backoff', 'max'], chainSchema.shape.backoff.unwrap().shape.max);
  if (initial !== undefined && max !== undefined && max < initial) {
    const message = `the longest wait (${writeDuration(max)}) is shorter than the first one (${writeDuration(initial)}): raise max or lower initial`;
    source.problem([...path, 'backoff', 'max'], message);
  }
  checkRescue(source, [...path, 'rescue']);
}

function unknownProvider(source: Source, entry: string, providers: string[]): string {
  const meant = nearest(entry, providers);
  const remedy =
    meant === null
      ? `expected one of ${
          providers
            .slice(0, 20)
            .map((name) => source.word(name))
            .join(', ') || 'those under providers, which has none'
        }`
      : `did you mean ${source.word(meant)}?`;
  return `there is no provider ${source.word(entry)}: ${remedy}`;
}

function checkDeadline(source: Source, path: Path, first: unknown): void {
  if (typeof first !== 'string') return;
  const timeouts = providerSchema.shape.timeouts.unwrap().shape;
  const deadlineMs = read(source, [...path, 'deadline'], chainSchema.shape.deadline);
  const firstTokenMs = read(source, ['providers', first, 'timeouts', 'firstToken'], timeouts.firstToken);
  if (deadlineMs === undefined || firstTokenMs === undefined || deadlineMs > firstTokenMs) return;
  const message =
    `the deadline (${writeDuration(deadlineMs)}) is not longer than the first-token clock of ${source.word(first)} ` +
    `(${writeDuration(firstTokenMs)}), so no other provider would ever be tried: raise the deadline, or lower timeouts.firstToken of that provider`;
  source.problem([...path, 'deadline'], message);
}

function checkRescue(source: Source, path: Path): void {
  const ways = source.at(path);
  if (!Array.isArray(ways)) return;
  for (const [index, way] of ways.entries()) {
    if (typeof way !== 'string' || ways.indexOf(way) === index) continue;
    source.problem([...path, index], `${source.word(way)} is here twice: keep one of them`);
  }
}

function checkBreaker(source: Source, path: Path): void {
  for (const ghost of namesAt(source, [...path, 'ghosts'])) checkBreaker(source, [...path, 'ghosts', ghost]);
  const keys = configSchema.shape.breaker.unwrap().shape;
  const own = { open: source.at([...path, 'open']), openMax: source.at([...path, 'openMax']) };
  if (own.open === undefined && own.openMax === undefined) return;
  const openMs = read(source, own.open === undefined ? ['breaker', 'open'] : [...path, 'open'], keys.open);
  const maxMs = read(source, own.openMax === undefined ? ['breaker', 'openMax'] : [...path, 'openMax'], keys.openMax);
  if (openMs === undefined || maxMs === undefined || maxMs >= openMs) return;
  const message = `openMax (${writeDuration(maxMs)}) is shorter than open (${writeDuration(openMs)}), which it is to bound: raise openMax, or leave it out for no growth`;
  source.problem([...path, own.openMax === undefined ? 'open' : 'openMax'], message);
}

function checkListeners(source: Source, hasToken: boolean): void {
  const { gateway, control } = configSchema.shape;
  const hosts = {
    gateway: read(source, ['gateway', 'host'], gateway.unwrap().shape.host),
    control: read(source, ['control', 'host'], control.unwrap().shape.host),
  };
  const ports = {
    gateway: read(source, ['gateway', 'port'], gateway.unwrap().shape.port),
    control: read(source, ['control', 'port'], control.unwrap().shape.port),
  };
  if (ports.gateway !== undefined && ports.gateway !== 0 && ports.gateway === ports.control) {
    source.problem(
      ['control', 'port'],
      `gateway and control cannot share port ${ports.control}: give one of them another`,
    );
  }
  const clients = source.at(['clients']);
  const guarded = clients !== undefined && !(Array.isArray(clients) && clients.length === 0);
  if (hosts.gateway !== undefined && !isLoopback(hosts.gateway) && !guarded) {
    const message =
      'the gateway would listen beyond loopback with no clients, so anybody could spend through it: list clients with keys, or listen on 127.0.0.1';
    source.problem(['gateway', 'host'], message);
  }
  if (hosts.control !== undefined && !isLoopback(hosts.control) && !hasToken) {
    const message =
      'the control plane would listen beyond loopback with nothing to guard it: set RECLOSER_TOKEN in the environment, or listen on 127.0.0.1';
    source.problem(['control', 'host'], message);
  }
}

function checkSignIn(source: Source): void {
  const provider = source.at(['signIn', 'provider']);
  if (provider === undefined) return;
  if (source.at(['signIn', 'url']) === undefined) {
    const message =
      'the provider has to know where to send people back to: set signIn.url to where they reach the dashboard, as in https://recloser.example.com';
    source.problem(['signIn', 'provider'], message);
  }
  const path = ['signIn', 'provider', 'issuer'];
  const issuer = source.at(path);
  const url = typeof issuer === 'string' && URL.canParse(issuer) ? new URL(issuer) : null;
  if (url?.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
    source.problem(path, 'who somebody is would travel unencrypted: give an address that begins with https://');
  }
}

function checkLimits(source: Source): void {
  const limits = configSchema.shape.limits.unwrap().shape;
  const body = read(source, ['limits', 'body'], limits.body);
  const bodies = read(source, ['limits', 'bodies'], limits.bodies);
  if (body === undefined || bodies === undefined || bodies >= body) return;
  const message = `bodies (${writeSize(bodies)}) is smaller than a single body may be (${writeSize(body)}): raise bodies or lower body`;
  source.problem(source.at(['limits', 'bodies']) === undefined ? ['limits', 'body'] : ['limits', 'bodies'], message);
}

function checkDatabase(source: Source): void {
  const database = source.at(['database']);
  if (typeof database !== 'string') return;
  if (/^postgres(ql)?:/i.test(database)) {
    source.problem(
      ['database'],
      'PostgreSQL is not supported yet: give the path of a SQLite file, such as ./data/recloser.db, or :memory:',
    );
  } else if (/^[a-z][a-z0-9+.-]+:/i.test(database) && !/^[a-z]:[\\/]/i.test(database)) {
    source.problem(
      ['database'],
      'expected the path of a SQLite file, such as ./data/recloser.db, or :memory:, without a scheme',
    );
  } else if (database.includes('\0')) {
    source.problem(['database'], 'expected a path without null characters');
  }
}
