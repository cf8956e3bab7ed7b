import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway, until } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import { event, openStream, silent, startUpstream, streams, text } from '../support/upstream.ts';

const lucy = { model: 'lucy', messages: [{ role: 'user', content: 'hi' }] };
const asJson = { 'content-type': 'application/json' };

type Options = Parameters<typeof startGateway>[0];

async function one(settings: Options['settings'] = {}, deps: Options['deps'] = {}) {
  const upstream = await startUpstream();
  return { upstream, ...(await startGateway({ providers: { a: { url: upstream.url } }, settings, deps })) };
}

describe('bounds', () => {
  const limits = {
    bodyBytes: 10_000,
    bodiesBytes: 15_000,
    requests: 2,
    streams: 1,
    connections: 100,
    answersBytes: 1_000_000,
  };
  const large = JSON.stringify({ ...lucy, messages: [{ role: 'user', content: 'x'.repeat(20_000) }] });

  test('a body over `limits.body` is refused cleanly, announced or not', async () => {
    const { url } = await one({ limits });
    const announced = rawCall({ url: `${url}/v1/chat/completions`, body: large, headers: asJson });
    await announced.closed;
    expect(announced.status).toBe(413);
    expect(announced.text).toContain('limits.body');
    const chunked = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: asJson,
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect(chunked.headers.get('connection')).toBe('close');
  });

  test('a caller who is still sending a very large body reads why', async () => {
    const { url } = await one({ limits });
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: asJson,
      body: 'x'.repeat(30_000_000),
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { code: 'body_too_large' } });
  });

  test('the bodies of all callers together are bounded, and freed again', async () => {
    const { url, upstream, ask } = await one({ limits });
    upstream.script = silent;
    const nine = { ...lucy, messages: [{ role: 'user', content: 'x'.repeat(9_000) }] };
    const first = rawCall({ url: `${url}/v1/chat/completions`, body: nine, headers: asJson });
    await upstream.called(1);
    const refused = await ask(nine);
    expect(refused.status).toBe(503);
    expect(refused.json.error?.code).toBe('too_many_body_bytes');
    const out = upstream.calls[0];
    first.leave();
    await out?.closed;
    upstream.script = streams('hello');
    await until(() => upstream.connections() === 0);
    expect((await ask(nine)).status).toBe(200);
  });

  test('bodies are bounded by what they take of the memory too; small ones find room beside large ones', async () => {
    // 4 MB for bodies, of which large ones may have 3.5.
    const { upstream, ask } = await one({}, { heapBytes: 98_000_000 });
    const says = (content: string, more: object = {}) => ({ ...lucy, messages: [{ role: 'user', content }], ...more });
    const objects = says('hi', { metadata: Array.from({ length: 100_000 }, () => ({})) });
    const heavy = await ask(objects);
    expect([heavy.status, heavy.json.error?.code]).toEqual([413, 'body_too_large']);
    expect(heavy.json.error?.message).toContain('--max-old-space-size');
    upstream.script = silent;
    const large = says('x'.repeat(900_000));
    const first = ask(large);
    const call = await upstream.called(1);
    const refused = await ask(large);
    expect([refused.status, refused.json.error?.code]).toEqual([503, 'too_many_body_bytes']);
    upstream.script = streams('hello');
    expect((await ask(says('x'.repeat(3_000)))).status).toBe(200);
    void streams('hello')(call.response, call);
    expect((await first).status).toBe(200);
    expect((await ask(large)).status).toBe(200);
  });

  test('requests and streams in flight are bounded, and freed again', async () => {
    const { upstream, ask } = await one({ limits });
    upstream.script = silent;
    const stream = ask({ stream: true });
    await upstream.called(1);
    expect((await ask({ stream: true })).json.error?.code).toBe('too_many_streams');
    const plain = ask();
    await upstream.called(2);
    const third = await ask();
    expect(third.status).toBe(503);
    expect(third.json.error?.code).toBe('too_many_requests_in_flight');
    for (const call of [...upstream.calls]) void streams('hello')(call.response, call);
    expect((await stream).status).toBe(200);
    expect((await plain).status).toBe(200);
    upstream.script = streams('hello');
    expect((await ask({ stream: true })).status).toBe(200);
  });

  test('`concurrency` sends the next call to the next provider at once', async () => {
    const [first, second] = [await startUpstream(silent), await startUpstream(streams('from b'))];
    const { ask } = await startGateway({
      providers: { a: { url: first.url, concurrency: 1 }, b: { url: second.url } },
    });
    const slow = ask();
    const call = await first.called(1);
    expect((await ask()).headers.get('x-recloser-trail')).toBe('a=busy, b=ok');
    void streams('from a')(call.response, call);
    expect((await slow).headers.get('x-recloser-trail')).toBe('a=ok');
  });

  test('an answer without end is cut at a bound, and is not the provider’s failure', async () => {
    const upstream = await startUpstream(async (response, call) => {
      openStream(response);
      let open = true;
      void call.closed.then(() => {
        open = false;
      });
      const piece = event(text('x'.repeat(1_000_000)));
      while (open) {
        if (!response.write(piece))
          await Promise.race([new Promise((resolve) => response.once('drain', resolve)), call.closed]);
      }
    });
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    const answer = await ask();
    expect(answer.status).toBe(502);
    expect(answer.json.error?.code).toBe('answer_too_large');
  });

  test('headers too large, and what is no HTTP, are refused in a sentence', async () => {
    const { url } = await one();
    const call = rawCall({
      url: `${url}/v1/chat/completions`,
      body: lucy,
      headers: { ...asJson, 'x-big': 'x'.repeat(40_000) },
    });
    await call.closed;
    expect(call.status).toBe(431);
    expect(call.text).toContain('headers_too_large');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('hello there\r\n\r\n');
    const answer = await new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
    expect(answer).toContain('HTTP/1.1 400');
    socket.destroy();
  });

  test('who was told what is wrong with its request is cut off when it does not close', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream();
    const { url, gateway } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    const closed = new Promise((resolve) =>
      gateway.server.server.once('connection', (each) => each.once('close', resolve)),
    );
    let got = '';
    socket.on('data', (bytes) => {
      got += bytes.toString();
    });
    socket.on('error', () => {});
    socket.write('hello there\r\n\r\n');
    await until(() => got.includes('not a request in HTTP/1.1'));
    clock.advance(1_999);
    expect(gateway.load().connections.now).toBe(1);
    clock.advance(1);
    await closed;
    expect([gateway.load().connections.now, clock.timers]).toEqual([0, 0]);
  });

  test('what is no HTTP is not answered into a stream that is under way', async () => {
    const { url, upstream } = await one();
    upstream.script = (response) => {
      openStream(response);
      response.write(event(text('begun')));
    };
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let got = '';
    socket.on('data', (bytes) => {
      got += bytes.toString();
    });
    const body = JSON.stringify({ ...lucy, stream: true });
    const head = 'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    await until(() => got.includes('begun'));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.write('hello there\r\n\r\n');
    await closed;
    expect(got).not.toContain('HTTP/1.1 400');
  });
});
