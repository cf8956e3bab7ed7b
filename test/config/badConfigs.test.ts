import { expect, test } from 'vitest';
import { problemsOf, small, withChain, withMore, withProvider } from './support.ts';

/** What is wrong, the text, the line it is told for, its path, a part of the message. Each config has this one problem. */
const bad: [fact: string, text: string, line: number, path: string, message: string][] = [
  ['an empty file', '', 1, '', 'the file is empty'],
  ['a file with comments only', '# nothing\n', 1, '', 'the file is empty'],
  ['text instead of a mapping', 'hello', 1, '', 'expected a mapping with keys out of: gateway'],
  ['a list instead of a mapping', '- providers', 1, '', 'found a list'],
  ['a tab as indentation', 'providers:\n\ta: 1\n', 2, '', 'use spaces'],
  ['an open quote', `${small}node: "x\n`, 6, '', 'closing quote'],
  ['an open bracket', 'chains: { a: [1, 2\n', 2, '', 'close what is open'],
  ['two documents', `${small}---\na: 1\n`, 5, '', 'more than one document'],
  ['an unknown tag', withMore('node: !secret x'), 5, '', 'tags (!name)'],
  ['an alias without anchor', withMore('node: *missing'), 5, 'node', 'anchor'],
  ['a merge key', withMore('limits:\n  <<: { requests: 5 }'), 6, 'limits', 'merge keys'],
  ['a key twice', withMore('node: x\ndrills: false\nnode: y'), 7, 'node', 'twice, first on line 5'],
  ['a provider twice', small.replace('chains:', '  a: {}\nchains:'), 3, 'providers.a', 'first on line 2'],
  ['a key called __proto__', withMore('__proto__: { drills: true }'), 5, '', 'may not be called __proto__'],
  ['a list as key', withMore('? [x]\n: y'), 5, '', 'expected a name as the key'],
  ['a variable as key', withMore(`\${NODE}: y`), 5, '', 'in a value only'],
  ['a variable that is not set', withMore(`node: \${NODE}`), 5, 'node', 'NODE is not set: set it, or write'],
  ['a variable that is empty', withMore(`node: \${EMPTY}`), 5, 'node', 'EMPTY is empty'],
  ['a variable that is not closed', withMore(`node: "\${NODE"`), 5, 'node', 'has no }'],
  ['a variable with a bad name', withMore(`node: \${no de}`), 5, 'node', 'letters, digits and _'],
  ['a variable within a default', withMore(`node: "\${A:-\${B}}"`), 5, 'node', 'no variable within the default'],
  ['an infinite number', withMore('breaker: { failures: .inf }'), 5, 'breaker.failures', 'finite number'],
  ['an unknown key at the top', withMore('brekaer: { failures: 3 }'), 5, 'brekaer', 'did you mean breaker?'],
  ['an unknown key of another case', withProvider('base_url: x'), 2, 'providers.a.base_url', 'did you mean baseUrl?'],
  ['an unknown key like no other', withMore('limits: { zzzzzz: 1 }'), 5, 'limits.zzzzzz', 'body, bodies, requests'],
  ['an unknown key of a chain', withChain('dedline: 5m'), 4, 'chains.lucy.dedline', 'did you mean deadline?'],
  [
    'an unknown key of prefill',
    withProvider('prefill: { mesage: {} }'),
    2,
    'providers.a.prefill.mesage',
    'mean message?',
  ],
  [
    'an unknown key of a client',
    withMore('clients: [{ name: x, key: yyyyyyyy, kye: z }]'),
    5,
    'clients[0].kye',
    'mean key?',
  ],
  ['no providers', 'chains:\n  lucy: { providers: [] }\nproviders: {}', 2, 'chains.lucy.providers', 'at least one'],
  ['a chain with nobody', small.replace('[a]', '[]'), 4, 'chains.lucy.providers', 'at least one provider'],
  ['no chains', small.replace(/chains:[\s\S]*/, 'chains: {}'), 3, 'chains', 'at least one entry'],
  ['no chains key', small.replace(/chains:[\s\S]*/, ''), 1, 'chains', 'this is missing'],
  ['a provider without model', small.replace(', model: m', ''), 2, 'providers.a.model', 'this is missing'],
  ['a key with no value', withMore('limits:'), 5, 'limits', 'found nothing'],
  ['a number for a model', small.replace('model: m', 'model: 4'), 2, 'providers.a.model', 'found the number 4'],
  ['a bad baseUrl', small.replace('http://', 'ftp://'), 2, 'providers.a.baseUrl', 'http or https'],
  [
    'a baseUrl with the path that is added',
    small.replace('/v1', '/v1/chat/completions'),
    2,
    'providers.a.baseUrl',
    'is added',
  ],
  ['a baseUrl with a query', small.replace('/v1', '/v1?a=b'), 2, 'providers.a.baseUrl', 'without user, query'],
  [
    'a duration without unit',
    withChain('deadline: 5000'),
    4,
    'chains.lucy.deadline',
    'found the number 5000; add the unit',
  ],
  ['a duration in words', withChain('deadline: 2 minutes'), 4, 'chains.lucy.deadline', 'found "2 minutes"'],
  ['a negative duration', withChain('deadline: -5s'), 4, 'chains.lucy.deadline', 'from 1ms to 1d'],
  [
    'a duration of nothing',
    withProvider('timeouts: { connect: 0s }'),
    2,
    'providers.a.timeouts.connect',
    'from 1ms to 1h',
  ],
  ['an endless duration', withMore('breaker: { open: 400d }'), 5, 'breaker.open', 'to 7d'],
  ['off where there is no off', withMore('breaker: { ramp: off }'), 5, 'breaker.ramp', 'found "off"'],
  ['false for off', withMore('breaker: { recheck: false }'), 5, 'breaker.recheck', 'expected off, or a duration'],
  ['a size without unit', withMore('limits: { body: 1000 }'), 5, 'limits.body', 'as in 32MB'],
  ['a rate over one', withMore('breaker: { rate: 50 }'), 5, 'breaker.rate', 'from 0 to 1'],
  [
    'a port over the top',
    withMore('control: { port: 65536 }'),
    5,
    'control.port',
    '0 to 65535; found the number 65536',
  ],
  ['a port with a fraction', withMore('control: { port: 1.5 }'), 5, 'control.port', 'a whole number'],
  ['a port in words', withMore('control: { port: http }'), 5, 'control.port', 'found "http"'],
  ['no failures', withMore('breaker: { failures: 0 }'), 5, 'breaker.failures', 'from 1 to'],
  ['a negative price', withProvider('price: { input: -1, output: 1 }'), 2, 'providers.a.price.input', 'from 0'],
  ['half a price', withProvider('price: { input: 1 }'), 2, 'providers.a.price.output', 'this is missing'],
  ['text for true', withProvider('assemble: "yes"'), 2, 'providers.a.assemble', 'true or false; found "yes"'],
  ['an unknown probe', withMore('breaker: { probe: rase }'), 5, 'breaker.probe', 'did you mean race?'],
  ['an unknown jitter', withChain('backoff: { jitter: 0.5 }'), 4, 'chains.lucy.backoff.jitter', 'equal, full, none'],
  ['an unknown rescue', withChain('rescue: [splise]'), 4, 'chains.lucy.rescue[0]', 'did you mean splice?'],
  ['an unknown hedge', withChain('hedge: p99'), 4, 'chains.lucy.hedge', 'did you mean p95?'],
  ['a rescue twice', withChain('rescue: [splice, splice]'), 4, 'chains.lucy.rescue[1]', 'twice'],
  ['dropping the messages', withProvider('drop: [messages]'), 2, 'providers.a.drop[0]', 'other than model, messages'],
  ['setting the model', withProvider('set: { model: x }'), 2, 'providers.a.set.model', 'other than model, messages'],
  ['a header of ours', withProvider('headers: { Host: x }'), 2, 'providers.a.headers.Host', 'does not set itself'],
  ['a header in two lines', withProvider('headers: { x: "a\\nb" }'), 2, 'providers.a.headers.x', 'one line'],
  ['a key in two lines', withProvider('apiKey: "a\\nb"'), 2, 'providers.a.apiKey', 'one line'],
  ['an empty key', withProvider('apiKey: ""'), 2, 'providers.a.apiKey', 'a value that is not shown'],
  ['a name with a space', small.replace('  a:', '  "a b":').replace('[a]', '[a b]'), 2, 'providers.a b', 'found "a b"'],
  ['a name with a comma', small.replace('lucy', '"a,b"'), 4, 'chains.a,b', 'callers ask for it'],
  ['a name of digits only', small.replace('lucy', '42'), 4, 'chains.42', 'at least one letter'],
  [
    'a chain that names nobody',
    small.replace('[a]', '[a, zzzzzz]'),
    4,
    'chains.lucy.providers[1]',
    'expected one of a',
  ],
  ['a provider twice in a chain', small.replace('[a]', '[a, a]'), 4, 'chains.lucy.providers[1]', 'in this chain twice'],
  [
    'a deadline too short',
    withChain('deadline: 10s'),
    4,
    'chains.lucy.deadline',
    '(10s) is not longer than the first-token',
  ],
  [
    'a clock too long',
    withProvider('timeouts: { firstToken: 2m }'),
    4,
    'chains.lucy.deadline',
    'lower timeouts.firstToken',
  ],
  [
    'backoff that shrinks',
    withChain('backoff: { initial: 9s }'),
    4,
    'chains.lucy.backoff.max',
    'shorter than the first',
  ],
  [
    'nine ghosts',
    withMore(`breaker: { ghosts: { ${[...'abcdefghi'].map((name) => `${name}: {}`).join(', ')} } }`),
    5,
    'breaker.ghosts',
    'expected at most 8 ghosts',
  ],
  [
    'nine ghosts of one provider',
    withProvider(`breaker: { ghosts: { ${[...'abcdefghi'].map((name) => `${name}: {}`).join(', ')} } }`),
    2,
    'providers.a.breaker.ghosts',
    'expected at most 8 ghosts',
  ],
  [
    'an unknown key of a ghost',
    withMore('breaker: { ghosts: { eager: { failure: 3 } } }'),
    5,
    'breaker.ghosts.eager.failure',
    'did you mean failures?',
  ],
  [
    'a ghost with ghosts',
    withMore('breaker: { ghosts: { eager: { ghosts: {} } } }'),
    5,
    'breaker.ghosts.eager.ghosts',
    'unknown key',
  ],
  [
    'a ghost with a name that is none',
    withMore('breaker: { ghosts: { "a b": { failures: 3 } } }'),
    5,
    'breaker.ghosts.a b',
    'a name of letters',
  ],
  [
    'a ghost with openMax below its open',
    withMore('breaker: { ghosts: { eager: { open: 2m, openMax: 1m } } }'),
    5,
    'breaker.ghosts.eager.openMax',
    'shorter than open (2m)',
  ],
  ['openMax below open', withMore('breaker: { openMax: 1m }'), 5, 'breaker.openMax', 'shorter than open (5m)'],
  ['a provider openMax below open', withProvider('breaker: { openMax: 1m }'), 2, 'providers.a.breaker.openMax', '(5m)'],
  ['bodies below body', withMore('limits: { bodies: 1MB }'), 5, 'limits.bodies', 'smaller than a single body'],
  ['one port for both', withMore('control: { port: 4400 }'), 5, 'control.port', 'cannot share port 4400'],
  ['an open gateway', withMore('gateway: { host: 0.0.0.0 }'), 5, 'gateway.host', 'list clients with keys'],
  ['an open control plane', withMore('control: { host: 10.0.0.1 }'), 5, 'control.host', 'set RECLOSER_TOKEN'],
  [
    'a name as a proxy',
    withMore('control: { trustProxy: [10.0.0.0/8, proxy] }'),
    5,
    'control.trustProxy[1]',
    'a network',
  ],
  ['a network too long', withMore('gateway: { trustProxy: [10.0.0.0/33] }'), 5, 'gateway.trustProxy[0]', '10.0.0.0/8'],
  ['an address as a host', withMore('gateway: { hosts: ["http://x"] }'), 5, 'gateway.hosts[0]', 'without scheme'],
  ['PostgreSQL', withMore('database: postgres://u:secret@h/d'), 5, 'database', 'not supported yet'],
  ['another database', withMore('database: mysql://h/d'), 5, 'database', 'without a scheme'],
  [
    'a client twice',
    withMore('clients: [{ name: x, key: kkkkkkkk }, { name: x, key: llllllll }]'),
    5,
    'clients[1].name',
    'clients[0]',
  ],
  ['a key that is guessed', withMore('clients: [{ name: x, key: abcdefg }]'), 5, 'clients[0].key', 'at least 8'],
  [
    'a key twice',
    withMore('clients: [{ name: x, key: kkkkkkkk }, { name: y, key: kkkkkkkk }]'),
    5,
    'clients[1].key',
    'clients[0]',
  ],
  [
    'a key and its predecessor',
    withMore('clients: [{ name: x, key: kkkkkkkk, previousKey: kkkkkkkk }]'),
    5,
    'clients[0].previousKey',
    'leave it out',
  ],
  [
    "another's old key",
    withMore('clients: [{ name: x, key: kkkkkkkk, previousKey: llllllll }, { name: y, key: llllllll }]'),
    5,
    'clients[1].key',
    'clients[0]',
  ],
  [
    'a chain of a client',
    withMore('clients: [{ name: x, key: kkkkkkkk, chains: [lucu] }]'),
    5,
    'clients[0].chains[0]',
    'did you mean lucy?',
  ],
  [
    'no chain of a client',
    withMore('clients: [{ name: x, key: kkkkkkkk, chains: [] }]'),
    5,
    'clients[0].chains',
    'at least one chain',
  ],
  ['a client without key', withMore('clients: [{ name: x }]'), 5, 'clients[0].key', 'this is missing'],
  [
    'a limit by the day over rows kept for less',
    withMore('retention: { requests: 23h }\nclients: [{ name: x, key: kkkkkkkk, limits: { dollarsPerDay: 5 } }]'),
    5,
    'retention.requests',
    'clients[0] has spent today',
  ],
  ['retention in days without unit', withMore('retention: { requests: 14 }'), 5, 'retention.requests', '14d'],
];

