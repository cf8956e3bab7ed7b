import { expect, test } from 'vitest';
import { describeSettings } from '../../server/config/describe.ts';
import type { ProviderSettings } from '../../server/core/settings.ts';
import { problemsOf, settingsOf, small, withProvider } from './support.ts';

const beta = { message: { prefix: true }, body: {}, baseUrl: 'https://api.deepseek.com/beta' };

function provider(baseUrl: string, more = ''): ProviderSettings | undefined {
  const text = more === '' ? small : withProvider(more);
  return settingsOf(text.replace('http://127.0.0.1:1/v1', baseUrl)).providers[0];
}

test('a dialect is known by the host of a public vendor, and is openai elsewhere', () => {
  expect(provider('https://api.groq.com/openai/v1')?.dialect).toBe('groq');
  expect(provider('http://127.0.0.1:8000/v1')?.dialect).toBe('openai');
});

test('a dialect that is named goes over the host', () => {
  expect(provider('https://proxy.example.com/v1', 'dialect: mistral')?.dialect).toBe('mistral');
  expect(provider('https://api.groq.com/openai/v1', 'dialect: vllm')?.dialect).toBe('vllm');
});

test('a dialect that there is not is a problem that lists those there are', () => {
  const [problem] = problemsOf(withProvider('dialect: klingon'));
  expect(problem?.message).toContain('deepseek');
  expect(problem?.message).toContain('ollama');
});

test('a begun answer is handed over as the vendor documents it, unless the config says otherwise', () => {
  expect(provider('https://api.deepseek.com/v1')?.prefill).toEqual(beta);
  expect(provider('https://api.deepseek.com/v1', 'prefill: none')?.prefill).toBeNull();
  expect(provider('https://api.deepseek.com/v1', 'prefill: trailing')?.prefill).toMatchObject({
    message: {},
    body: {},
  });
  expect(provider('https://api.openai.com/v1')?.prefill).toBeNull();
});

test('a key is sent to no vendor that its provider is not at', () => {
  expect(provider('https://proxy.example.com/v1', 'dialect: deepseek')?.prefill).toBeNull();
});

test('the dialect is shown with the settings', () => {
  expect(describeSettings(settingsOf(withProvider('dialect: azure')))).toContain('dialect: azure');
});
