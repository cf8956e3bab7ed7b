import OpenAI, {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
} from 'openai';
import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import {
  event,
  fails,
  openStream,
  resets,
  role,
  silent,
  startUpstream,
  stop,
  streams,
  text,
} from '../support/upstream.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];

/** A chain of three, and the unchanged client before it. */
async function start(settings = {}) {
  const [a, b, c] = [
    await startUpstream(streams('from a')),
    await startUpstream(streams('from b')),
    await startUpstream(streams('from c')),
  ];
  const gateway = await startGateway({
    providers: { a: { url: a.url }, b: { url: b.url }, c: { url: c.url } },
    settings,
  });
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'key-of-app' });
  return { a, b, c, client, gateway };
}

async function textOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += chunk.choices[0]?.delta.content ?? '';
  return all;
}

describe('the official client', () => {
  test('is answered with all, two, one and none of three providers healthy', async () => {
    const { a, b, c, client } = await start();
    for (const [broken, said] of [
      [null, 'from a'],
      [a, 'from b'],
      [b, 'from c'],
    ] as const) {
      if (broken) broken.script = fails(503);
      const plain = await client.chat.completions.create({ model: 'lucy', messages });
      expect(plain.choices[0]?.message.content).toBe(said);
      expect(await textOf(await client.chat.completions.create({ model: 'lucy', messages, stream: true }))).toBe(said);
    }
    c.script = resets;
    const calls = () => a.calls.length + b.calls.length + c.calls.length;
    const before = calls();
    const failed = client.chat.completions.create({ model: 'lucy', messages });
    await expect(failed).rejects.toBeInstanceOf(InternalServerError);
    await expect(failed).rejects.toMatchObject({ status: 503, code: 'no_provider_available' });
    // It did not try again by itself: one call a provider, and c's again, whose kept connection broke under it.
    expect(calls() - before).toBe(4);
  });

  test('gets tool calls whole, plain and streamed, and its tools and images go through', async () => {
    const { a, client } = await start();
    const call = (index: number, part: object) => ({
      id: 'x',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta: { tool_calls: [{ index, ...part }] }, finish_reason: null }],
    });
    a.script = (response) => {
      openStream(response);
      const parts = [
        role(),
        call(0, { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
        call(0, { function: { arguments: '{"city":' } }),
        call(0, { function: { arguments: '"Bern"}' } }),
        stop('tool_calls'),
        '[DONE]',
      ];
      response.end(parts.map(event).join(''));
    };
    const tools = [
      { type: 'function' as const, function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
    ];
    const content = [
      { type: 'text' as const, text: 'where is this?' },
      { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AAAA' } },
    ];
    const request = { model: 'lucy', messages: [{ role: 'user' as const, content }], tools };
    const plain = await client.chat.completions.create(request);
    expect(plain.choices[0]?.message.tool_calls).toEqual([
      { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
    ]);
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { arguments: '{"city":"Bern"}' } });
    expect(a.calls[0]?.body).toMatchObject({ tools, messages: request.messages });
  });

  test('that aborts a stream frees the provider', async () => {
    const { a, client, gateway } = await start();
    a.script = (response) => {
      openStream(response);
      response.write(event(text('half ')));
    };
    const stream = await client.chat.completions.create({ model: 'lucy', messages, stream: true });
    for await (const _chunk of stream) stream.controller.abort();
    await (await a.called(1)).closed;
    expect((await gateway.recorded(1)).outcome).toBe('cancelled');
  });

  test('that aborts while it waits frees the provider', async () => {
    const { a, client, gateway } = await start();
    a.script = silent;
    const controller = new AbortController();
    const asking = client.chat.completions.create({ model: 'lucy', messages }, { signal: controller.signal });
    const call = await a.called(1);
    controller.abort();
    await expect(asking).rejects.toBeInstanceOf(APIUserAbortError);
    await call.closed;
    expect((await gateway.recorded(1)).outcome).toBe('cancelled');
  });

  test('sees a broken stream as an error, not as an end', async () => {
    const { a, client } = await start();
    a.script = (response) => {
      openStream(response);
      response.end(event(text('half ')));
    };
    const stream = await client.chat.completions.create({ model: 'lucy', messages, stream: true });
    await expect(textOf(stream)).rejects.toThrow(/broke off/);
  });

  test('sees errors as its own classes', async () => {
    const { a, client } = await start();
    await expect(client.chat.completions.create({ model: 'gpt', messages })).rejects.toBeInstanceOf(NotFoundError);
    await expect(client.chat.completions.create({ model: 'lucy', messages: [] })).rejects.toBeInstanceOf(
      BadRequestError,
    );
    a.script = fails(400, { message: 'bad value', type: 'invalid_request_error', param: 'temperature' });
    const refused = client.chat.completions.create({ model: 'lucy', messages });
    await expect(refused).rejects.toBeInstanceOf(BadRequestError);
    await expect(refused).rejects.toMatchObject({ param: 'temperature' });
    const guarded = await start({ clients: [{ name: 'app', key: 'another' }] });
    await expect(guarded.client.models.list()).rejects.toBeInstanceOf(AuthenticationError);
  });

  test('lists the chains as models', async () => {
    const { client } = await start();
    const models = await client.models.list();
    expect(models.data.map((model) => model.id)).toEqual(['lucy']);
    expect((await client.models.retrieve('lucy')).id).toBe('lucy');
  });
});
