import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { BODY_BYTES_MAX } from '../../server/simulator/provider.ts';
import type { ProviderOptions } from '../../server/simulator/simulator.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { eventsOf, rawCall } from '../support/rawCall.ts';
import { startSimulator } from '../support/simulator.ts';

const question = { model: 'm', messages: [{ role: 'user', content: 'How do I plan a garden?' }] };
const tools = [
  {
    type: 'function',
    function: {
      name: 'weather',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['celsius', 'kelvin'] } },
      },
    },
  },
];

async function start(options: Partial<ProviderOptions> = {}) {
  const clock = new FakeClock();
  const providers = [{ name: 'one', model: 'm', ...options }];
  const simulator = await startSimulator({ clock, providers });
  const url = simulator.url('one');
  const ask = async (body: unknown, headers: Record<string, string> = {}) => {
    const call = rawCall({ url: `${url}/chat/completions`, body, headers });
    await call.closed;
    return call;
  };
  const json = async (body: unknown, headers: Record<string, string> = {}) =>
    JSON.parse((await ask(body, headers)).text);
  return { clock, simulator, url, ask, json };
}

/** What a stream says, joined. */
function contentOf(events: unknown[]): string {
  const text = JSON.stringify(events);
  return [...text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g)].map(([, piece]) => JSON.parse(piece ?? '""')).join('');
}

describe('a good answer', () => {
  it('is the same text streamed and plain, the same each time, and another one for another prompt', async () => {
    const { ask, json } = await start();
    const plain = await json(question);
    expect(plain).toMatchObject({ object: 'chat.completion', model: 'm', choices: [{ finish_reason: 'stop' }] });
    const { content } = plain.choices[0].message;
    expect(content.split(' ')).toHaveLength(24);
    const events = eventsOf((await ask({ ...question, stream: true })).text);
    expect(contentOf(events)).toBe(content);
    expect(events.at(-1)).toBe('[DONE]');
    const other = await json({ ...question, messages: [{ role: 'user', content: 'Which tea is best in winter?' }] });
    expect(other.choices[0].message.content).not.toBe(content);
  });

  it('differs between providers, and is the same where they share a voice', async () => {
    const providers = [
      { name: 'a', model: 'm' },
      { name: 'b', model: 'm' },
      { name: 'c', model: 'm', voice: 'a' },
    ];
    const simulator = await startSimulator({ providers });
    const texts: string[] = [];
    for (const { name } of providers) {
      const call = rawCall({ url: `${simulator.url(name)}/chat/completions`, body: question });
      await call.closed;
      texts.push(JSON.parse(call.text).choices[0].message.content);
    }
    expect(texts[0]).not.toBe(texts[1]);
    expect(texts[0]).toBe(texts[2]);
  });

  it('counts its tokens, and those from the cache', async () => {
    const { json } = await start({ cachedShare: 0.5, latency: { tokens: 30 } });
    const { usage } = await json({ ...question, messages: [{ role: 'user', content: 'x'.repeat(388) }] });
    expect(usage).toEqual({
      prompt_tokens: 100,
      completion_tokens: 30,
      total_tokens: 130,
      prompt_tokens_details: { cached_tokens: 50 },
    });
  });

  it('a stream tells its usage only to those who ask, in a chunk without choices before [DONE]', async () => {
    const { ask } = await start();
    const without = eventsOf((await ask({ ...question, stream: true })).text);
    expect(JSON.stringify(without)).not.toContain('usage');
    const asked = eventsOf((await ask({ ...question, stream: true, stream_options: { include_usage: true } })).text);
    expect(asked.at(-2)).toMatchObject({ choices: [], usage: { completion_tokens: 24 } });
    expect(asked[1]).toMatchObject({ usage: null });
  });

  it('stops at max_tokens and says so', async () => {
    const { json } = await start();
    expect(await json({ ...question, max_tokens: 1 })).toMatchObject({
      choices: [{ message: { content: 'This' }, finish_reason: 'length' }],
      usage: { completion_tokens: 1 },
    });
  });

  it('goes on with a begun answer where that one stopped', async () => {
    const { json } = await start();
    const whole = (await json(question)).choices[0].message.content;
    const words = whole.split(' ');
    for (const begun of [words.slice(0, 9).join(' '), `${words.slice(0, 9).join(' ')} `]) {
      const more = await json({ ...question, messages: [...question.messages, { role: 'assistant', content: begun }] });
      expect(begun + more.choices[0].message.content).toBe(whole);
    }
  });

  it('n gives as many choices, each its own', async () => {
    const { json, ask } = await start();
    const { choices } = await json({ ...question, n: 3 });
    expect(new Set(choices.map((choice: { message: { content: string } }) => choice.message.content)).size).toBe(3);
    const events = eventsOf((await ask({ ...question, n: 3, stream: true })).text);
    expect(JSON.stringify(events).match(/"finish_reason":"stop"/g)).toHaveLength(3);
  });

  it('shows unknown fields back only when the header asks for it', async () => {
    const { json } = await start();
    const body = { ...question, temperature: 0.2, safety: { level: 3 } };
    expect((await json(body)).x_echo).toBeUndefined();
    const shown = await json(body, { 'x-simulator-echo': '1' });
    expect(shown.x_echo).toEqual({ temperature: 0.2, safety: { level: 3 } });
  });

  it('reasoning comes before content; a refusal has a field of its own', async () => {
    const { simulator, ask } = await start({ fault: 'reasoning' });
    const text = (await ask({ ...question, stream: true })).text;
    expect(text.indexOf('reasoning_content')).toBeLessThan(text.indexOf('"content":"This"'));
    await simulator.setFault('one', 'refusal');
    const { message } = JSON.parse((await ask(question)).text).choices[0];
    expect(message).toMatchObject({ content: null, refusal: 'I am sorry, but I will not do that.' });
  });
});

