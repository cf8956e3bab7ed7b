import { expect, test } from 'vitest';
import { settingsOf } from './support.ts';

const text = `providers:
  a:
    baseUrl: https://example.com/v1
    apiKey: \${A_KEY}
    model: m
    concurrency: \${A_ROOM}
    headers: { x-token: in-a-header }
    systemPrompt: Be Lucy, in secret.
    breaker: { failures: 7 }
chains:
  lucy: { providers: [a] }
breaker: { failures: 4, open: 2m, ghosts: { eager: { failures: 2 } } }
`;
const settings = settingsOf(text, { env: { A_KEY: 'sk-very-secret', A_ROOM: '12' } }).effective?.a ?? [];
const of = (key: string) => settings.find((setting) => setting.key === key);

test.each([
  ['breaker.failures', '7', 'provider', 'line 9'],
  ['breaker.open', '2m', 'breaker', 'line 12'],
  ['breaker.timeouts', '3', 'default', null],
  ['breaker.ghosts.eager.failures', '2', 'breaker', 'line 12'],
  ['concurrency', '12', 'environment', 'A_ROOM'],
  ['apiKey', '(hidden)', 'environment', 'A_KEY'],
  ['baseUrl', 'https://example.com/v1', 'provider', 'line 3'],
  ['timeouts.connect', '3s', 'default', null],
  ['headers.x-token', '(hidden)', 'provider', 'line 7'],
])('%s is %s, from %s, %s', (key, value, from, where) => {
  expect(of(key)).toEqual({ key, value, from, where });
});

test('what a ghost does not say is not listed, and no secret is', () => {
  expect(of('breaker.ghosts.eager.timeouts')).toBeUndefined();
  expect(JSON.stringify(settings)).not.toMatch(/secret|in-a-header|Lucy/);
});
