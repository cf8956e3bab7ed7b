import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfigFile } from '../../server/config/load.ts';
import { formatProblems } from '../../server/config/source.ts';
import { load, problemsOf, settingsOf, small, withMore, withProvider } from './support.ts';

const day = 86_400_000;
const retention = {
  ...{ requestsMs: 14 * day, probesMs: 30 * day, transitionsMs: 90 * day },
  ...{ minutesMs: 90 * day, auditMs: 730 * day, incidentsMs: 730 * day },
};

const timeouts = {
  connectMs: 3_000,
  firstTokenMs: 10_000,
  perThousandTokensMs: 250,
  idleMs: 20_000,
  totalMs: 600_000,
  answerMs: 60_000,
};

test('a config of two names gets every default of the contract', () => {
  const settings = settingsOf(small, { hostname: 'box.local' });
  const { providers, chains: _chains, effective: _effective, inForce: _inForce, ...rest } = settings;
  const breaker = {
    failures: 5,
    timeouts: 3,
    rate: 0.5,
    calls: 10,
    windowMs: 60_000,
    openMs: 300_000,
    openMaxMs: 300_000,
    jitter: 0,
    probes: 1,
    successes: 1,
    probe: 'race',
    recheckMs: null,
    rampMs: 30_000,
    suspect: 5,
  };
  expect(rest).toEqual({
    gateway: { host: '127.0.0.1', port: 4400, hosts: [], trustProxy: [] },
    control: { host: '127.0.0.1', port: 4401, hosts: [], trustProxy: [] },
    database: '/etc/recloser/data/recloser.db',
    environment: 'production',
    node: 'box.local',
    limits: {
      bodyBytes: 33_554_432,
      bodiesBytes: 536_870_912,
      requests: 4_000,
      streams: 4_000,
      connections: 10_000,
      answersBytes: 536_870_912,
    },
    signIn: { url: null, provider: null },
    clients: [],
    retention,
    telemetry: null,
    shutdownDelayMs: 0,
    shutdownGraceMs: 10_000,
    alerts: [],
    drills: false,
  });
  expect(providers).toEqual([
    {
      name: 'a',
      baseUrl: 'http://127.0.0.1:1/v1',
      dialect: 'openai',
      allowLinkLocal: false,
      apiKey: null,
      model: 'm',
      price: null,
      timeouts,
      retries: 0,
      ghosts: [],
      concurrency: 256,
      assemble: true,
      accepts: { images: true, tools: true, jsonSchema: true, contextTokens: null },
      systemPrompt: null,
      headers: {},
      drop: [],
      rename: {},
      set: {},
      prefill: null,
      standbyMs: null,
      breaker,
    },
  ]);
});

test('a chain gets every default of the contract', () => {
  const { chains } = settingsOf(small);
  const backoff = { initialMs: 250, factor: 2, maxMs: 8_000, jitter: 'equal' };
  expect(chains).toEqual([
    { name: 'lucy', providers: ['a'], backoff, deadlineMs: 120_000, rescue: ['prefill'], hedge: 'off' },
  ]);
});

test('a provider overrides single keys of the breaker, and openMax follows its open', () => {
  const text = withMore('breaker: { failures: 9, recheck: 10s }').replace(
    'model: m',
    'model: m, breaker: { open: 2m, recheck: off }',
  );
  expect(settingsOf(text).providers[0]?.breaker).toMatchObject({
    failures: 9,
    openMs: 120_000,
    openMaxMs: 120_000,
    recheckMs: null,
  });
});

test('cached input costs as input where nothing is said', () => {
  expect(settingsOf(withProvider('price: { input: 2, output: 3 }')).providers[0]?.price).toEqual({
    input: 2,
    cachedInput: 2,
    output: 3,
  });
});

test('what is set on every call keeps its types, null included', () => {
  const set = settingsOf(withProvider('set: { seed: null, n: 1, deep: { list: [true, x] } }')).providers[0]?.set;
  expect(set).toEqual({ seed: null, n: 1, deep: { list: [true, 'x'] } });
});

test('the slash at the end of a baseUrl is taken off', () => {
  expect(settingsOf(small.replace('/v1', '/v1//')).providers[0]?.baseUrl).toBe('http://127.0.0.1:1/v1');
});

test('JSON is YAML too, with tabs and with a mark of byte order', () => {
  const json = JSON.stringify(
    { providers: { a: { baseUrl: 'http://h', model: 'm' } }, chains: { c: { providers: ['a'] } } },
    null,
    '\t',
  );
  expect(settingsOf(`\u{FEFF}${json}`.replaceAll('\n', '\r\n')).chains[0]?.name).toBe('c');
});

test('an alias stands for a whole value', () => {
  const text = small.replace('chains:', '  b: { baseUrl: http://h, model: m, timeouts: *t }\nchains:');
  const { providers } = settingsOf(text.replace('model: m }', 'model: m, timeouts: &t { idle: 7s } }'));
  expect(providers.map(({ timeouts }) => timeouts.idleMs)).toEqual([7_000, 7_000]);
});

test('a variable has the type that its text would have unquoted', () => {
  const text = withMore(`gateway: { port: \${PORT}, hosts: [\${HOST:-a.example}] }\ndrills: \${DRILLS}`);
  const settings = settingsOf(text, { env: { PORT: '5000', DRILLS: 'true' } });
  expect(settings.gateway).toMatchObject({ port: 5_000, hosts: ['a.example'] });
  expect(settings.drills).toBe(true);
});