describe('tools', () => {
  it.each([
    ['required', { tool_choice: 'required' }],
    ['named', { tool_choice: { type: 'function', function: { name: 'weather' } } }],
    ['asked for in words', { messages: [{ role: 'user', content: 'Please call the tool.' }] }],
  ])('%s: one is called with arguments that fit its schema', async (_, more) => {
    const { json, ask } = await start();
    const { choices } = await json({ ...question, tools, ...more });
    expect(choices[0].finish_reason).toBe('tool_calls');
    const [call] = choices[0].message.tool_calls;
    expect(call.function.name).toBe('weather');
    const given = JSON.parse(call.function.arguments);
    expect(given).toEqual({ city: expect.any(String), days: expect.any(Number), unit: 'celsius' });
    const stream = (await ask({ ...question, tools, ...more, stream: true })).text;
    const pieces = [...stream.matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g)].map(([, piece]) => JSON.parse(piece ?? ''));
    expect(JSON.parse(pieces.join(''))).toEqual(given);
  });

  it('are left alone when the caller does not ask, or says none', async () => {
    const { json } = await start();
    for (const more of [{}, { tool_choice: 'none', messages: [{ role: 'user', content: 'call it' }] }]) {
      expect((await json({ ...question, tools, ...more })).choices[0].finish_reason).toBe('stop');
    }
  });
});

describe('a request that cannot be answered', () => {
  it.each([
    ['not JSON', 'hello', 400, 'could not parse'],
    ['no messages', { model: 'm' }, 400, "Missing required parameter: 'messages'"],
    ['another model', { ...question, model: 'x' }, 404, 'model_not_found'],
  ])('%s', async (_, body, status, words) => {
    const { ask } = await start();
    const call = await ask(body);
    expect(call.status).toBe(status);
    expect(call.text).toContain(words);
  });

  it('a body over the bound is a 413, whether it says its size first or not', async () => {
    const { url } = await start();
    const endless = `${(BODY_BYTES_MAX + 1).toString(16)}\r\n${'x'.repeat(BODY_BYTES_MAX + 1)}`;
    const calls = [
      rawCall({
        url: `${url}/chat/completions`,
        body: '{}',
        headers: { 'content-length': String(BODY_BYTES_MAX + 1) },
      }),
      rawCall({ url: `${url}/chat/completions`, body: endless, headers: { 'transfer-encoding': 'chunked' } }),
    ];
    for (const call of calls) {
      await call.until(() => call.whole);
      expect(call.status).toBe(413);
      expect(call.text).toContain(`larger than ${BODY_BYTES_MAX} bytes`);
    }
  });

  it('a wrong key is a 401 where a key is set', async () => {
    const { ask } = await start({ apiKey: 'right' });
    expect((await ask(question)).status).toBe(401);
    expect((await ask(question, { authorization: 'Bearer right' })).status).toBe(200);
  });

  it('GET /v1/models lists the model; an unknown address is a 404', async () => {
    const { url } = await start();
    const models = rawCall({ url: `${url}/models`, body: '', method: 'GET' });
    await models.closed;
    expect(JSON.parse(models.text)).toMatchObject({ object: 'list', data: [{ id: 'm', owned_by: 'one' }] });
    const other = rawCall({ url: `${url}/embeddings`, body: {} });
    await other.closed;
    expect(other.status).toBe(404);
  });
});

