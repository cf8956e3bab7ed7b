import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import {
  answers,
  event,
  openStream,
  role,
  startUpstream,
  stop,
  streamOf,
  streams,
  text,
  usage,
} from '../support/upstream.ts';

describe('a healthy provider', () => {
  test('a plain request is answered whole, by a provider that was asked for a stream', async () => {
    const upstream = await startUpstream(streams('hello there'));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      object: 'chat.completion',
      model: 'real-model',
      choices: [{ message: { role: 'assistant', content: 'hello there' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 5 },
    });
    expect(upstream.calls[0]?.body).toMatchObject({
      model: 'a-upstream',
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('a streamed request is relayed as it came, with [DONE] at its end', async () => {
    const upstream = await startUpstream(streams('hello there'));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    const answer = await ask({ stream: true });
    expect(answer.events).toEqual([role(), text('hello '), text('there'), stop(), '[DONE]']);
  });

  test('every answer says who gave it', async () => {
    const upstream = await startUpstream();
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    for (const stream of [true, false]) {
      const { headers } = await ask({ stream });
      expect(headers.get('x-recloser-provider')).toBe('a');
      expect(headers.get('x-recloser-trail')).toBe('a=ok');
      expect(headers.get('x-recloser-request-id')).toMatch(/^id-/);
    }
  });

  test.each([
    ['audio', { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }],
    ['images', { modalities: ['image', 'text'] }],
  ])('%s, which may not come as a stream, is asked for plainly by who asked plainly', async (_name, body) => {
    const upstream = await startUpstream(answers('hello'));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    expect((await ask(body)).json).toMatchObject({ choices: [{ message: { content: 'hello' } }] });
    expect(upstream.calls[0]?.body).toMatchObject({ ...body, stream: false });
    upstream.script = streams('hello');
    await ask({ ...body, stream: true });
    expect(upstream.calls[1]?.body).toMatchObject({ ...body, stream: true });
  });

  test.each([true, false])('what a vendor never streams is asked for plainly (stream: %s)', async (stream) => {
    const upstream = await startUpstream(answers('{}'));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url, dialect: 'groq' } } });
    const answer = await ask({ stream, response_format: { type: 'json_schema', json_schema: { schema: {} } } });
    expect(upstream.calls[0]?.body.stream).toBe(false);
    expect(upstream.calls[0]?.body.stream_options).toBeUndefined();
    if (stream) expect(answer.events.at(-1)).toBe('[DONE]');
    else expect(answer.json.choices?.[0]?.message?.content).toBe('{}');
  });

  test('with assemble off, a plain request is asked plainly and comes back as it is', async () => {
    const upstream = await startUpstream(answers('hello', { system_fingerprint: 'fp', odd: { x: 1 } }));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url, assemble: false } } });
    const answer = await ask({ odd_parameter: [1, { two: 3 }] });
    expect(answer.json).toMatchObject({
      choices: [{ message: { content: 'hello' } }],
      system_fingerprint: 'fp',
      odd: { x: 1 },
    });
    expect(upstream.calls[0]?.body).toMatchObject({ stream: false, odd_parameter: [1, { two: 3 }] });
  });

  test('an answer that comes whole goes to its caller letter by letter', async () => {
    const sent = JSON.stringify({
      choices: [{ index: 0, message: { role: 'assistant', content: 'é' }, finish_reason: 'stop' }],
    });
    const asSent = `\n${sent.replace('"index":0', '"index": 0e0, "seed": 12345678901234567890')}\n`;
    const upstream = await startUpstream((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(asSent);
    });
    const { ask } = await startGateway({ providers: { a: { url: upstream.url, assemble: false } } });
    const answer = await ask();
    expect(answer.text).toBe(asSent.trimStart());
  });

  test("the provider's key goes up and the caller's own does not", async () => {
    const upstream = await startUpstream();
    const { ask } = await startGateway({ providers: { a: { url: upstream.url, headers: { 'X-Extra': 'value' } } } });
    await ask({}, { authorization: 'Bearer caller', cookie: 'caller', 'openai-organization': 'caller' });
    const headers = upstream.calls[0]?.headers ?? {};
    expect(headers.authorization).toBe('Bearer sk-secret-of-a');
    expect(headers['x-extra']).toBe('value');
    expect(JSON.stringify(headers)).not.toContain('caller');
  });
});

