import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startApp } from '../server/app.ts';
import { loadSettings } from '../server/config/load.ts';
import { formatProblems } from '../server/config/source.ts';
import { createLog } from '../server/observe/log.ts';
import { newId, realClock } from '../server/world.ts';
import { TestDatabase } from './db/support/database.ts';
import { act, bearer, cookieOf, post } from './support/access.ts';
import { type Answer, alertReceiver } from './support/alertReceiver.ts';
import { run } from './support/cli.ts';
import { call, procedures } from './support/control.ts';
import { Outputs } from './support/planted.ts';
import { startUpstream } from './support/upstream.ts';

/** Each is a secret of another kind; none may be found in anything that is written or answered. */
const planted = {
  providerKey: 'sk-planted-provider-0001',
  secondKey: 'plantedwithoutshape',
  header: 'planted-header-value-0002',
  clientKey: 'planted-client-key-0003',
  adminToken: 'planted-admin-token-0004',
  oidcSecret: 'planted-oidc-secret-0005',
  password: 'planted password of ada 0006',
  wrongPassword: 'planted wrong password 0007',
  wrongToken: 'planted-wrong-token-0008',
  urlPassword: 'planted-url-password-0009',
  environment: 'planted-environment-0010',
  webhookSecret: 'whsec_cGxhbnRlZC13ZWJob29rLXNlY3JldC0wMDEy',
  webhookPath: 'planted-webhook-path-0013',
  slackPath: 'planted-slack-path-0014',
  routingKey: 'planted-routing-key-0015',
  prompt: 'planted prompt of a caller 0011',
  previousKey: 'planted-previous-key-0016',
  previousSecret: 'whsec_cGxhbnRlZC1wcmV2aW91cy1zZWNyZXQtMDAxNw==',
  collectorKey: 'planted-collector-key-0018',
  systemPrompt: 'planted system prompt 0019',
  // What a reload brings.
  nextKey: 'sk-planted-next-provider-0020',
  nextToken: 'planted-next-token-0021',
  nextClientKey: 'planted-next-client-key-0022',
  mistaken: 'planted-where-it-is-refused-0023',
};

const configOf = (urls: { echo: string; good: string; hooks: string }, database: string) => `gateway: { port: 0 }
control: { port: 0 }
database: "${database}"
node: a
providers:
  echo: { baseUrl: "${urls.echo}", apiKey: "\${KEY}", model: m, headers: { x-api-key: ${planted.header} }, breaker: { failures: 100 } }
  good: { baseUrl: "${urls.good}", apiKey: "${planted.secondKey}", model: m, systemPrompt: ${planted.systemPrompt} }
chains:
  lucy: { providers: [echo, good], backoff: { initial: 1ms } }
  alone: { providers: [echo] }
alerts:
  - { name: ours, kind: webhook, url: "${urls.hooks}/${planted.webhookPath}", secret: ${planted.webhookSecret}, previousSecret: ${planted.previousSecret}, hold: 0s }
  - { name: team, kind: slack, url: "${urls.hooks}/${planted.slackPath}", hold: 0s }
  - { name: pager, kind: pagerduty, url: "${urls.hooks}/v2", routingKey: ${planted.routingKey}, hold: 0s }
clients: [{ name: app, key: "\${CLIENT}", previousKey: ${planted.previousKey} }]
telemetry: { otlp: { url: "${urls.hooks}/v1/traces", headers: { x-collector: ${planted.collectorKey} } } }
signIn:
  url: https://recloser.example
  provider: { issuer: "https://issuer.example", clientId: c, clientSecret: ${planted.oidcSecret}, roles: { claim: g, admin: [x] } }
`;

