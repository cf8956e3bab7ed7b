import { expect, onTestFinished, test } from 'vitest';
import { type App, startApp } from '../server/app.ts';
import { loadSettings } from '../server/config/load.ts';
import { newId, realClock } from '../server/world.ts';
import { call, testToken } from './support/control.ts';
import { fails, openStream, type ScriptedUpstream, startUpstream, streamOf } from './support/upstream.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const path = '/etc/recloser/recloser.yaml';

interface Written {
  providers: Record<string, string>;
  chain: string;
  more?: string;
}

function textOf({ providers, chain, more = '' }: Written): string {
  const lines = Object.entries(providers).map(([name, keys]) => `  ${name}: { ${keys} }`);
  return `gateway: { port: 0 }\ncontrol: { port: 0 }\ndatabase: ":memory:"\nnode: a\n${more}\nproviders:\n${lines.join('\n')}\nchains:\n  lucy: { providers: [${chain}], backoff: { initial: 1ms } }\n`;
}

/** A program whose config file is a text that the test may change, and whose secrets lie in "files". */
async function start(first: Written) {
  const file = { text: textOf(first), secrets: { '/run/key': 'sk-first' } as Record<string, string> };
  const env = { KEY_FILE: '/run/key' };
  const read = () =>
    loadSettings({ text: file.text, file: path, env, hasToken: true, readSecret: (at) => file.secrets[at] ?? null });
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

function chat(app: App, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${app.gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'lucy', messages: [{ role: 'user', content: 'hi' }] }),
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

  file.text = textOf({ providers: { a: at(a) }, chain: 'a', more: 'clients: [{ name: x, key: new-key }]' }).replace(
    'control: { port: 0 }\ndatabase: ":memory:"',
    'control: { port: 4999 }\ndatabase: other.db',
  );
  expect(await reload()).toMatchObject({ ok: true, needRestart: ['control.port', 'database'] });
  expect(await state()).toMatchObject({ problems: [], needRestart: ['control.port', 'database'] });
  expect((await chat(app)).status).toBe(401);
  expect((await chat(app, { authorization: 'Bearer new-key' })).status).toBe(200);
  app.reload('SIGHUP');
  await expect
    .poll(async () => (await audit())[0], { timeout: 10_000 })
    .toMatchObject({ who: 'itself', reason: 'SIGHUP' });
});
