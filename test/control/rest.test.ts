import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RestRoute, restRoutes } from '../../server/control/rest/table.ts';
import { scopeOf } from '../../server/core/access.ts';
import { covers, type Role, roles } from '../../server/core/roles.ts';
import { event, failure, noon, request, skip } from '../db/support/records.ts';
import { bearer, cookieOf, post, tokenOf } from '../support/access.ts';
import { breakProvider, call, procedures, startControl, testToken } from '../support/control.ts';
import { keptStory } from '../support/incidentStory.ts';

interface Asked {
  headers?: Record<string, string>;
  body?: unknown;
}

type Control = Awaited<ReturnType<typeof startControl>>;

/** A request to the REST API, of an admin where nobody else is named. */
async function ask(control: Control, [method, path]: [string, string], { headers, body }: Asked = {}) {
  const response = await fetch(`${control.url}/api/v1${path}`, {
    ...{ method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
    headers: { 'content-type': 'application/json', ...(headers ?? bearer(testToken)) },
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, text, data: type.includes('json') ? JSON.parse(text) : {} };
}

const pathOf = ({ path }: RestRoute): string => path.replace('{provider}', 'deepseek-v3').replace('{id}', '1');
const reason = 'regional outage';
const bodyOf = ({ path }: RestRoute): object =>
  path.endsWith('/notes') ? { text: 'eu-west is down' } : { reason, ...(path.endsWith('/hold') ? { for: '1m' } : {}) };
const askOf = (control: Control, route: RestRoute, headers?: Record<string, string>) =>
  ask(control, [route.method, pathOf(route)], {
    ...(headers ? { headers } : {}),
    ...(route.method === 'POST' ? { body: bodyOf(route) } : {}),
  });

describe('every route of the REST API', () => {
  it('is a procedure with the same role, the same input, and a scope', () => {
    expect(restRoutes.length).toBeGreaterThan(10);
    for (const { procedure, role, input, method, path } of restRoutes) {
      const found = procedures.find((each) => each.path === procedure);
      expect([path, found?.role, found?.type]).toEqual([path, role, method === 'GET' ? 'query' : 'mutation']);
      const fields = (schema: z.ZodType | null) => schema && z.toJSONSchema(schema, { io: 'input' }).properties;
      expect([path, fields(found?.input ?? null)]).toEqual([path, fields(input)]);
      expect([path, scopeOf(procedure)]).not.toEqual([path, undefined]);
    }
  });

  it('is in the OpenAPI document, which a validator takes, and no other is', async () => {
    await using control = await startControl();
    const { data } = await ask(control, ['GET', '/openapi.json'], { headers: {} });
    expect(await new Validator().validate(data)).toMatchObject({ valid: true });
    const told = Object.entries(data.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map(
        (method) => `${method.toUpperCase()} /api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    const known = control.server.routesKnown
      .filter(({ method, url }) => url.startsWith('/api/') && !url.endsWith('.json') && method !== 'HEAD')
      .map(({ method, url }) => `${method} ${url}`);
    expect(told.sort()).toEqual(known.sort());
    expect(data.paths['/circuits/{provider}/hold'].post.requestBody.content['application/json'].schema).toMatchObject({
      required: ['reason', 'for'],
      additionalProperties: false,
    });
  });

  it('answers nobody without a good token, and takes no session of a browser', async () => {
    await using control = await startControl();
    const cookie = cookieOf(await post(control, '/sign-in', { token: testToken }));
    expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(200);
    for (const headers of [{}, bearer('wrong'), { cookie }] as Record<string, string>[])
      for (const route of restRoutes) {
        const { status, type, data } = await askOf(control, route, headers);
        expect([route.path, status]).toEqual([route.path, 401]);
        expect(type).toContain('application/problem+json');
        expect(data).toMatchObject({
          status: 401,
          code: 'unauthorized',
          detail: expect.stringContaining('RECLOSER_TOKEN'),
        });
      }
    expect(control.board.lastSeq).toBe(0);
  });

  it.each<Role>([...roles])(
    'lets a %s in where the role covers what is needed; refused acts are in the audit',
    async (has) => {
      await using control = await startControl();
      control.storage.incidents.push(keptStory(noon));
      const headers = bearer(await tokenOf(control, has));
      const refused: string[] = [];
      for (const route of restRoutes) {
        const { status } = await askOf(control, route, headers);
        expect([route.path, status === 403]).toEqual([route.path, !covers(has, route.role)]);
        if (status === 403) refused.push(route.procedure);
      }
      const noted = control.audit.filter(({ outcome, what }) => outcome === 'refused' && refused.includes(what));
      expect(noted.map(({ what }) => what)).toEqual(refused);
    },
  );

  it('is closed to a token that is for something else', async () => {
    await using control = await startControl();
    const headers = bearer(await tokenOf(control, 'admin', { scopes: ['savings'] }));
    for (const route of restRoutes) {
      const { status } = await askOf(control, route, headers);
      expect([route.path, status]).toEqual([route.path, scopeOf(route.procedure) === null ? 200 : 403]);
    }
    expect(control.board.lastSeq).toBe(0);
  });

  it('answers what its document says, and nothing beside it', async () => {
    await using control = await startControl();
    const attempts = [failure(0, 'deepseek-v3'), skip(1, 'llama-3.3-70b')];
    control.storage.requests.push(request('1', { attempts }));
    control.storage.events.push(event(1, { provider: 'llama-3.3-70b', at: noon - 1 }));
    control.storage.incidents.push(keptStory(noon));
    breakProvider(control.board, 'llama-3.3-70b');
    let read = 0;
    for (const route of restRoutes) {
      if (route.answer === 'file') continue;
      const { status, data } = await askOf(control, route);
      expect([route.path, status]).toEqual([route.path, 200]);
      expect(route.answer.parse(data), route.path).toEqual(data);
      read += 1;
    }
    expect(read).toBe(restRoutes.length - 1);
  });
});

describe('what is refused', () => {
  const trip: [string, string] = ['POST', '/circuits/deepseek-v3/trip'];

  it('comes as problem details that say what to do', async () => {
    await using control = await startControl();
    const cases: [[string, string], unknown, number, string, string][] = [
      [['GET', '/circuits/x'], undefined, 404, 'not_found', 'There are: deepseek-v3'],
      [['GET', '/incidents/first'], undefined, 400, 'bad_request', 'the number of an incident, as in 14'],
      [['GET', '/incidents?limt=1'], undefined, 400, 'bad_request', 'did you mean "limit"'],
      [['GET', '/incidents?unresolved=maybe'], undefined, 400, 'bad_request', 'unresolved: Give true or false'],
      [['GET', '/requests?limit=ten'], undefined, 400, 'bad_request', 'limit: Give a whole number'],
      [['GET', '/requests?limit=1&limit=2'], undefined, 400, 'bad_request', 'limit: Give it once'],
      [['GET', '/about?x=1'], undefined, 400, 'bad_request', 'about.get takes none'],
      [trip, {}, 400, 'bad_request', 'reason: say why'],
      [trip, { reason, epcoh: 1 }, 400, 'bad_request', 'did you mean "epoch"'],
      [trip, { reason, provider: 'qwen-72b' }, 400, 'bad_request', 'provider is in the address'],
      [['POST', `${trip[1]}?reason=x`], { reason }, 400, 'bad_request', 'Send it in the JSON body'],
      [trip, [reason], 400, 'bad_request', 'The body is a JSON object'],
      [trip, { reason: 'x'.repeat(70_000) }, 413, 'bad_request', 'too large'],
      [['GET', '/nothing'], undefined, 404, 'not_found', '/api/v1/openapi.json'],
      [['POST', '/nothing'], {}, 404, 'not_found', 'nothing at POST /api/v1/nothing'],
      [['GET', trip[1]], undefined, 405, 'method_not_allowed', 'takes POST, not GET'],
      [['DELETE', '/circuits/deepseek-v3'], undefined, 405, 'method_not_allowed', 'takes GET, HEAD, not DELETE'],
      [['POST', '/requests'], undefined, 405, 'method_not_allowed', 'takes GET, HEAD, not POST'],
      [['PUT', '/openapi.json'], {}, 405, 'method_not_allowed', 'takes GET, HEAD, not PUT'],
      [['GET', '/circuits/%zz'], undefined, 400, 'bad_request', 'write each % that stands for itself as %25'],
      [['POST', '/circuits/%/trip'], { reason }, 400, 'bad_request', 'This address cannot be read'],
      [['GET', `/requests/${'x'.repeat(1_001)}`], undefined, 414, 'address_too_long', 'longer than 1000 characters'],
    ];
    for (const [asked, body, status, code, detail] of cases) {
      const came = await ask(control, asked, { body });
      expect([asked, came.status, came.type]).toEqual([asked, status, 'application/problem+json; charset=utf-8']);
      expect(came.data).toMatchObject({ type: 'about:blank', status, code, detail: expect.stringContaining(detail) });
    }
    expect(control.board.lastSeq).toBe(0);
  });

  it('is an act for a state that has passed: 409 with the circuit as it is now', async () => {
    await using control = await startControl();
    const seen = (await ask(control, ['GET', '/circuits/deepseek-v3'])).data.epoch;
    expect(await ask(control, trip, { body: { reason, for: '15m', epoch: seen } })).toMatchObject({
      status: 200,
      data: { state: 'tripped', by: 'token:admin', durable: true },
    });
    const again = await ask(control, trip, { body: { reason, epoch: seen } });
    expect(again).toMatchObject({
      status: 409,
      data: { code: 'conflict', entry: { state: 'tripped', epoch: seen + 1 } },
    });
    expect(control.board.lastSeq).toBe(1);
  });

  it('is a record that cannot be read: 503', async () => {
    await using control = await startControl();
    control.storage.disk = 'broken';
    expect(await ask(control, ['GET', '/requests'])).toMatchObject({ status: 503, data: { code: 'unavailable' } });
  });
});

it('a method that an address does not take is answered with those that it does, outside REST too', async () => {
  await using control = await startControl();
  const cases: [string, string, string][] = [
    ['DELETE', '/api/v1/circuits/qwen-72b/hold', 'POST'],
    ['OPTIONS', '/api/v1/audit', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['PATCH', '/sign-out', 'POST'],
  ];
  for (const [method, path, allow] of cases) {
    const { status, headers } = await fetch(control.url + path, { method });
    expect([path, status, headers.get('allow')]).toEqual([path, 405, allow]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

it('an address that cannot be read has the headers of every answer, and is told to no other site', async () => {
  await using control = await startControl();
  const answer = await fetch(`${control.url}/%zz`);
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { error: expect.objectContaining({ code: 'bad_request' }) },
  ]);
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
  expect((await fetch(`${control.url}/%zz`, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
});

it('the report of an incident comes as a file, the same as the command line prints', async () => {
  await using control = await startControl();
  control.storage.incidents.push(keptStory(noon));
  const { type, text } = await ask(control, ['GET', '/incidents/1/export?format=markdown']);
  const { body } = await call(control, 'incidents.export', { input: { id: 1, format: 'markdown' } });
  expect([type, text]).toEqual(['text/markdown; charset=utf-8', body.result?.data.text]);
});