test.each(bad)('refused with its line: %s', (_, text, line, path, message) => {
  const problems = problemsOf(text, { env: { EMPTY: '' } });
  expect(problems).toContainEqual(expect.objectContaining({ line, path, message: expect.stringContaining(message) }));
});

test('all problems come at once, in the order of the file', () => {
  const text = `gateway: { port: x }
providers:
  deepseek: { baseUrl: http://h/v1, model: m, apiKey: \${NOPE}, timeouts: { idle: 5 } }
  "b c": { baseUrl: http://h/v1 }
chains:
  lucy: { providers: [deepseeq, deepseek, deepseek], dedline: 3s }
breaker: { probe: x, openMax: 1s }
`;
  const problems = problemsOf(text, { env: { RECLOSER_CONTROL_PORT: 'y' } });
  expect(problems.map(({ line, path }) => `${line} ${path}`)).toEqual([
    'null RECLOSER_CONTROL_PORT',
    '1 gateway.port',
    '3 providers.deepseek.apiKey',
    '3 providers.deepseek.timeouts.idle',
    '4 providers.b c',
    '4 providers.b c.model',
    '6 chains.lucy.providers[0]',
    '6 chains.lucy.providers[2]',
    '6 chains.lucy.dedline',
    '7 breaker.probe',
    '7 breaker.openMax',
  ]);
});

