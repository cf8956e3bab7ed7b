import { expect, onTestFinished, test } from 'vitest';
import { type App, startApp } from '../server/app.ts';
import { loadSettings } from '../server/config/load.ts';
import { newId, realClock } from '../server/world.ts';
import { bearer, cookieOf, post } from './support/access.ts';
import { call, testToken } from './support/control.ts';
import { fails, openStream, type ScriptedUpstream, startUpstream, streamOf } from './support/upstream.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const path = '/etc/recloser/recloser.yaml';

interface Written {
  providers: Record<string, string>;
  chain: string;
  host?: string;
  more?: string;
}

function textOf({ providers, chain, host = '127.0.0.1', more = '' }: Written): string {
  const lines = Object.entries(providers).map(([name, keys]) => `  ${name}: { ${keys} }`);
  return `gateway: { host: ${host}, port: 0 }\ncontrol: { port: 0 }\ndatabase: ":memory:"\nnode: a\n${more}\nproviders:\n${lines.join('\n')}\nchains:\n  lucy: { providers: [${chain}], backoff: { initial: 1ms } }\n`;
}

/** A program whose config file is a text that the test may change, and whose secrets lie in "files". */
async function start(first: Written) {
  const file = {
    text: textOf(first),
    secrets: { '/run/key': 'sk-first', '/run/token': testToken } as Record<string, string>,
  };
  const env = { KEY_FILE: '/run/key', RECLOSER_TOKEN_FILE: '/run/token' };
  const read = () => loadSettings({ text: file.text, file: path, env, readSecret: (at) => file.secrets[at] ?? null });
  const loaded = read();
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const world = { clock: realClock, random: () => 0.5, newId, log, token: testToken, webRoot: null, version: '0.1.0' };
  const app = await startApp(loaded.settings, { ...world, configFile: { path, read } });
  onTestFinished(() => app.stop(1_000));
  const control = { url: app.controlUrl };
  const reload = async () => (await call(control, 'config.reload', { post: true })).body.result?.data;
  const circuits = async () => {
    const { body } = await call(control, 'circuits.list');
    const list = body.result?.data.circuits as { provider: string; state: string; epoch: number }[];
    return list.map(({ provider, state, epoch }) => `${provider} ${state} ${epoch}`);
  };
  const state = async () => (await call(control, 'config.get')).body.result?.data;
  const audit = async () => (await call(control, 'audit.list')).body.result?.data.rows as Record<string, unknown>[];
  return { app, file, reload, circuits, state, audit, control };
}

