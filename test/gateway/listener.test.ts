import { describe, expect, test } from 'vitest';
import { type AnswerJson, startGateway } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import { fails, startUpstream } from '../support/upstream.ts';

const lucy = { model: 'lucy', messages: [{ role: 'user', content: 'hi' }] };
const asJson = { 'content-type': 'application/json' };

async function one(settings: Parameters<typeof startGateway>[0]['settings'] = {}) {
  const upstream = await startUpstream();
  return { upstream, ...(await startGateway({ providers: { a: { url: upstream.url } }, settings })) };
}

async function get(url: string, init: RequestInit = {}): Promise<{ status: number; json: AnswerJson }> {
  const response = await fetch(url, init);
  return { status: response.status, json: (await response.json()) as AnswerJson };
}

describe('the addresses', () => {
  test('the chains are the models', async () => {
    const { url } = await one();
    const list = await get(`${url}/v1/models`);
    expect(list.json).toMatchObject({ object: 'list', data: [{ id: 'lucy', object: 'model', owned_by: 'recloser' }] });
    expect((await get(`${url}/v1/models/lucy`)).json).toMatchObject({ id: 'lucy', object: 'model' });
    expect((await get(`${url}/v1/models/gpt`)).json.error?.code).toBe('model_not_found');
  });

  test('alive and ready; ready also when storage fails', async () => {
    const upstream = await startUpstream();
    let state: 'starting' | 'serving' = 'starting';
    let storage: { state: 'ok' | 'degraded'; problem: string | null; since: number } = {
      state: 'ok',
      problem: null,
      since: 0,
    };
    const { url } = await startGateway({
      providers: { a: { url: upstream.url } },
      deps: { state: () => state, storageStatus: () => storage },
    });
    expect((await get(`${url}/healthz`)).status).toBe(200);
    expect((await get(`${url}/readyz`)).status).toBe(503);
    state = 'serving';
    expect(await get(`${url}/readyz`)).toMatchObject({ status: 200, json: { status: 'ok', storage: { state: 'ok' } } });
    storage = { state: 'degraded', problem: 'The disk is full.', since: 1 };
    expect(await get(`${url}/readyz`)).toMatchObject({
      status: 200,
      json: { status: 'degraded', storage: { problem: 'The disk is full.' } },
    });
  });

  test.each([
    ['GET', '/', 404, 'not_found'],
    ['GET', '/v1/chat/completions', 405, 'method_not_allowed'],
    ['OPTIONS', '/v1/chat/completions', 405, 'method_not_allowed'],
    ['DELETE', '/v1/chat/completions', 405, 'method_not_allowed'],
    ['POST', '/v1/models', 405, 'method_not_allowed'],
    ['DELETE', '/v1/models/lucy?x=1', 405, 'method_not_allowed'],
    ['GET', '/v1/embeddings', 405, 'method_not_allowed'],
    ['PUT', '/readyz', 405, 'method_not_allowed'],
    ['POST', '/v1/completions', 404, 'not_found'],
    ['GET', '/%zz', 404, 'not_found'],
    ['POST', '/v1/embeddings', 400, 'not_supported'],
  ])('%s %s is refused with a sentence', async (method, path, status, code) => {
    const { url } = await one();
    const answer = await get(url + path, { method, ...(method === 'POST' ? { body: '{}', headers: asJson } : {}) });
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatchObject({ code, type: 'invalid_request_error' });
    expect(answer.json.error?.message).not.toMatch(/at .*\.ts/);
  });
});