/** A provider that says whatever it was sent in every error, in turn in each way a provider may. */
async function echoing() {
  let turn = 0;
  return startUpstream((response, { headers }) => {
    turn += 1;
    const said = `Incorrect key: ${headers.authorization} (${headers['x-api-key']})`;
    const error = { error: { message: said, type: 'invalid_request_error', code: said } };
    if (turn % 4 === 0) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify(error)}\n\n`);
      return;
    }
    if (turn % 4 === 1) response.writeHead(400, { 'content-type': 'application/json', 'x-echo': said });
    else response.writeHead(turn % 4 === 2 ? 500 : 401, { 'content-type': 'application/json' });
    response.end(turn % 4 === 2 ? said : JSON.stringify(error));
  });
}

async function answering() {
  return startUpstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
    const choice = { index: 0, delta: { content: 'hello' }, finish_reason: 'stop' };
    response.end(`data: ${JSON.stringify({ ...chunk, choices: [choice] })}\n\ndata: [DONE]\n\n`);
  });
}

async function startPlanted(path: string, outputs: Outputs) {
  const [echo, good, hooks] = await Promise.all([echoing(), answering(), alertReceiver()]);
  const says: Answer = (response, { path, text, headers }) =>
    response
      .writeHead(500)
      .end(`${path} ${text.slice(0, 90)} ${headers['webhook-signature']} ${headers['x-collector']}`);
  hooks.answers.push(...Array.from({ length: 50 }, () => says));
  const file = {
    text: configOf({ echo: echo.url, good: good.url, hooks: new URL(hooks.url).origin }, path),
    secrets: { KEY: planted.providerKey, CLIENT: planted.clientKey, RECLOSER_TOKEN: planted.adminToken },
  };
  const env = {
    KEY_FILE: 'KEY',
    CLIENT_FILE: 'CLIENT',
    RECLOSER_TOKEN_FILE: 'RECLOSER_TOKEN',
    OTHER: planted.environment,
  };
  const readSecret = (at: string) => file.secrets[at as keyof typeof file.secrets];
  const read = () => loadSettings({ text: file.text, file: '/r.yaml', env, readSecret });
  const loaded = read();
  if (!loaded.ok) throw new Error(formatProblems('r.yaml', loaded.problems));
  const log = createLog('debug', { write: (line) => outputs.add('log', line) });
  const app = await startApp(loaded.settings, {
    ...{ clock: realClock, random: () => 0.5, newId, log, configFile: { path: '/r.yaml', read } },
    ...{ token: loaded.token, webRoot: null, version: '0.1.0' },
  });
  return { app, file };
}

type Started = Awaited<ReturnType<typeof startPlanted>>;

/** Secrets change while it runs, first with a mistake in the config beside them; what is said of it is looked at. */
async function reloadAll(
  { app, file }: Started,
  outputs: Outputs,
): Promise<{ url: string; headers: Record<string, string> }> {
  const { text } = file;
  const control = { url: app.controlUrl, headers: bearer(planted.adminToken) };
  file.secrets = { KEY: planted.nextKey, CLIENT: planted.nextClientKey, RECLOSER_TOKEN: planted.nextToken };
  file.text = text.replace(
    'model: m,',
    `model: [${planted.mistaken}], ${planted.mistaken.slice(0, 7)}: ${planted.mistaken},`,
  );
  const refused = await act(control, 'config.reload', {});
  expect(refused.data).toMatchObject({ ok: false });
  file.text = text.replaceAll('hold: 0s', 'hold: 1s').replace(planted.previousKey, `${planted.previousKey}-and-more`);
  const done = await act(control, 'config.reload', {});
  const keys = (done.data.changes as { key: string }[]).map(({ key }) => key);
  expect(keys).toEqual(expect.arrayContaining(['RECLOSER_TOKEN', 'providers.echo.apiKey', 'clients.app.key']));
  outputs.add('reloads', JSON.stringify([refused, done]));
  return { url: app.controlUrl, headers: bearer(planted.nextToken) };
}

/** Each destination, which echoes what it was sent. */
async function tryAlerts(control: Parameters<typeof act>[0]): Promise<void> {
  for (const name of ['ours', 'team', 'pager']) {
    const { data } = await act(control, 'alerts.test', { name });
    expect(data).toMatchObject({ status: 'failed', answer: 500 });
  }
}

/** What the command line prints. */
async function tryCommands(url: string, outputs: Outputs): Promise<void> {
  const env = { RECLOSER_URL: url, RECLOSER_TOKEN: planted.nextToken };
  for (const argv of [
    ['circuits', '--json'],
    ['requests'],
    ['requests', '--json'],
    ['token', 'list'],
    ['person', 'list'],
    ['alerts'],
    ['alerts', '--json'],
    ['audit', '--json'],
    ['config', 'show'],
  ]) {
    const { out, err } = await run(argv, { env });
    outputs.add(argv.join(' '), out + err);
  }
}

function callers(gatewayUrl: string, outputs: Outputs) {
  return async (where: string, more: object = {}, key = planted.clientKey) => {
    const body = { model: 'lucy', messages: [{ role: 'user', content: planted.prompt }], ...more };
    const headers = { 'content-type': 'application/json', ...bearer(key) };
    const options = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${gatewayUrl}/v1/chat/completions`, options);
    return outputs.answer(where, response);
  };
}

/** What is said of a config with mistakes in it. */
function refusedConfig(outputs: Outputs): void {
  const urls = {
    echo: `http://u:${planted.urlPassword}@h.example`,
    good: 'http://h.example',
    hooks: 'ftp://h.example',
  };
  const text = configOf(urls, ':memory:');
  const problems = loadSettings({ text, file: '/r.yaml', env: { KEY: planted.providerKey } });
  expect(problems.ok).toBe(false);
  outputs.add('a config', problems.ok ? '' : formatProblems('r.yaml', problems.problems));
}

