import { describe, expect, it } from 'vitest';
import { isChunk, readChunk } from '../../server/core/chunk.ts';

const chunk = (delta: object, more: object = {}): object => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});

describe('content', () => {
  const content: [name: string, json: object, characters: number][] = [
    ['text', chunk({ content: 'Hello' }), 5],
    ['a space', chunk({ content: ' ' }), 1],
    ['reasoning of DeepSeek', chunk({ content: null, reasoning_content: 'Hm' }), 2],
    ['reasoning of Groq', chunk({ reasoning: 'Hm' }), 2],
    [
      'reasoning of OpenRouter',
      chunk({ content: '', reasoning_details: [{ type: 'reasoning.text', text: 'Hmm' }] }),
      3,
    ],
    ['a refusal', chunk({ refusal: 'No' }), 2],
    ['a tool call begun', chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'look', arguments: '' } }] }), 4],
    ['arguments of a tool call', chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }), 4],
    ['a function call of old', chunk({ function_call: { name: 'f', arguments: '{}' } }), 3],
    ['content as a list of parts', chunk({ content: [{ type: 'text', text: 'abc' }] }), 3],
    ['an image', chunk({ content: '', images: [{ type: 'image_url', image_url: { url: 'data:,' } }] }), 0],
    ['audio', chunk({ audio: { id: 'a', data: 'AAAA' } }), 0],
    ['a whole message', { choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }] }, 2],
    ['the second choice', { choices: [{ index: 1, delta: { content: 'x' } }] }, 1],
  ];
  it.each(content)('is %s', (_name, json, characters) => {
    expect(readChunk(json)).toMatchObject({ content: true, characters });
  });

  const none: [name: string, json: unknown][] = [
    ['a role alone', chunk({ role: 'assistant', content: '' })],
    ['a role with nulls', chunk({ role: 'assistant', content: null, refusal: null, reasoning_content: null })],
    ['an empty list of tool calls', chunk({ content: '', tool_calls: [] })],
    ['an end', chunk({}, { finish_reason: 'stop' })],
    ['usage', { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }],
    ['what Azure says of the prompt', { choices: [], prompt_filter_results: [{}] }],
    ['no object', 'x'],
    ['choices that are none', { choices: [null, 3] }],
  ];
  it.each(none)('is not %s', (_name, json) => {
    expect(readChunk(json)).toMatchObject({ content: false, characters: 0 });
  });

  it('ends with a finish reason, which is no content of its own', () => {
    expect(readChunk(chunk({}, { finish_reason: 'tool_calls' })).finished).toBe(true);
    expect(readChunk(chunk({ content: 'x' })).finished).toBe(false);
  });
});

describe('usage', () => {
  const usages: [name: string, json: object, usage: object | null][] = [
    [
      'OpenAI, cached tokens',
      { usage: { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 4 } } },
      { promptTokens: 10, cachedTokens: 4, completionTokens: 5, estimated: false },
    ],
    [
      'DeepSeek, cached tokens',
      { usage: { prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 2 } },
      { promptTokens: 10, cachedTokens: 8, completionTokens: 5, estimated: false },
    ],
    [
      'Groq, in a field of its own',
      { x_groq: { id: 'r', usage: { prompt_tokens: 3, completion_tokens: 1 } } },
      { promptTokens: 3, cachedTokens: 0, completionTokens: 1, estimated: false },
    ],
    [
      'more cached than there were',
      { usage: { prompt_tokens: 3, completion_tokens: 1, prompt_cache_hit_tokens: 9 } },
      { promptTokens: 3, cachedTokens: 3, completionTokens: 1, estimated: false },
    ],
    ['null', { usage: null }, null],
    ['an empty object', { usage: {} }, null],
    ['nonsense', { usage: { prompt_tokens: 'many', completion_tokens: -1 } }, null],
  ];
  it.each(usages)('is read from %s', (_name, json, usage) => {
    expect(readChunk({ choices: [], ...json }).usage).toEqual(usage);
  });

  it('alone makes a chunk that callers did not ask for; beside a choice it does not', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1 };
    expect(readChunk({ choices: [], usage }).usageOnly).toBe(true);
    expect(readChunk({ usage }).usageOnly).toBe(true);
    expect(readChunk({ ...chunk({ content: 'x' }), usage }).usageOnly).toBe(false);
    expect(readChunk({ choices: [], usage: null }).usageOnly).toBe(false);
  });
});

describe('an error inside', () => {
  const errors: [name: string, json: object, error: unknown][] = [
    ['an object', { error: { message: 'x', code: 502 } }, { message: 'x', code: 502 }],
    ['a sentence', { error: 'overloaded', error_type: 'overloaded' }, { message: 'overloaded', type: 'overloaded' }],
    ['the whole body', { object: 'error', message: 'x', code: 400 }, { object: 'error', message: 'x', code: 400 }],
    ['beside a choice', { ...chunk({}, { finish_reason: 'error' }), error: { code: 502 } }, { code: 502 }],
    ['within a choice', chunk({}, { finish_reason: 'error', error: { code: 502 } }), { code: 502 }],
    ['Groq', { x_groq: { error: 'over_capacity' }, choices: [] }, { message: 'over_capacity' }],
  ];
  it.each(errors)('is found as %s', (_name, json, error) => {
    expect(readChunk(json).error).toEqual(error);
    expect(isChunk(json)).toBe(true);
  });

  it('is found in a choice that ends with nothing but the word', () => {
    expect(readChunk(chunk({}, { finish_reason: 'error' })).error).toBeDefined();
  });

  it('is not an error that is null or empty', () => {
    for (const error of [null, undefined, '', false]) expect(readChunk({ ...chunk({}), error }).error).toBeUndefined();
  });
});

describe('what is a chunk', () => {
  it('has choices, usage or its name', () => {
    expect(isChunk({ choices: [] })).toBe(true);
    expect(isChunk({ usage: {} })).toBe(true);
    expect(isChunk({ object: 'chat.completion.chunk' })).toBe(true);
  });

  it('is no other JSON', () => {
    for (const json of [null, 1, 'x', [], {}, { ping: 1 }, { choices: 'x' }]) expect(isChunk(json)).toBe(false);
  });

  it('is nothing nested beyond reason', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    expect(isChunk({ choices: [], deep })).toBe(false);
  });
});
