import { expect, test } from 'vitest';
import { problemsOf, withMore, withProvider } from './support.ts';

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
