import fc, { type Arbitrary } from 'fast-check';
import { z } from 'zod';
import { type RestRoute, restRoutes } from '../../server/control/rest/table.ts';
import { TestDatabase } from '../db/support/database.ts';
import { type Procedure, procedures, startControl, testToken } from './control.ts';
import { startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';

/** Input made from the schemas themselves: nearly right, so that it comes far before it is refused. */

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
}

interface BadInputRun {
  cases: number;
  seed: number;
}

/** How many answers had each status: a run that reaches nothing shows. */
type Statuses = Record<number, number>;

const names = ['deepseek-v3', 'lucy', 'token:admin', '1', 'closed', '15m', 'markdown'];
const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  "' or 1=1 --",
  '%',
  '../..',
  '9'.repeat(400),
];
const oddNumbers = [-1, 0, 0.5, -0, 1e308, 2 ** 53, -(2 ** 63), 8.64e15, 8.64e15 + 1, 1_760_000_000_000];
const text = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom(...oddTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const number = fc.oneof(fc.constantFrom(...oddNumbers), fc.integer(), fc.integer({ min: 1, max: 20 }));
const anything: Arbitrary<unknown> = fc.oneof(
  text,
  number,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, []),
);

/** What fits a schema more or less: each part of it may be left out, odd, or something else altogether. */
function nearly(schema: Schema): Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: fitting(schema) }, { weight: 1, arbitrary: anything });
}

function fitting(schema: Schema): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(nearly));
  if (schema.properties) {
    const parts = Object.entries(schema.properties).map(([key, value]) => [key, nearly(value)] as const);
    const record = fc.record(Object.fromEntries(parts), { requiredKeys: [] });
    const more = fc.dictionary(text, anything, { maxKeys: 1 });
    return fc.oneof(
      { weight: 8, arbitrary: record },
      { weight: 1, arbitrary: fc.tuple(record, more).map((both) => Object.assign({}, ...both)) },
    );
  }
  if (schema.type === 'array') return fc.array(nearly(schema.items ?? {}), { maxLength: 4 });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'number' || schema.type === 'integer') return number;
  return schema.type === 'string' ? text : anything;
}

function inputOf({ input }: Procedure): Arbitrary<unknown> {
  return input === null ? anything : nearly(schemaOf(input));
}

function schemaOf(input: z.ZodType): Schema {
  return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema;
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
  const whole = input === null ? anything : nearly(schemaOf(input));
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
  properties: {
    model: { enum: ['lucy', 'other'] },
    stream: { type: 'boolean' },
    n: { type: 'integer' },
    max_tokens: { type: 'integer' },
    messages: {
      type: 'array',
      items: { properties: { role: { enum: ['user', 'tool'] }, content: { type: 'string' } } },
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

/** Calls of every procedure and route of the control listener, by an admin, over a real record. */
export async function badControlInput(run: BadInputRun): Promise<Statuses> {
  await using database = new TestDatabase();
  const storage = await database.open();
  await using control = await startControl({ storage });
  const headers = { authorization: `Bearer ${testToken}` };
  const sent = fc.oneof(
    { weight: 6, arbitrary: fc.oneof(...procedures.map(callOf)) },
    { weight: 3, arbitrary: fc.oneof(...restRoutes.map(restCallOf)) },
    { weight: 1, arbitrary: route },
  );
  const statuses = await send(run, sent, { url: control.url, headers });
  const unforeseen = control.logged.filter(({ level }) => level === 'error');
  if (unforeseen.length > 0) throw new Error(`Something failed unforeseen: ${JSON.stringify(unforeseen[0])}`);
  return statuses;
}

/** Requests of callers to every route of the gateway, before a provider that is well. */
export async function badGatewayInput(run: BadInputRun): Promise<Statuses> {
  const upstream = await startUpstream();
  const gateway = await startGateway({ providers: { a: { url: upstream.url } } });
  const sent = fc.oneof({ weight: 9, arbitrary: chat }, { weight: 1, arbitrary: model });
  const statuses = await send(run, sent, { url: gateway.url, headers: {} });
  if (gateway.errors.length > 0) throw new Error(`The gateway failed: ${String(gateway.errors[0])}`);
  return statuses;
}

/** Sends each and reads what comes back: never a 500, never what a stack looks like. */
async function send(
  { cases, seed }: BadInputRun,
  sent: Arbitrary<Sent>,
  to: { url: string; headers: Record<string, string> },
): Promise<Statuses> {
  const statuses: Statuses = {};
  const one = fc.asyncProperty(sent, async ({ method, path, body, headers = {} }) => {
    const leaving = new AbortController();
    const response = await fetch(to.url + path, {
      ...{ method, redirect: 'manual', signal: leaving.signal },
      ...(body === undefined ? {} : { body: wellFormed(body) }),
      headers: { 'content-type': 'application/json', ...to.headers, ...headers },
    });
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    // A live stream of the control plane has no end.
    const isFeed = path.startsWith('/trpc/live.events') && response.status === 200;
    const text = isFeed ? '' : await response.text();
    leaving.abort();
    if (response.status === 500) throw new Error(`a 500: ${text.slice(0, 500)}`);
    if (/\n\s+at |\.[tj]s:\d+|node_modules|SqliteError/.test(text)) throw new Error(`a stack: ${text.slice(0, 500)}`);
  });
  await fc.assert(one, { numRuns: cases, seed });
  return statuses;
}

/** As it goes into an address: JSON may bear a `toString` that is none. */
function textOf(part: unknown): string {
  return typeof part === 'string' ? part : (JSON.stringify(part) ?? 'undefined');
}

/** Half of a surrogate pair goes into no address and no body. */
function wellFormed(given: string): string {
  return Buffer.from(given, 'utf8').toString('utf8');
}
