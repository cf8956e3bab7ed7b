import { describe, expect, it } from 'vitest';
import { type ChatRequest, readRequest, upstreamBody } from '../../server/core/body.ts';

/** The body for a provider, as it reads it. */
const sentFor = (...given: Parameters<typeof upstreamBody>) => JSON.parse(upstreamBody(...given));

const messages = [{ role: 'user', content: 'Hello' }];

function read(body: unknown): ReturnType<typeof readRequest> {
  return readRequest(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
}

function request(more: object = {}): ChatRequest {
  const result = read({ model: 'lucy', messages, ...more });
  if (!result.ok) throw new Error(result.error.message);
  return result.request;
}

describe('a request body that cannot be passed on', () => {
  const refusals: [name: string, body: unknown, code: string, param: string | undefined, word: string][] = [
    ['nothing', '', 'invalid_json', undefined, 'empty'],
    ['text', 'hello', 'invalid_json', undefined, 'not JSON'],
    ['half an object', '{"model": "lucy"', 'invalid_json', undefined, 'not JSON'],
    ['a list', [], 'invalid_json', undefined, 'not an object'],
    ['null', 'null', 'invalid_json', undefined, 'not an object'],
    ['no model', { messages }, 'invalid_request', 'model', 'missing'],
    ['an empty model', { model: '', messages }, 'invalid_request', 'model', 'missing'],
    ['a model that is no text', { model: 3, messages }, 'invalid_request', 'model', 'text'],
    ['no messages', { model: 'lucy' }, 'invalid_request', 'messages', 'missing'],
    ['messages that are no list', { model: 'lucy', messages: 'Hi' }, 'invalid_request', 'messages', 'list'],
    ['no message in the list', { model: 'lucy', messages: [] }, 'invalid_request', 'messages', 'empty'],
    [
      'a message that is text',
      { model: 'lucy', messages: [...messages, 'Hi'] },
      'invalid_request',
      'messages[1]',
      'object',
    ],
    ['a stream that is text', { model: 'lucy', messages, stream: 'yes' }, 'invalid_request', 'stream', 'true or false'],
    [
      'odd stream options',
      { model: 'lucy', messages, stream_options: [] },
      'invalid_request',
      'stream_options',
      'object',
    ],
  ];
  it.each(refusals)('is %s: a sentence says so', (_name, body, code, param, word) => {
    const result = read(body);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.error).toMatchObject({ code, ...(param === undefined ? {} : { param }) });
    expect(result.error.message).toContain(word);
  });

  it('is one that is not UTF-8', () => {
    expect(readRequest(Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({ ok: false, error: { code: 'invalid_json' } });
  });

  it('is one nested so deep that writing it again would fail', () => {
    const deep = `{"model": "lucy", "messages": [{}], "deep": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(read(deep)).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  });
});

describe('what a request needs', () => {
  it('is told apart: images, tools, schema, tokens', () => {
    expect(request().facts).toMatchObject({ images: false, tools: false, jsonSchema: false, maxTokens: null });
    const picture = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }];
    expect(request({ messages: picture }).facts.images).toBe(true);
    expect(request({ tools: [{ type: 'function' }] }).facts.tools).toBe(true);
    expect(request({ tools: [] }).facts.tools).toBe(false);
    expect(request({ messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }] }).facts.tools).toBe(true);
    expect(request({ response_format: { type: 'json_schema' } }).facts.jsonSchema).toBe(true);
    expect(request({ response_format: { type: 'json_object' } }).facts.jsonSchema).toBe(false);
    expect(request({ max_tokens: 10 }).facts.maxTokens).toBe(10);
    expect(request({ max_tokens: 10, max_completion_tokens: 20 }).facts.maxTokens).toBe(20);
    expect(request({ messages: [{ role: 'user', content: 'x'.repeat(4_000) }] }).facts.promptTokens).toBeGreaterThan(
      999,
    );
  });

  it('is a stream only when it says so, with usage only when it asks', () => {
    expect(request()).toMatchObject({ stream: false, includeUsage: false });
    expect(request({ stream: null })).toMatchObject({ stream: false });
    expect(request({ stream: true, stream_options: { include_usage: true } })).toMatchObject({
      stream: true,
      includeUsage: true,
    });
  });
});

describe('the body for a provider', () => {
  const plain = { model: 'deepseek-chat', systemPrompt: null, drop: [], rename: {}, set: {} };

  it('has the name of its model, and fields we do not know as they came', () => {
    const caller = request({ mood: { a: [1] }, temperature: 0 });
    expect(sentFor(caller, plain, { stream: false })).toEqual({
      model: 'deepseek-chat',
      messages,
      mood: { a: [1] },
      temperature: 0,
      stream: false,
    });
  });

  it('asks for usage when it streams, beside what the caller asked of the stream', () => {
    const caller = request({ stream: true, stream_options: { include_usage: false, chunk_include: 1 } });
    const body = sentFor(caller, plain, { stream: true });
    expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true, chunk_include: 1 } });
  });

  it('has no stream options when it does not stream', () => {
    const caller = request({ stream: true, stream_options: { include_usage: true } });
    expect(sentFor(caller, plain, { stream: false })).not.toHaveProperty('stream_options');
  });

  it('puts the system prompt of the provider before all messages, one of the caller included', () => {
    const system = { role: 'system', content: 'Be kind.' };
    const caller = request({ messages: [system, ...messages] });
    const body = sentFor(caller, { ...plain, systemPrompt: 'You are Lucy.' }, { stream: false });
    expect(body.messages).toEqual([{ role: 'system', content: 'You are Lucy.' }, system, ...messages]);
  });

  it('drops, renames and sets, in this order', () => {
    const caller = request({ logit_bias: {}, max_tokens: 5, user: 'u', top_k: 1 });
    const provider = {
      ...plain,
      drop: ['logit_bias'],
      rename: { max_tokens: 'max_completion_tokens' },
      set: { top_k: 9 },
    };
    const body = sentFor(caller, provider, { stream: false });
    expect(body).toMatchObject({ max_completion_tokens: 5, top_k: 9, user: 'u' });
    expect(body).not.toHaveProperty('logit_bias');
    expect(body).not.toHaveProperty('max_tokens');
  });

  it('keeps the new name when the caller gave both', () => {
    const caller = request({ max_tokens: 5, max_completion_tokens: 6 });
    const body = sentFor(caller, { ...plain, rename: { max_tokens: 'max_completion_tokens' } }, { stream: false });
    expect(body).toMatchObject({ max_completion_tokens: 6 });
    expect(body).not.toHaveProperty('max_tokens');
  });

  it('can leave out stream options for a provider that refuses them, but never the model, messages or stream', () => {
    const provider = { ...plain, drop: ['stream_options', 'model', 'messages', 'stream'], set: { stream: false } };
    expect(sentFor(request({ stream: true }), provider, { stream: true })).toEqual({
      model: 'deepseek-chat',
      messages,
      stream: true,
    });
  });

  it('has every digit of numbers that JavaScript rounds, wherever they stand', () => {
    const fields = {
      seed: '9007199254740993',
      big: '1e400',
      tools:
        '[{"type":"function","function":{"parameters":{"maximum": 18446744073709551615, "a\\\\": "\\"9007199254740993,}"}}}]',
      near: '[0.1, 9007199254740991, 123456789012345.25, "9007199254740993"]',
    };
    const text = Object.entries(fields).map(([name, value]) => `"${name}":${value}`);
    const result = read(`{"model":"lucy","messages":${JSON.stringify(messages)},"seed":1,${text.join(' , ')} }`);
    if (!result.ok) throw new Error(result.error.message);
    const provider = { ...plain, rename: { seed: 'random_seed' }, set: { big: 1 } };
    const sent = upstreamBody(result.request, provider, { stream: true });
    expect(sent).toContain('"random_seed":9007199254740993');
    expect(sent).toContain(fields.tools);
    expect(JSON.parse(sent)).toMatchObject({ model: 'deepseek-chat', big: 1, near: JSON.parse(fields.near), messages });
    expect(upstreamBody(result.request, plain, { stream: false })).toContain('"big":1e400');
  });

  it('leaves the body of the caller as it is, for the next provider', () => {
    const caller = request({ stream: true, a: 1 });
    const before = structuredClone(caller.body);
    sentFor(caller, { ...plain, systemPrompt: 'x', drop: ['a'], set: { b: 2 } }, { stream: true });
    expect(caller.body).toEqual(before);
  });

  it('carries a field called __proto__ as a field and as nothing else', () => {
    const result = read('{"model": "lucy", "messages": [{}], "__proto__": {"polluted": true}}');
    if (!result.ok) throw new Error(result.error.message);
    const provider = { ...plain, rename: { b: '__proto__' } };
    const body = sentFor(result.request, provider, { stream: true });
    expect(JSON.stringify(body)).toContain('"__proto__":{"polluted":true}');
    expect(body.polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
