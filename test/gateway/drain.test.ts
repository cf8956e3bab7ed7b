import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import { event, openStream, silent, startUpstream, stop, streams, text } from '../support/upstream.ts';

const lucy = { model: 'lucy', messages: [{ role: 'user', content: 'hi' }] };
const asJson = { 'content-type': 'application/json' };

describe('going down', () => {
  test('not ready any more it answers on, and has connections that are kept closed, until it is drained', async () => {
    let state: 'serving' | 'draining' = 'serving';
    const upstream = await startUpstream(streams('whole'));
    const providers = { a: { url: upstream.url } };
    const { url, gateway, ask } = await startGateway({ providers, deps: { state: () => state } });
    expect((await ask({ stream: true })).headers.get('connection')).toBe('keep-alive');
    state = 'draining';
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    for (const stream of [true, false]) {
      const { status, headers } = await ask({ stream });
      expect([status, headers.get('connection')]).toEqual([200, 'close']);
    }
    await gateway.drain(0);
    await expect(ask()).rejects.toThrow();
  });

  test('waits for the answers that are out, and takes no more', async () => {
    const upstream = await startUpstream(silent);
    const { url, gateway, ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    const answering = ask({ stream: true });
    const { response } = await upstream.called(1);
    const down = gateway.drain(60_000);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.json.error?.code).toBe('draining');
    openStream(response);
    response.end(event(text('whole ')) + event(stop()) + event('[DONE]'));
    expect((await answering).events.at(-1)).toBe('[DONE]');
    await down;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  test('after the grace, streams end with an error and those who wait hear that', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(silent);
    const { url, gateway, recorded, permits } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const stream = rawCall({ url: `${url}/v1/chat/completions`, body: { ...lucy, stream: true }, headers: asJson });
    const { response } = await upstream.called(1);
    openStream(response);
    response.write(event(text('half ')));
    await stream.until(({ text: got }) => got.includes('half'));
    const plain = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: asJson });
    await upstream.called(2);
    const down = gateway.drain(10_000);
    clock.advance(10_000);
    await Promise.all([stream.until(({ whole }) => whole), plain.until(({ whole }) => whole)]);
    expect(stream.text).toContain('"code":"draining"');
    expect(stream.text).not.toContain('[DONE]');
    expect(plain.status).toBe(503);
    await down;
    expect((await recorded(2)).attempts[0]?.outcome).toBe('cancelled');
    expect(permits.settled).toBe(permits.acquired);
  });
});
