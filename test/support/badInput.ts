import fc, { type Arbitrary } from 'fast-check';
import type { Storage } from '../../db/storage.ts';
import { type RestRoute, restRoutes } from '../../server/control/rest/table.ts';
import { noConfig } from '../../server/operations/config.ts';
import { TestDatabase } from '../db/support/database.ts';
import { auditRow, batch, event, failure, noon, probeRow, request, skip, stored } from '../db/support/records.ts';
import { type Procedure, procedures, startControl, testToken } from './control.ts';
import { startGateway } from './gateway.ts';
import { keptStory } from './incidentStory.ts';
import { anything, nearly, type Schema, schemaOf, text } from './nearly.ts';
import { startUpstream } from './upstream.ts';

interface BadInputRun {
  cases: number;
  seed: number;
}

/** How many answers had each status: a run that reaches nothing shows. */
type Statuses = Record<number, number>;

interface Came {
  statuses: Statuses;
  /** Paths of what answered with 200 at least once. */
  reached: Set<string>;
}

/** Of rows that the record holds. */
const ids = ['r1', 'a1', 'r1/0', 'deepseek-v3', 'ada', 'app'];

function inputOf({ input }: Procedure): Arbitrary<unknown> {
  return input === null ? anything : nearly(schemaOf(input), ids);
}

interface Sent {
  method: string;
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

const asText = fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

/** A call of one procedure; now and then its input is no JSON at all. */
function callOf(procedure: Procedure): Arbitrary<Sent> {
  const input = fc.tuple(inputOf(procedure), asText).map(([value, cut]) => {
    const whole = JSON.stringify(value) ?? '';
    return cut ? whole.slice(0, -1) : whole;
  });
  const path = `/trpc/${procedure.path}`;
  return procedure.type === 'mutation'
    ? input.map((body) => ({ method: 'POST', path, body }))
    : input.map((each) => ({ method: 'GET', path: `${path}?input=${encodeURIComponent(wellFormed(each))}` }));
}

/** A call of one route of the REST API; what is in its address may be anything too. */
function restCallOf({ method, path, input }: RestRoute): Arbitrary<Sent> {
  const whole = input === null ? anything : nearly(schemaOf(input), ids);
  return fc.tuple(whole, fc.array(text, { minLength: 1, maxLength: 2 })).map(([value, [odd = '']]) => {
    const given: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : { x: value };
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const part = name in given ? textOf(given[name]) : odd;
      delete given[name];
      return encodeURIComponent(wellFormed(part));
    });
    if (method === 'POST') return { method, path: `/api/v1${filled}`, body: JSON.stringify(given) };
    const query = new URLSearchParams(
      Object.entries(given).map(([name, part]): [string, string] => [name, wellFormed(textOf(part))]),
    );
    return { method, path: `/api/v1${filled}?${query}` };
  });
}

const address = fc.constantFrom(
  '/',
  '/%',
  '/trpc/',
  '/trpc/a,b',
  '/trpc/circuits.list?batch=1&input=',
  '/api/v1/',
  '/api/v1/circuits/',
  '/api/v1/circuits/%zz/',
  '/api/v1/requests?',
  '/sign-in?code=',
  '/sign-in',
  '/sign-out',
);
const route: Arbitrary<Sent> = fc
  .tuple(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), address, fc.webFragments({ size: 'small' }), anything)
  .map(([method, start, rest, body]) => ({
    ...{ method, path: start + rest },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) ?? '' }),
  }));

const caller: Schema = {
  required: ['model', 'messages'],
  properties: {
    model: { enum: ['lucy', 'lucy', 'other'] },
    stream: { type: 'boolean' },
    n: { type: 'integer' },
    max_tokens: { type: 'integer' },
    messages: {
      type: 'array',
      items: {
        required: ['role', 'content'],
        properties: { role: { enum: ['user', 'user', 'tool'] }, content: { type: 'string' } },
      },
    },
    tools: { type: 'array' },
    stream_options: { properties: { include_usage: { type: 'boolean' } } },
    response_format: { properties: { type: { enum: ['json_schema'] }, json_schema: {} } },
  },
};
const wish = fc.constantFrom('20s', '-1s', 'a', 'prefill, prefill', '1e999', 'a=cut@12', '=', 'none', '\u00ff');
const wishName = fc.constantFrom('deadline', 'only', 'rescue', 'fault').map((name) => `x-recloser-${name}`);
const chat: Arbitrary<Sent> = fc
  .tuple(nearly(caller), fc.dictionary(wishName, wish, { maxKeys: 1 }))
  .map(([body, headers]) => ({
    method: 'POST',
    path: '/v1/chat/completions',
    body: JSON.stringify(body) ?? '',
    headers,
  }));
