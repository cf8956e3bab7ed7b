import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectionBound } from '../../server/gateway/crowd.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway, until } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import { chunked, eventStream, headOf, startRawUpstream } from '../support/rawUpstream.ts';
import { event, openStream, role, startUpstream, stop, text, usage } from '../support/upstream.ts';

const limits = {
  bodyBytes: 100_000,
  bodiesBytes: 1_000_000,
  requests: 100,
  streams: 100,
  connections: 3,
  answersBytes: 1_000_000,
};
const lucy = { model: 'lucy', messages: [{ role: 'user', content: 'hi' }] };
const asJson = { 'content-type': 'application/json' };

function idle(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
}

describe('connections', () => {
  test('over `limits.connections` a caller is told so, and the next is served once there is room', async () => {
    const upstream = await startUpstream();
    const { url } = await startGateway({ providers: { a: { url: upstream.url } }, settings: { limits } });
    const held = [await idle(url), await idle(url), await idle(url)];
    const refused = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: asJson });
    await refused.closed;
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { code: 'overloaded', type: 'server_error' } });
    expect(refused.text).toContain('limits.connections');
    expect(refused.headers['retry-after']).toBe('1');
    expect(upstream.calls).toHaveLength(0);
    const alive = rawCall({ url: `${url}/healthz`, body: '', method: 'GET' });
    await alive.closed;
    expect(alive.status).toBe(200);
    held[0]?.destroy();
    let served: number | null = null;
    while (served !== 200) {
      const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: asJson });
      await call.closed;
      served = call.status;
    }
    expect(upstream.calls).toHaveLength(1);
  });

  test('one over the bound that asks nothing is closed after two seconds', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream();
    const { url } = await startGateway({ providers: { a: { url: upstream.url } }, settings: { limits }, clock });
    const within = [await idle(url), await idle(url), await idle(url)];
    const timers = clock.timers;
    const over = await idle(url);
    const closed = new Promise<void>((resolve) => over.once('close', () => resolve()));
    await until(() => clock.timers > timers);
    clock.advance(2_000);
    await closed;
    expect(within.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  });

  test('are no more than the process has files for: one for the caller, one for the provider', () => {
    expect(connectionBound(10_000, null)).toBe(10_000);
    expect(connectionBound(10_000, 1_048_576)).toBe(10_000);
    expect(connectionBound(10_000, 1_024)).toBe(320);
    expect(connectionBound(10_000, 64)).toBe(1);
  });

  test('a kernel without files for another one ends nothing', async () => {
    const upstream = await startUpstream();
    const { gateway, ask, errors } = await startGateway({ providers: { a: { url: upstream.url } } });
    gateway.server.server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    expect(errors).toEqual([{ code: 'EMFILE' }]);
    expect((await ask()).status).toBe(200);
  });
});

describe('memory', () => {
  test('a caller that reads nothing holds its provider back, and is let go at the second look of a minute', async () => {
    const clock = new FakeClock();
    const piece = chunked(event(text('x'.repeat(60_000))));
    let sent = 0;
    let stuck = false;
    const raw = await startRawUpstream(async (socket) => {
      socket.write(headOf([eventStream, 'transfer-encoding: chunked']));
      while (!socket.destroyed) {
        sent += piece.length;
        if (socket.write(piece)) await new Promise((resolve) => setImmediate(resolve));
        else {
          stuck = true;
          await new Promise<void>((resolve) => {
            socket.once('drain', resolve).once('close', resolve);
          });
          stuck = false;
        }
      }
    });
    const { url, recorded } = await startGateway({ providers: { a: { url: raw.url } }, clock });
    const caller = await idle(url);
    caller.pause();
    const body = JSON.stringify({ ...lucy, stream: true });
    caller.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    // Full is what stays full for many turns: every buffer between the two ends is.
    for (let turns = 0, before = -1; turns < 2_000; turns = stuck && sent === before ? turns + 1 : 0) {
      before = sent;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(40_000_000);
    clock.advance(59_000);
    expect(raw.requests).toHaveLength(1);
    clock.advance(62_000);
    expect((await recorded(1)).outcome).toBe('cancelled');
  });

  test('`limits.answers` bounds what is put together for all callers, and is freed again', async () => {
    const upstream = await startUpstream((response) => {
      openStream(response);
      for (let at = 0; at < 80; at += 1) response.write(event(text('x'.repeat(10_000))));
    });
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } }, settings: { limits } });
    const first = ask();
    const { response } = await upstream.called(1);
    upstream.script = (other) => {
      openStream(other);
      for (let at = 0; at < 80; at += 1) other.write(event(text('x'.repeat(10_000))));
    };
    const second = await ask();
    expect(second.status).toBe(502);
    expect(second.json.error?.code).toBe('answer_too_large');
    response.end([event(stop()), event(usage()), event('[DONE]')].join(''));
    expect((await first).status).toBe(200);
    upstream.script = (other) => {
      openStream(other);
      other.end([event(role()), event(text('hello')), event(stop()), event('[DONE]')].join(''));
    };
    expect((await ask()).status).toBe(200);
  });

  test('while answers hold as much as they may, the next request is refused at once', async () => {
    const upstream = await startUpstream((response) => {
      openStream(response);
      response.write(event(text('x'.repeat(1_000))));
    });
    const small = { ...limits, answersBytes: 1_064 };
    const { ask } = await startGateway({
      providers: { a: { url: upstream.url } },
      settings: { limits: small },
    });
    const first = ask();
    const { response } = await upstream.called(1);
    let refused = await ask();
    while (refused.json.error?.code !== 'too_many_answer_bytes') refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    response.end([event(stop()), event('[DONE]')].join(''));
    expect((await first).json.error?.code).toBe('answer_too_large');
    upstream.script = (other) => {
      openStream(other);
      other.end([event(text('hello')), event(stop()), event('[DONE]')].join(''));
    };
    expect((await ask()).status).toBe(200);
  });
});