describe('what a caller may send', () => {
  test.each([
    ['no JSON', '{', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['a list', '[]', 'invalid_json'],
    ['no model', '{"messages":[{"role":"user","content":"x"}]}', 'invalid_request'],
    ['no messages', '{"model":"lucy"}', 'invalid_request'],
    ['empty messages', '{"model":"lucy","messages":[]}', 'invalid_request'],
    ['an unknown model', '{"model":"gpt","messages":[{"role":"user","content":"x"}]}', 'model_not_found'],
  ])('%s is refused with a sentence', async (_name, body, code) => {
    const { url, upstream, records } = await one();
    const answer = await get(`${url}/v1/chat/completions`, { method: 'POST', body, headers: asJson });
    expect(answer.json.error?.code).toBe(code);
    expect(answer.json.error?.message).toMatch(/[.]$/);
    expect(upstream.calls.length).toBe(0);
    expect(records.length).toBe(0);
  });

  test.each([
    undefined,
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'nonsense',
  ])('content-type %s is refused: JSON only', async (type) => {
    const { url, upstream } = await one();
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers });
    await call.until(({ whole }) => whole);
    expect(call.status).toBe(415);
    expect(JSON.parse(call.text)).toMatchObject({ error: { code: 'unsupported_media_type' } });
    expect(upstream.calls.length).toBe(0);
  });

  test('a compressed body is refused by what it is, not as JSON that is broken', async () => {
    const { url } = await one();
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers });
    await call.until(({ whole }) => whole);
    expect(call.status).toBe(415);
    expect(call.text).toContain('content-encoding');
  });

  test.each([
    [{ 'x-recloser-deadline': 'soon' }, 'x-recloser-deadline'],
    [{ 'x-recloser-deadline': '0s' }, 'x-recloser-deadline'],
    [{ 'x-recloser-only': 'nobody' }, 'x-recloser-only'],
  ])('a wish that cannot be read is refused: %j', async (headers, param) => {
    const { ask } = await one();
    const answer = await ask({}, headers as Record<string, string>);
    expect(answer.status).toBe(400);
    expect(answer.json.error?.param).toBe(param);
    expect(answer.headers.get('x-recloser-request-id')).toMatch(/^id-/);
  });

  test('x-recloser-only asks that one provider alone', async () => {
    const [first, second] = [await startUpstream(), await startUpstream(fails(503))];
    const { ask } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    const answer = await ask({}, { 'x-recloser-only': 'b' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('x-recloser-trail')).toBe('b=503');
  });
});

describe('who may call', () => {
  test('with clients in the config, only they: by their key', async () => {
    const { ask, url, recorded } = await one({
      clients: [
        { name: 'app', key: 'key-of-app' },
        { name: 'other', key: 'key-2' },
      ],
    });
    for (const authorization of ['', 'Bearer wrong', 'Bearer ', 'Basic key-of-app', 'key-of-app']) {
      const answer = await ask({}, authorization === '' ? {} : { authorization });
      expect(answer.status).toBe(401);
      expect(answer.json.error?.code).toBe('invalid_api_key');
    }
    expect((await get(`${url}/v1/models`)).status).toBe(401);
    expect((await get(`${url}/healthz`)).status).toBe(200);
    expect((await ask({}, { authorization: 'Bearer key-of-app' })).status).toBe(200);
    expect((await recorded(1)).client).toBe('app');
  });

  test.each([
    [{ host: 'evil.example' }, 'host_not_allowed'],
    [{ origin: 'https://evil.example' }, 'cross_site_refused'],
    [{ origin: 'null' }, 'cross_site_refused'],
    [{ 'sec-fetch-site': 'cross-site' }, 'cross_site_refused'],
    [{ 'sec-fetch-site': 'same-site' }, 'cross_site_refused'],
  ])('a web page may not: %j', async (headers, code) => {
    const { url, upstream } = await one();
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: { ...asJson, ...headers } });
    await call.until(({ whole }) => whole);
    expect(call.status).toBe(403);
    expect(JSON.parse(call.text)).toMatchObject({ error: { code } });
    expect(upstream.calls.length).toBe(0);
  });
});

describe('a ping', () => {
  test('asks for one token and says what came of it, and touches no circuit', async () => {
    const { gateway, upstream, board, records } = await one();
    expect(await gateway.ping('a')).toMatchObject({
      ok: true,
      word: 'ok',
      status: 200,
      settlement: { result: 'success' },
      costNanoUsd: 20_000,
    });
    expect(upstream.calls[0]?.body).toMatchObject({ max_tokens: 1, model: 'a-upstream' });
    upstream.script = fails(503);
    expect(await gateway.ping('a')).toMatchObject({ ok: false, word: '503', settlement: { result: 'failure' } });
    expect(board.look('a')).toMatchObject({ inFlight: 0, failuresInARow: 0 });
    expect(records.length).toBe(0);
  });

  test('cut by our own stop says nothing of its provider', async () => {
    const { gateway, upstream } = await one();
    upstream.script = () => {};
    const asked = gateway.ping('a');
    await upstream.called(1);
    const [answer] = await Promise.all([asked, gateway.drain(1_000)]);
    expect(answer).toMatchObject({ ok: false, word: 'shutdown', settlement: { result: 'neutral' } });
  });
});