test('a variable of digits is text where text is wanted', () => {
  const text = withMore(`clients:\n  - { name: app, key: \${KEY} }\nnode: \${NODE}`);
  const settings = settingsOf(text, { env: { KEY: '00123456', NODE: '7' } });
  expect(settings.clients).toEqual([{ name: 'app', key: '00123456' }]);
  expect(settings.node).toBe('7');
});

test('a variable in quotes is text', () => {
  const path = withMore(`gateway: { port: "\${PORT}" }`);
  expect(problemsOf(path, { env: { PORT: '5000' } })[0]?.path).toBe('gateway.port');
});

test('what a variable holds never becomes YAML', () => {
  const model = 'x", drills: true, y: "\n  - z: {a: *b} # no';
  const settings = settingsOf(small.replace('model: m', `model: \${MODEL}`), { env: { MODEL: model } });
  expect(settings.providers[0]?.model).toBe(model);
  expect(settings.drills).toBe(false);
});

test('defaults of variables, escapes and text around them are read', () => {
  const text = withProvider(`systemPrompt: "\${A}-\${B:-b: [c]}, $\${A}", set: { x: \${N:-a, b: c # d}, y: $\${A} }`);
  const provider = settingsOf(text, { env: { A: '1', B: '' } }).providers[0];
  expect(provider?.systemPrompt).toBe(`1-b: [c], \${A}`);
  expect(provider?.set).toEqual({ x: 'a, b: c # d', y: `\${A}` });
});

test('a variable in a comment is nobody’s', () => {
  expect(problemsOf(withMore(`# \${NOT_SET}`))).toEqual([]);
});

test('a flag goes over a variable, a variable over the file, the file over the default', () => {
  const text = withMore('gateway: { port: 1 }\ncontrol: { port: 2 }\nnode: file');
  const env = { RECLOSER_GATEWAY_PORT: '3', RECLOSER_CONTROL_PORT: '4', RECLOSER_ENVIRONMENT: 'staging' };
  const settings = settingsOf(text, { env, flags: { gatewayPort: '5', database: 'x.db' } });
  expect([settings.gateway.port, settings.control.port]).toEqual([5, 4]);
  expect([settings.node, settings.environment]).toEqual(['file', 'staging']);
  expect(settings.database).toBe('/etc/recloser/x.db');
});

test('every variable of the contract is heard', () => {
  const env = {
    RECLOSER_GATEWAY_HOST: 'localhost',
    RECLOSER_GATEWAY_PORT: '1',
    RECLOSER_CONTROL_HOST: '::1',
    RECLOSER_CONTROL_PORT: '2',
    RECLOSER_DATABASE: ':memory:',
    RECLOSER_ENVIRONMENT: 'test',
    RECLOSER_NODE: '12',
  };
  const { gateway, control, database, environment, node } = settingsOf(small, { env });
  expect([gateway.host, gateway.port, control.host, control.port]).toEqual(['localhost', 1, '::1', 2]);
  expect([database, environment, node]).toEqual([':memory:', 'test', '12']);
});

test('a bad flag is named as the flag, with no line', () => {
  expect(problemsOf(small, { flags: { controlPort: 'x' } })).toMatchObject([
    { line: null, path: '--control-port', message: expect.stringContaining('found "x"') },
  ]);
});

test('a listener beyond loopback starts with what guards it', () => {
  const text = withMore('gateway: { host: 0.0.0.0 }\ncontrol: { host: "::" }\nclients: [{ name: x, key: yyyyyyyy }]');
  expect(load(text, { env: { RECLOSER_TOKEN: 't' } }).ok).toBe(true);
  const fromFile = load(text, { env: { RECLOSER_TOKEN_FILE: '/run/token' }, readSecret: () => 'of-a-file' });
  expect(fromFile).toMatchObject({ ok: true, token: 'of-a-file' });
  expect(problemsOf(text, { env: { RECLOSER_TOKEN: 'two words' } })).toMatchObject([{ path: 'RECLOSER_TOKEN' }]);
  expect(problemsOf(text).map(({ path }) => path)).toEqual(['control.host']);
});

test('what comes later is said when it is asked for, and a small config has nothing to be told', () => {
  const notes = (text: string): string[] => {
    const loaded = load(text);
    return loaded.ok ? loaded.notes : ['refused'];
  };
  expect(notes(small)).toEqual([]);
  const explicit = withMore('breaker: { probe: race, suspect: 3 }\ndrills: true\nretention: { minutes: 1d }')
    .replace('model: m', 'model: m, standby: 10m, prefill: trailing')
    .replace('[a]', '[a], rescue: [discard]');
  for (const key of ['drills', 'retention']) {
    expect(notes(explicit).filter((note) => note.split(':')[0]?.includes(key))).toHaveLength(1);
  }
  expect(notes(explicit)).toHaveLength(2);
});

test('a file that is not there, is a folder or is no text is a problem in a sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recloser-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bytes = join(folder, 'bytes');
  writeFileSync(bytes, new Uint8Array([0xff, 0xfe, 0x00]));
  for (const [path, sentence] of [
    [join(folder, 'none'), 'no such file'],
    [folder, 'not a file'],
    [bytes, 'UTF-8'],
  ] as const) {
    expect(readConfigFile(path)).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining(sentence) }],
    });
  }
});

test('problems are printed one a line with file, line and column', () => {
  const problems = problemsOf(withMore('drills: maybe'), { flags: { controlPort: 'x' } });
  expect(formatProblems('recloser.yaml', problems).split('\n')).toEqual([
    '--control-port: expected a whole number from 0 to 65535; found "x"',
    'recloser.yaml:5:1 drills: expected true or false; found "maybe"',
  ]);
});