const model: Arbitrary<Sent> = fc
  .webFragments({ size: 'small' })
  .map((rest) => ({ method: 'GET', path: `/v1/models/${rest}` }));

/** A record with something of everything that is asked for. */
async function fill(storage: Storage): Promise<void> {
  const attempts = [failure(0, 'deepseek-v3'), skip(1, 'llama-3.3-70b')];
  const requests = [request('r1', { attempts, startedAt: noon - 1_000 })];
  const events = [{ event: event(1, { at: noon - 1_000 }), stored: stored(1) }];
  await storage.append(batch({ requests, events, audit: [auditRow('a1')], probes: [probeRow('p1')] }));
  const { key, row, report } = keptStory(noon - 3_600_000);
  const { id: _, ...written } = row;
  await storage.writeIncidents([{ key, was: null, row: written, report }]);
}

const headerText = fc.constantFrom(
  '',
  '203.0.113.7',
  '203.0.113.7:80',
  '[::1]:80',
  'unknown',
  ',,',
  'x'.repeat(900),
  '%00',
);
const controlHeaders = fc.dictionary(
  fc.constantFrom('x-forwarded-for', 'x-request-id', 'cookie', 'origin'),
  headerText,
  {
    maxKeys: 1,
  },
);

/** Calls of every procedure and route of the control listener, by an admin, over a real record. */
export async function badControlInput(run: BadInputRun): Promise<Came> {
  await using database = new TestDatabase();
  const storage = await database.open();
  await fill(storage);
  const config = { ...noConfig, reload: () => ({ ok: true as const, changes: [], needRestart: [], notes: [] }) };
  await using control = await startControl({ storage, config, trustProxy: ['127.0.0.1'] });
  const headers = { authorization: `Bearer ${testToken}` };
  const sent = fc.oneof(
    { weight: 6, arbitrary: fc.oneof(...procedures.map(callOf)) },
    { weight: 3, arbitrary: fc.oneof(...restRoutes.map(restCallOf)) },
    { weight: 1, arbitrary: fc.tuple(route, controlHeaders).map(([each, odd]) => ({ ...each, headers: odd })) },
  );
  const came = await send(run, sent, { url: control.url, headers });
  const unforeseen = control.logged.filter(({ level }) => level === 'error');
  if (unforeseen.length > 0) throw new Error(`Something failed unforeseen: ${JSON.stringify(unforeseen[0])}`);
  return came;
}

/** Requests of callers to every route of the gateway, before a provider that is well. */
export async function badGatewayInput(run: BadInputRun): Promise<Came> {
  const upstream = await startUpstream();
  const gateway = await startGateway({ providers: { a: { url: upstream.url } } });
  const sent = fc.oneof({ weight: 9, arbitrary: chat }, { weight: 1, arbitrary: model });
  const came = await send(run, sent, { url: gateway.url, headers: {} });
  if (gateway.errors.length > 0) throw new Error(`The gateway failed: ${String(gateway.errors[0])}`);
  return came;
}

/** Sends each and reads what comes back: never a 500, never what a stack looks like. */
async function send(
  { cases, seed }: BadInputRun,
  sent: Arbitrary<Sent>,
  to: { url: string; headers: Record<string, string> },
): Promise<Came> {
  const statuses: Statuses = {};
  const reached = new Set<string>();
  const one = fc.asyncProperty(sent, async ({ method, path, body, headers = {} }) => {
    const leaving = new AbortController();
    const response = await fetch(to.url + path, {
      ...{ method, redirect: 'manual', signal: leaving.signal },
      ...(body === undefined ? {} : { body: wellFormed(body) }),
      headers: { 'content-type': 'application/json', ...to.headers, ...headers },
    });
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    if (response.status === 200) reached.add(path.split('?', 1)[0] ?? '');
    // A live stream of the control plane has no end.
    const isFeed = path.startsWith('/trpc/live.events') && response.status === 200;
    const text = isFeed ? '' : await response.text();
    leaving.abort();
    if (response.status === 500) throw new Error(`a 500: ${text.slice(0, 500)}`);
    if (/\n\s+at |\.[tj]s:\d+|node_modules|SqliteError/.test(text)) throw new Error(`a stack: ${text.slice(0, 500)}`);
  });
  await fc.assert(one, { numRuns: cases, seed });
  return { statuses, reached };
}

/** As it goes into an address: JSON may bear a `toString` that is none. */
function textOf(part: unknown): string {
  return typeof part === 'string' ? part : (JSON.stringify(part) ?? 'undefined');
}

/** Half of a surrogate pair goes into no address and no body. */
function wellFormed(given: string): string {
  return Buffer.from(given, 'utf8').toString('utf8');
}