test('no secret is in an answer, an error, a log, a metric, an export, the command line or the database', async () => {
  await using database = new TestDatabase();
  const outputs = new Outputs();
  const started = await startPlanted(database.path, outputs);
  const { app } = started;
  let stopped = false;
  const stop = async () => {
    if (!stopped) await app.stop(1_000);
    stopped = true;
  };
  onTestFinished(stop);
  const chat = callers(app.gatewayUrl, outputs);
  for (let turn = 0; turn < 4; turn += 1) await chat('an error of a provider', { model: 'alone' });
  for (let turn = 0; turn < 4; turn += 1)
    expect(await chat('a fallback', { stream: turn % 2 === 0 })).toContain('hello');
  expect(await chat('a wrong key', {}, planted.wrongToken)).toContain('invalid_api_key');
  await chat('an unknown model', { model: 'nobody' });

  const control = await reloadAll(started, outputs);
  const { data: person } = await act(control, 'access.addPerson', { name: 'ada', role: 'operator' });
  const joined = await post(control, '/join', { code: person.secret, password: planted.password });
  const { data: made } = await act(control, 'access.createToken', { name: 'pager', role: 'viewer' });
  const session = cookieOf(joined).split('=')[1] ?? '';
  expect([String(person.secret), String(made.secret), session].every(({ length }) => length > 20)).toBe(true);
  await outputs.answer(
    'a wrong password',
    await post(control, '/sign-in', { name: 'ada', password: planted.wrongPassword }),
  );
  await outputs.answer('a wrong token', await fetch(`${control.url}/metrics`, { headers: bearer(planted.wrongToken) }));
  expect(await chat('after a reload', {}, planted.nextClientKey)).toContain('hello');
  await act(control, 'circuits.probe', { provider: 'echo', reason: 'a look' });
  await act(control, 'circuits.trip', { provider: 'echo', reason: 'a look' });
  await tryAlerts(control);
  for (const { path, type } of procedures) {
    if (type === 'subscription') continue;
    const headers = control.headers;
    const input =
      type === 'query' ? { limit: 20, from: 0, to: realClock.wall() } : { nonsense: planted.urlPassword.length };
    const made = await call(control, path, { headers, input, post: type === 'mutation' });
    outputs.add(path, JSON.stringify(made.body));
    if (type === 'query') outputs.add(path, JSON.stringify((await call(control, path, { headers })).body));
  }
  for (const path of ['/', '/metrics', '/healthz', '/readyz', '/nothing']) {
    await outputs.answer(path, await fetch(control.url + path, { headers: control.headers }));
  }
  await tryCommands(control.url, outputs);
  refusedConfig(outputs);

  await stop();
  for (const name of readdirSync(database.folder)) {
    outputs.add(`file ${name}`, readFileSync(join(database.folder, name), 'latin1'));
  }
  const secrets = { ...planted, invitation: String(person.secret), token: String(made.secret), session };
  expect(outputs.found({ control: 'deepseek-never', model: 'lucy' })).not.toEqual([]);
  expect(outputs.all.length).toBeGreaterThan(50);
  expect(outputs.found(secrets)).toEqual([]);
}, 60_000);

const leaked = planted.password;

test.each<[string, string]>([
  ['in a sentence', `wrong password ${leaked}, try again`],
  ['in JSON within JSON', JSON.stringify({ body: JSON.stringify({ password: `${leaked}"` }) })],
  ['in an address', `/sign-in?password=${encodeURIComponent(leaked)}&name=ada`],
  ['in a form', `name=ada&password=${leaked.replaceAll(' ', '+')}`],
  ['in a Basic header', `authorization: Basic ${Buffer.from(`ada:${leaked}`).toString('base64')}`],
  ['in the middle of Base64', Buffer.from(`as ${leaked}, by ada`).toString('base64url')],
  ['in hex', Buffer.from(`ada:${leaked}!`).toString('hex')],
  ['in the bytes of a file', Buffer.from(`\u0000\u00ff${leaked}\u0000`).toString('latin1')],
])('the search finds a secret %s', (_where, text) => {
  const outputs = new Outputs();
  outputs.add('nothing', 'a page without secrets');
  outputs.add('a leak', text);
  expect(outputs.found(planted)).toEqual(['a leak: password']);
});

test('the search takes a hash of a secret, or its first letters, for no leak', () => {
  const outputs = new Outputs();
  outputs.add('a hash', createHash('sha256').update(leaked).digest('hex'));
  outputs.add('a hint', `${planted.providerKey.slice(0, 6)}…${planted.providerKey.slice(-4)}`);
  expect(outputs.found({ ...planted, empty: '' })).toEqual([]);
});
