import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { describeSettings } from '../../server/config/describe.ts';
import { configJsonSchema } from '../../server/config/jsonSchema.ts';
import { readConfigFile } from '../../server/config/load.ts';
import { load, settingsOf, small } from './support.ts';

const path = new URL('../../recloser.example.yaml', import.meta.url).pathname;

function example(): string {
  const file = readConfigFile(path);
  if (!file.ok) throw new Error(file.problems[0]?.message);
  return file.text;
}

const env = {
  DEEPSEEK_API_KEY: 'one',
  GROQ_API_KEY: 'two',
  DASHSCOPE_API_KEY: 'three',
  CHAT_APP_KEY: 'a-client-key-four',
};

test('the example loads with its three keys in the environment', () => {
  const { providers, chains } = settingsOf(example(), { env });
  expect(providers.map(({ name, apiKey }) => [name, apiKey])).toEqual([
    ['deepseek-v3', 'one'],
    ['llama-3.3-70b', 'two'],
    ['qwen-72b', 'three'],
  ]);
  expect(chains[0]).toMatchObject({ name: 'lucy', providers: ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'] });
});

test('the example without its keys names the three of them', () => {
  const loaded = load(example());
  expect(loaded.ok ? [] : loaded.problems.map(({ message }) => message.split(' ')[3])).toEqual([
    'DEEPSEEK_API_KEY',
    'GROQ_API_KEY',
    'DASHSCOPE_API_KEY',
  ]);
});

test('the README starts it with just the keys it asks for', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const command = readme.split('\n').find((line) => line.endsWith('npm start -- --config recloser.yaml')) ?? '';
  const given = [...command.matchAll(/(\w+_API_KEY)=/g)].map(([, name]) => [name, 'given']);
  expect(settingsOf(example(), { env: Object.fromEntries(given) }).providers).toHaveLength(given.length);
});

test('the example with its comments taken off loads too', () => {
  const text = example()
    .replace(/^# clients:\n# {3}- /m, 'clients:\n  - ')
    .replaceAll(/^( *)# (\w+: .*)$/gm, '$1$2');
  const { clients, gateway, node, providers } = settingsOf(text, { env });
  expect(clients).toEqual([{ name: 'chat-app', key: 'a-client-key-four' }]);
  expect(gateway.hosts).toEqual(['gateway.example.com']);
  expect(node).toBe('a');
  expect(providers[1]?.systemPrompt).toBe('You are Lucy.');
});

/** A schema of draft 7, as far as these tests look into it. */
interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  description?: string;
  default?: unknown;
  required?: string[];
  anyOf?: Schema[];
  items?: Schema;
}

test('the JSON Schema describes every key and forbids the others', () => {
  const schema: Schema = configJsonSchema();
  const bare: string[] = [];
  const visit = (at: Schema, path: string): void => {
    for (const [key, value] of Object.entries(at.properties ?? {})) {
      if (!value.description) bare.push(`${path}.${key}`);
      visit(value, `${path}.${key}`);
    }
    if (at.properties && at.additionalProperties !== false) bare.push(`${path} takes unknown keys`);
    if (typeof at.additionalProperties === 'object') visit(at.additionalProperties, `${path}.*`);
    if (at.items) visit(at.items, `${path}[]`);
    for (const option of at.anyOf ?? []) visit(option, path);
  };
  visit(schema, '');
  expect(bare).toEqual([]);
  expect(Object.keys(schema.properties ?? {})).toHaveLength(16);
  expect(schema.properties?.breaker?.properties?.open?.default).toBe('5m');
});

test('the defaults that the JSON Schema tells are those that act', () => {
  const schema: Schema = configJsonSchema();
  const written = Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(([key]) => key !== 'providers' && key !== 'chains' && key !== 'node')
      .map(([key, value]) => [key, defaultOf(value)]),
  );
  expect(describeSettings(settingsOf(`${small}${stringify(written)}`))).toBe(describeSettings(settingsOf(small)));
});

function defaultOf(schema: Schema): unknown {
  if (!schema.properties) return schema.default;
  const entries = Object.entries(schema.properties).map(([key, value]) => [key, defaultOf(value)] as const);
  // A section that has to be given something is there only for who wants it.
  if ((schema.required ?? []).some((key) => !entries.some(([name, value]) => name === key && value !== undefined)))
    return undefined;
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
