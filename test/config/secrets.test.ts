import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeSettings } from '../../server/config/describe.ts';
import { formatProblems } from '../../server/config/source.ts';
import { load, settingsOf, withMore, withProvider } from './support.ts';

const SECRET = 'sk-1f3b9c7d5e';
const secretKeys = ['apiKey', 'key', 'headers'];

const anyName = fc.oneof(
  fc.constantFrom('gateway', 'port', 'host', 'providers', 'chains', 'clients', 'a', 'lucy', 'breaker', 'timeouts'),
  fc.constantFrom(
    'idle',
    'model',
    'baseUrl',
    'name',
    'price',
    'set',
    'prefill',
    'database',
    'constructor',
    '__proto__',
  ),
  fc.string(),
);

/** Any JSON, with the keys of a config more often than chance would have it. */
const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyName, tie('value'), { maxKeys: 6 }),
  ),
})).value;

/** The same, with a secret where secrets belong and where they do not. */
const jsonWithSecrets = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.constantFrom(1, true, null, 'text', '5m', `\${SECRET}`, `x\${SECRET}y`, `\${SECRET}:\${NOPE}`),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(anyName, tie('value'), { maxKeys: 5 }),
    fc.tuple(fc.constantFrom(...secretKeys), tie('holder')).map(([key, value]) => ({ [key]: value })),
  ),
  holder: fc.oneof(
    fc.constantFrom(SECRET, `Bearer ${SECRET}`, `${SECRET}\n`, [SECRET], { x: SECRET }, { x: { y: [SECRET] } }),
    fc.constantFrom({ x: `\${SECRET}`, z: 5 }),
  ),
})).value;

test('any JSON as a config, and any text, is answered and never throws', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      const loaded = load(JSON.stringify(value));
      expect(loaded.ok || loaded.problems.length > 0).toBe(true);
    }),
    { numRuns: 400 },
  );
  const words = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '-',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '?',
    '$',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 3 })), { maxLength: 40 }), (parts) => {
      const loaded = load(parts.join(''));
      expect(loaded.ok || loaded.problems.length > 0).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('any JSON in any place of a good config is answered and never throws', () => {
  const places = [
    ['gateway'],
    ['providers', 'a'],
    ['chains', 'lucy'],
    ['clients'],
    ['breaker'],
    ['providers', 'a', 'timeouts'],
  ];
  fc.assert(
    fc.property(fc.constantFrom(...places), anyJson, (path, value) => {
      const config = { providers: { a: { baseUrl: 'http://h', model: 'm' } }, chains: { lucy: { providers: ['a'] } } };
      const loaded = load(JSON.stringify(put(config, path, value)));
      expect(loaded.ok || loaded.problems.length > 0).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('no problem tells a secret, wherever it stands', () => {
  const places: string[][] = [[], ['providers', 'a'], ['clients', '0'], ['chains']];
  let told = 0;
  fc.assert(
    fc.property(jsonWithSecrets, fc.constantFrom(...places), (value, path) => {
      const loaded = load(JSON.stringify(put({}, path, value)), { env: { SECRET } });
      const text = loaded.ok ? loaded.notes.join() : formatProblems('recloser.yaml', loaded.problems);
      told += text.includes('not shown') ? 1 : 0;
      expect(text).not.toContain(SECRET);
    }),
    { numRuns: 800 },
  );
  expect(told).toBeGreaterThan(20);
});

test.each([
  ['a key under a name of another case', `api_key: ${SECRET}x`],
  ['a key as a name under apiKey', `apiKey: { ${SECRET}: }`],
  ['a key that begins as YAML does not', `apiKey: @${SECRET}`],
  ['a key after a quote', `apiKey: "x" ${SECRET}`],
  ['a key as an alias', `apiKey: *${SECRET}`],
  ['a key as a tag', `apiKey: !${SECRET} x`],
  ['a key in a list', `apiKey: [${SECRET}]`],
  ['a password in an address', `prefill: { baseUrl: "https://user:${SECRET}@h" }`],
])('not told: %s', (_, keys) => {
  const loaded = load(withProvider(keys));
  expect(loaded.ok).toBe(false);
  expect(JSON.stringify(loaded)).not.toContain(SECRET);
});

test.each([
  ['a key in place of a client', `clients: [${SECRET}]`],
  ['a key in place of the clients', `clients: ${SECRET}`],
  ['a key in place of the breaker', `breaker: ${SECRET}`],
])('not told: %s', (_, line) => {
  const loaded = load(withMore(line));
  expect(loaded.ok).toBe(false);
  expect(JSON.stringify(loaded)).not.toContain(SECRET);
});

test('a wrong value from a variable is told by the variable’s name', () => {
  const loaded = load(withMore(`gateway: { port: \${PORT} }`), { env: { PORT: '99999' } });
  const message = expect.stringMatching(/0 to 65535; found a value from PORT, which is not shown$/);
  expect(loaded).toMatchObject({ ok: false, problems: [{ line: 5, path: 'gateway.port', message }] });
});

test('the settings are printed with every secret hidden', () => {
  const keys = `apiKey: ${SECRET}, headers: { x-key: ${SECRET} }, set: { user: ${SECRET} }, systemPrompt: ${SECRET}`;
  const text = `${withProvider(keys)}clients: [{ name: app, key: ${SECRET} }]\n`;
  const printed = describeSettings(settingsOf(text));
  expect(printed).not.toContain(SECRET);
  expect(printed).toContain('firstToken: 10s');
  expect(printed).toContain('body: 32MB');
});

function put(config: Record<string, unknown>, path: string[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const inner = config[first];
  const holder = typeof inner === 'object' && inner !== null ? { ...inner } : {};
  return { ...config, [first]: put(holder, rest, value) };
}