function chat(app: Pick<App, 'gatewayUrl'>, headers: Record<string, string> = {}, model = 'lucy'): Promise<Response> {
  return fetch(`${app.gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  });
}

const at = ({ url }: ScriptedUpstream, more = '') => `baseUrl: "${url}", model: m${more}`;
const keyed = `, apiKey: \${KEY}`;

test('a config read again: new requests go by it, those in flight by the one they began with, and circuits keep their state', async () => {
  const [a, b, c] = [await startUpstream(), await startUpstream(), await startUpstream()];
  let release: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    release = resolve;
  });
  a.script = (response) => {
    openStream(response);
    void over.then(() => response.destroy());
  };
  b.script = fails(503);
  const providers = { a: at(a, keyed), b: at(b), d: at(b) };
  const { app, file, reload, circuits, audit, control } = await start({ providers, chain: 'a, b, d' });
  const act = { provider: 'd', reason: 'to see' };
  expect((await call(control, 'circuits.trip', { post: true, input: act })).status).toBe(200);

  const running = chat(app);
  await a.called(1);
  expect(a.calls[0]?.headers.authorization).toBe('Bearer sk-first');
  file.secrets['/run/key'] = 'sk-second';
  file.text = textOf({
    providers: { a: at(a, keyed), c: at(c), d: at(b, ', breaker: { open: 2m }') },
    chain: 'c, d',
  });
  const came = await reload();
  expect(came).toMatchObject({ ok: true, needRestart: [] });
  expect(await circuits()).toEqual(['a closed 1', 'c closed 1', 'd tripped 2']);
  const done = { what: 'config.reload', who: 'token:admin', outcome: 'done' };
  await expect.poll(async () => (await audit())[0], { timeout: 10_000 }).toMatchObject(done);
  const whole = JSON.stringify([came, await audit()]);
  expect(whole).not.toMatch(/sk-first|sk-second/);
  const changes = (came as { changes: { key: string; before: string; after: string }[] }).changes;
  const byKey = Object.fromEntries(changes.map(({ key, before, after }) => [key, [before, after]]));
  expect(byKey['providers.a.apiKey']).toEqual(['(hidden)', '(hidden)']);
  expect(byKey['providers.d.breaker.open']).toEqual(['5m', '2m']);
  expect(byKey['chains.lucy.providers']).toEqual(['["a","b","d"]', '["c","d"]']);
  expect(byKey['providers.b.model']).toEqual(['m', null]);

  const fresh = await chat(app);
  expect(fresh.headers.get('x-recloser-trail')).toBe('c=ok');
  // The one in flight goes on to a provider that is in the config no more.
  b.script = (response) => {
    openStream(response);
    response.end(streamOf('from b'));
  };
  release();
  const old = await running;
  expect([old.status, old.headers.get('x-recloser-provider')]).toEqual([200, 'b']);
  file.text = textOf({ providers: { a: at(a, keyed), b: at(b) }, chain: 'a' });
  await reload();
  a.script = b.script;
  expect((await chat(app)).status).toBe(200);
  expect(a.calls.at(-1)?.headers.authorization).toBe('Bearer sk-second');
  // Whoever left tripped comes back tripped.
  file.text = textOf({ providers, chain: 'a' });
  await reload();
  expect((await circuits()).at(-1)).toMatch(/^d tripped/);
});

test('a config with anything wrong in it changes nothing, and every problem is told', async () => {
  const a = await startUpstream();
  const { app, file, reload, state, audit, circuits } = await start({ providers: { a: at(a) }, chain: 'a' });
  file.text = textOf({
    providers: { a: at(a, ', retries: many') },
    chain: 'a, nobody',
    more: 'clients: [{ name: x }]',
  });
  const refused = { ok: false, problems: [{ path: 'clients[0].key' }, { path: 'providers.a.retries' }, {}] };
  expect(await reload()).toMatchObject(refused);
  expect(await state()).toMatchObject({ file: path, problems: refused.problems, refusedAt: expect.any(Number) });
  const noted = { what: 'config.reload', outcome: 'refused', after: { problems: [{}, {}, {}] } };
  await expect.poll(async () => (await audit())[0], { timeout: 10_000 }).toMatchObject(noted);
  expect(await circuits()).toEqual(['a closed 1']);
  expect((await chat(app)).status).toBe(200);

  file.text = textOf({ providers: { a: at(a) }, chain: 'a', more: 'clients: [{ name: x, key: a-new-key }]' }).replace(
    'control: { port: 0 }\ndatabase: ":memory:"',
    'control: { port: 4999 }\ndatabase: other.db',
  );
  expect(await reload()).toMatchObject({ ok: true, needRestart: ['control.port', 'database'] });
  expect(await state()).toMatchObject({ problems: [], needRestart: ['control.port', 'database'] });
  expect((await chat(app)).status).toBe(401);
  expect((await chat(app, { authorization: 'Bearer a-new-key' })).status).toBe(200);
  app.reload('SIGHUP');
  await expect
    .poll(async () => (await audit())[0], { timeout: 10_000 })
    .toMatchObject({ who: 'itself', reason: 'SIGHUP' });
});

test('clients are not taken away while the gateway is still listened to from elsewhere: nobody would be asked for a key', async () => {
  const a = await startUpstream();
  const written = { providers: { a: at(a) }, chain: 'a' };
  const guarded = { ...written, host: '0.0.0.0', more: 'clients: [{ name: x, key: the-only-key }]' };
  const { app, file, reload, state } = await start(guarded);
  // What is listened to everywhere is told by an address that it answers to.
  expect(app.gatewayUrl).toMatch(/^http:..127\.0\.0\.1:/);
  expect((await chat(app)).status).toBe(401);
  file.text = textOf(written);
  const refused = { problems: [{ path: 'clients', message: expect.stringContaining('0.0.0.0') }] };
  expect(await reload()).toMatchObject({ ok: false, ...refused });
  expect(await state()).toMatchObject(refused);
  expect((await chat(app)).status).toBe(401);
  expect((await chat(app, { authorization: 'Bearer the-only-key' })).status).toBe(200);
  file.text = textOf({ ...guarded, host: '127.0.0.1' });
  expect(await reload()).toMatchObject({ ok: true, needRestart: ['gateway.host'] });
});

test('chains and providers that a reload brings are counted for Prometheus, and the others go on from where they were', async () => {
  const [a, b] = [await startUpstream(), await startUpstream()];
  const { app, file, reload, control } = await start({ providers: { a: at(a) }, chain: 'a', more: 'environment: one' });
  const metrics = async () => {
    const headers = { authorization: `Bearer ${testToken}` };
    const text = await (await fetch(`${control.url}/metrics`, { headers })).text();
    return text
      .split('\n')
      .filter((line) => /^recloser_(build_info|attempts_total\S+"succeeded"|requests_total\S+"succeeded")/.test(line));
  };
  await chat(app);
  file.text = textOf({ providers: { a: at(a), b: at(b) }, chain: 'a', more: 'environment: two' }).concat(
    '  lily: { providers: [b] }\n',
  );
  expect(await reload()).toMatchObject({ ok: true });
  await chat(app);
  await chat(app, {}, 'lily');
  await expect
    .poll(metrics, { timeout: 10_000 })
    .toEqual(
      expect.arrayContaining([
        'recloser_build_info{version="0.1.0",environment="two",node="a"} 1',
        'recloser_requests_total{chain="lucy",outcome="succeeded"} 2',
        'recloser_requests_total{chain="lily",outcome="succeeded"} 1',
        'recloser_attempts_total{provider="b",outcome="succeeded"} 1',
      ]),
    );
});

test('another RECLOSER_TOKEN in its file holds from then on, and who came in by the one before is out', async () => {
  const a = await startUpstream();
  const { file, reload, control } = await start({ providers: { a: at(a) }, chain: 'a' });
  const cookie = cookieOf(await post(control, '/sign-in', { token: testToken }));
  const stream = await fetch(`${control.url}/trpc/live.events`, { headers: bearer(testToken) });
  const looks = async (headers: Record<string, string>) => (await call(control, 'circuits.list', { headers })).status;
  expect([await looks({ cookie }), await looks(bearer(testToken))]).toEqual([200, 200]);

  file.secrets['/run/token'] = '';
  expect(await reload()).toMatchObject({ ok: false, problems: [{ path: 'RECLOSER_TOKEN_FILE' }] });
  expect(await looks({ cookie })).toBe(200);

  file.secrets['/run/token'] = 'another-token-than-before';
  const change = { key: 'RECLOSER_TOKEN', before: '(hidden)', after: '(hidden)' };
  expect(await reload()).toMatchObject({ ok: true, changes: [change] });
  await stream.text();
  expect([await looks({ cookie }), await looks(bearer(testToken))]).toEqual([401, 401]);
  expect(await looks(bearer('another-token-than-before'))).toBe(200);
});