describe('the shapes that providers send', () => {
  test('bytes may be split anywhere', async () => {
    const bytes = Buffer.from(`: hi\r\n\r\n${streamOf('grüße 你好 🎉 ').replaceAll('\n\n', '\r\n\r\n')}`);
    const upstream = await startUpstream(async (response) => {
      openStream(response);
      const at = Number(response.req.headers['x-split']);
      response.write(bytes.subarray(0, at));
      await new Promise((resolve) => setImmediate(resolve));
      response.end(bytes.subarray(at));
    });
    const splits = Array.from({ length: bytes.length }, (_, at) => at).filter(
      (at) => at % 7 === 0 || (at > 200 && at < 420),
    );
    const providers = Object.fromEntries(
      splits.map((at) => [`at${at}`, { url: upstream.url, headers: { 'x-split': String(at) } }]),
    );
    const { ask } = await startGateway({ providers });
    for (const at of splits) {
      const answer = await ask({ stream: true }, { 'x-recloser-only': `at${at}` });
      expect(answer.events).toEqual([role(), text('grüße '), text('你好 '), text('🎉 '), stop(), '[DONE]']);
    }
  }, 60_000);

  test('every byte on its own', async () => {
    const bytes = Buffer.from(streamOf('grüße 你好'));
    const upstream = await startUpstream(async (response) => {
      openStream(response);
      for (let at = 0; at < bytes.length; at += 1) {
        response.write(bytes.subarray(at, at + 1));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    expect((await ask()).json.choices?.[0]?.message?.content).toBe('grüße 你好');
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('a stream compressed with %s is read, though nobody asked for that', async (encoding, compress) => {
    const upstream = await startUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding });
      response.end(compress(streamOf('hello there')));
    });
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    expect((await ask()).json.choices?.[0]?.message?.content).toBe('hello there');
    expect((await ask({ stream: true })).events.at(-1)).toBe('[DONE]');
    expect(upstream.calls[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('JSON where a stream was asked for becomes one', async () => {
    const upstream = await startUpstream(answers('hello'));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    const { events } = await ask({ stream: true });
    expect(events.at(-1)).toBe('[DONE]');
    expect(JSON.stringify(events)).toContain('"content":"hello"');
    expect(JSON.stringify(events)).not.toContain('prompt_tokens');
  });

  test('a stream where JSON was asked for is put together', async () => {
    const upstream = await startUpstream(streams('hello'));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url, assemble: false } } });
    expect((await ask()).json.choices?.[0]?.message?.content).toBe('hello');
  });

  test('a finish reason without [DONE] is a whole answer, and so is [DONE] without a finish reason', async () => {
    const upstream = await startUpstream();
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    for (const events of [
      [text('hi'), stop()],
      [text('hi'), '[DONE]'],
    ]) {
      upstream.script = (response) => {
        openStream(response);
        response.end(events.map(event).join(''));
      };
      const answer = await ask({ stream: true });
      expect(answer.events.at(-1)).toBe('[DONE]');
    }
  });

  test('a chunk that is no JSON between good ones is dropped', async () => {
    const upstream = await startUpstream((response) => {
      openStream(response);
      response.end([text('a'), '{"cho', text('b'), stop(), '[DONE]'].map(event).join(''));
    });
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    expect((await ask({ stream: true })).events).toEqual([text('a'), text('b'), stop(), '[DONE]']);
  });

  test('an empty text with a finish reason is an answer', async () => {
    const upstream = await startUpstream((response) => {
      openStream(response);
      response.end([role(), stop(), usage(), '[DONE]'].map(event).join(''));
    });
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    expect((await ask({ stream: true })).events).toEqual([role(), stop(), '[DONE]']);
    expect((await ask()).json.choices?.[0]?.message?.content).toBe('');
  });
});

describe('usage', () => {
  test('its chunk goes to callers who asked, and is kept from the rest', async () => {
    const upstream = await startUpstream();
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    expect((await ask({ stream: true, stream_options: { include_usage: true } })).events).toContainEqual(usage());
    expect((await ask({ stream: true })).events).not.toContainEqual(usage());
  });

  test('the record has it as reported, and what it cost', async () => {
    const upstream = await startUpstream();
    const { ask, recorded } = await startGateway({ providers: { a: { url: upstream.url } } });
    await ask();
    expect(await recorded(1)).toMatchObject({
      chain: 'lucy',
      outcome: 'succeeded',
      status: 200,
      servedBy: 'a',
      usage: { promptTokens: 10, completionTokens: 5, estimated: false },
      // 10 tokens at $1 and 5 at $2 per million.
      costNanoUsd: 20_000,
      attempts: [{ ordinal: 0, provider: 'a', outcome: 'succeeded', word: 'ok', status: 200, permit: 'closed' }],
    });
  });

  test('an answer whose provider reports none is estimated, and marked', async () => {
    const upstream = await startUpstream((response) => {
      openStream(response);
      response.end([text('12345678'), stop(), '[DONE]'].map(event).join(''));
    });
    const { ask, recorded } = await startGateway({ providers: { a: { url: upstream.url } } });
    await ask();
    expect(await recorded(1)).toMatchObject({ usage: { completionTokens: 2, estimated: true }, costEstimated: true });
  });
});