describe('the official client', () => {
  it('reads plain answers, streams, tool calls and errors', async () => {
    const { simulator, url } = await start();
    const client = new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Please call the tool.' }];
    const plain = await client.chat.completions.create({ model: 'm', messages });
    const stream = client.chat.completions.stream({ model: 'm', messages, stream_options: { include_usage: true } });
    expect(await stream.finalContent()).toBe(plain.choices[0]?.message.content);
    expect(await stream.totalUsage()).toMatchObject({ completion_tokens: 24 });
    const called = client.chat.completions.stream({
      model: 'm',
      messages,
      tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }],
    });
    expect((await called.finalMessage()).tool_calls).toMatchObject([
      { function: { name: 'weather', arguments: '{}' } },
    ]);
    await simulator.setFault('one', '429');
    await expect(client.chat.completions.create({ model: 'm', messages })).rejects.toBeInstanceOf(
      OpenAI.RateLimitError,
    );
  });
});

describe('pace', () => {
  it('a stream waits its delay and its gaps on the given clock', async () => {
    const { clock, url, simulator } = await start({ fault: 'ok/delay=250ms/tokens=3/gap=20ms' });
    const call = rawCall({ url: `${url}/chat/completions`, body: { ...question, stream: true } });
    const timer = async () => {
      while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
    };
    await simulator.until((calls) => calls.length === 1);
    await timer();
    clock.advance(249);
    expect(call.status).toBeNull();
    clock.advance(1);
    for (const tokens of [1, 2, 3]) {
      await call.until(() => eventsOf(call.text.slice(0, call.text.lastIndexOf('\n\n') + 2)).length >= 1 + tokens);
      expect(simulator.log[0]?.tokensSent).toBe(tokens);
      if (tokens === 3) break;
      await timer();
      clock.advance(20);
    }
    await call.closed;
    expect(call.whole).toBe(true);
  });

  it('a plain answer comes after all of it was thought of', async () => {
    const { clock, url } = await start({ fault: 'ok/delay=1s/tokens=30/gap=1s' });
    const call = rawCall({ url: `${url}/chat/completions`, body: question });
    const waits = [1_000, 29_000];
    for (const ms of waits) {
      while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(call.status).toBeNull();
      clock.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await call.closed;
    expect(call.whole).toBe(true);
  });
});

describe('a fault that a call brings along', () => {
  it('is met by that call alone, whatever the provider was told', async () => {
    const { simulator, ask } = await start();
    await simulator.setFault('one', '503');
    expect((await ask(question, { 'x-simulator-fault': 'ok' })).status).toBe(200);
    expect((await ask(question, { 'x-simulator-fault': '429/retry-after=2' })).headers['retry-after']).toBe('2');
    expect((await ask(question)).status).toBe(503);
  });

  it.each([['oops'], ['flap:503']])('%s is refused with a sentence', async (fault) => {
    const { ask, simulator } = await start();
    const call = await ask(question, { 'x-simulator-fault': fault });
    expect(call.status).toBe(400);
    expect(call.text).toContain(fault === 'oops' ? 'multibyte-cut' : 'a plan for many calls');
    expect(simulator.log).toHaveLength(0);
  });

  it('is answered as any model, where it may be', async () => {
    const { json } = await start({ anyModel: true });
    expect(await json({ ...question, model: 'other' })).toMatchObject({ model: 'other' });
  });
});