test('a value that is missing for want of a variable is told once', () => {
  expect(problemsOf(withProvider(`apiKey: \${NOPE}`))).toHaveLength(1);
});

test('columns point at the key', () => {
  expect(problemsOf(withMore('breaker: { failures: 3, rate: 5 }'))).toMatchObject([{ line: 5, column: 25 }]);
});

test('thousands of problems are told as a hundred and a number', () => {
  const keys = Array.from({ length: 3_000 }, (_, index) => `x${index}: 1`).join('\n');
  const problems = problemsOf(withMore(keys));
  expect(problems).toHaveLength(101);
  expect(problems.at(-1)?.message).toContain('2900 more');
});

test('more than a hundred aliases are too many', () => {
  const text = (count: number) => withProvider(`set: { stop: [&a x, ${'*a, '.repeat(count)}] }`);
  expect(problemsOf(text(100))).toEqual([]);
  expect(problemsOf(text(101))[0]?.message).toContain('more than 100 aliases');
});

test('aliases that multiply, or hold themselves, are refused', () => {
  const rows = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (let index = 1; index < 9; index++)
    rows.push(`b${index}: &${'abcdefghij'[index]} [${`*${'abcdefghij'[index - 1]}, `.repeat(9)}]`);
  expect(problemsOf(rows.join('\n'))[0]?.message).toMatch(/more than \d+ (aliases|values)/);
  expect(problemsOf('a: &a { b: *a }')[0]?.message).toContain('deeper than');
});
