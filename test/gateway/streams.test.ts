import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway, until } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import {
  event,
  openStream,
  role,
  type Script,
  silent,
  startUpstream,
  stop,
  streams,
  text,
} from '../support/upstream.ts';

const lucy = { model: 'lucy', stream: true, messages: [{ role: 'user', content: 'hi' }] };
const asJson = { 'content-type': 'application/json' };

/** Sends these, and then whatever `end` does. */
function begins(events: (object | string)[], end: Script): Script {
  return async (response, call) => {
    openStream(response);
    for (const one of events) response.write(event(one as Record<string, unknown>));
    await new Promise((resolve) => setImmediate(resolve));
    await end(response, call);
  };
}

const cut: Script = (response) => void response.socket?.destroy();
const closes: Script = (response) => void response.end();

describe('an answer that breaks after its first content', () => {
  const breaks: [string, Script, string][] = [
    ['is cut', begins([role(), text('half ')], cut), 'cut'],
    ['ends without a finish reason', begins([role(), text('half ')], closes), 'cut'],
    ['ends in an error', begins([text('half '), { error: { message: 'overloaded', code: 503 } }], closes), '503'],
  ];

  test.each(breaks)('that %s ends with an error and without [DONE]', async (_name, script, word) => {
    const [first, second] = [await startUpstream(script), await startUpstream()];
    const { ask, recorded, board } = await startGateway({
      providers: { a: { url: first.url }, b: { url: second.url } },
    });
    const { events, status } = await ask({ stream: true });
    expect(status).toBe(200);
    expect(events).toContainEqual(text('half '));
    expect(events).not.toContain('[DONE]');
    expect(events.at(-1)).toMatchObject({
      error: { code: 'answer_interrupted', type: 'server_error', attempts: [{ provider: 'a', outcome: word }] },
    });
    expect(JSON.stringify(events.at(-1))).toMatch(/[.!?] What came so far is not the whole answer/);
    expect(second.calls.length).toBe(0);
    expect(await recorded(1)).toMatchObject({ outcome: 'interrupted', servedBy: 'a', usage: { estimated: true } });
    expect(board.look('a')?.failuresInARow).toBe(1);
  });

  test('silence beyond `idle` is a break, and comments do not count as a sound', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(begins([text('half ')], silent));
    const { url, recorded } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: asJson });
    await call.until(({ text: got }) => got.includes('half'));
    clock.advance(15_000);
    upstream.calls[0]?.response.write(': keep-alive\n\n');
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5_001);
    await call.until(({ whole }) => whole);
    expect(call.text).toContain('Nothing more of the answer came within 20000 ms');
    expect(call.text).not.toContain('[DONE]');
    expect((await recorded(1)).attempts[0]).toMatchObject({ word: 'idle', failureKind: 'idle' });
  });

  test('a stream whose events keep coming is never idle', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(begins([text('0 ')], silent));
    const { url } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: asJson });
    for (let count = 1; count <= 5; count += 1) {
      await call.until(({ text: got }) => got.includes(`${count - 1} `));
      clock.advance(19_000);
      upstream.calls[0]?.response.write(event(text(`${count} `)));
    }
    await call.until(({ text: got }) => got.includes('5 '));
    upstream.calls[0]?.response.end(event(stop()) + event('[DONE]'));
    await call.until(({ whole }) => whole);
    expect(call.text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  test('an answer that only lacks its end mark is whole, when its provider then falls silent', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(begins([text('all '), stop()], silent));
    const { url } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: asJson });
    await call.until(({ text: got }) => got.includes('"finish_reason":"stop"'));
    clock.advance(5_000);
    await call.until(({ whole }) => whole);
    expect(call.text.endsWith('data: [DONE]\n\n')).toBe(true);
  });
});

describe('a slow reader', () => {
  test('holds its provider back, so that memory stays flat, and gets every byte', async () => {
    const clock = new FakeClock();
    const piece = text('x'.repeat(8_000));
    let written = 0;
    const pieces = 4_000;
    const upstream = await startUpstream(async (response) => {
      openStream(response);
      while (written < pieces) {
        written += 1;
        if (!response.write(event(piece))) await new Promise((resolve) => response.once('drain', resolve));
      }
      response.end(event(stop()) + event('[DONE]'));
    });
    const { url, recorded } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: asJson,
      body: JSON.stringify(lucy),
    });
    const reader = response.body?.getReader();
    const held = await settled(() => written);
    // 32 MB were to be sent; what the sockets on the way hold is all that was.
    expect(held).toBeLessThan(pieces / 2);
    // The provider is not charged for a caller's pace, within the time a caller may stall.
    clock.advance(50_000);
    let bytes = 0;
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) bytes += read.value.length;
    expect(bytes).toBeGreaterThan(pieces * 8_000);
    expect((await recorded(1)).outcome).toBe('succeeded');
  });

  test('one that takes nothing at all is let go', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(async (response, call) => {
      openStream(response);
      let open = true;
      void call.closed.then(() => {
        open = false;
      });
      while (open) {
        if (response.write(event(text('x'.repeat(8_000))))) continue;
        await Promise.race([new Promise((resolve) => response.once('drain', resolve)), call.closed]);
      }
    });
    const { url, recorded } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: asJson,
      body: JSON.stringify(lucy),
    });
    const call = await upstream.called(1);
    await settled(() => call.response.writableLength + (call.response.socket?.bytesWritten ?? 0));
    // What the buffers on the way took is seen at the first look.
    clock.advance(120_000);
    await call.closed;
    expect((await recorded(1)).outcome).toBe('cancelled');
    await response.body?.cancel().catch(() => {});
  });
});

describe('a slow reader of one long piece', () => {
  test('is not let go while it takes some of it, within five minutes', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(begins([text('x'.repeat(15_000_000))], silent));
    const providers = { a: { url: upstream.url, timeouts: { idleMs: 600_000 } } };
    const { url, recorded } = await startGateway({ providers, clock });
    const socket = pipelined(url, [{ ...lucy }]);
    let bytes = 0;
    socket.on('data', (part) => {
      bytes += part.length;
      if (bytes >= wanted) socket.pause();
    });
    let wanted = 0;
    for (wanted of [4_000_000, 8_000_000]) {
      socket.resume();
      await until(() => bytes >= wanted);
      clock.advance(50_000);
    }
    wanted = Number.POSITIVE_INFINITY;
    socket.resume();
    await until(() => bytes > 15_000_000);
    upstream.calls[0]?.response.end(event(stop()) + event('[DONE]'));
    expect((await recorded(1)).outcome).toBe('succeeded');
  });
});

describe('requests that wait for their turn on one connection', () => {
  test('are over when their caller leaves, and keep nothing from going down', async () => {
    const upstream = await startUpstream(begins([text('half ')], silent));
    const { url, gateway, recorded, permits } = await startGateway({ providers: { a: { url: upstream.url } } });
    const warned = vi.spyOn(process, 'emitWarning');
    onTestFinished(() => warned.mockRestore());
    const socket = pipelined(url, Array(20).fill(lucy));
    await upstream.called(20);
    expect(warned).not.toHaveBeenCalled();
    socket.destroy();
    await Promise.all(upstream.calls.map(({ closed }) => closed));
    expect((await recorded(20)).outcome).toBe('cancelled');
    expect(permits.settled).toBe(permits.acquired);
    await gateway.drain(3_600_000);
  });

  test('are not let go for what they cannot take yet', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(begins([text('x'.repeat(100_000))], silent));
    const providers = { a: { url: upstream.url, timeouts: { idleMs: 600_000 } } };
    const { url, recorded } = await startGateway({ providers, clock });
    const socket = pipelined(url, [lucy, lucy]);
    let got = '';
    socket.on('data', (part) => {
      got += part.toString('latin1');
    });
    await upstream.called(2);
    await settled(() => got.length + clock.timers);
    clock.advance(61_000);
    for (const { response } of upstream.calls) response.end(event(stop()) + event('[DONE]'));
    await until(() => got.split('[DONE]').length === 3);
    expect((await recorded(2)).outcome).toBe('succeeded');
  });
});

describe('a caller who leaves', () => {
  test.each([true, false])('frees its provider at once (stream: %s)', async (stream) => {
    const upstream = await startUpstream(stream ? begins([text('half ')], silent) : silent);
    const { url, recorded, board, permits } = await startGateway({ providers: { a: { url: upstream.url } } });
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: { ...lucy, stream }, headers: asJson });
    const out = await upstream.called(1);
    if (stream) await call.until(({ text: got }) => got.includes('half'));
    call.leave();
    await out.closed;
    expect(await recorded(1)).toMatchObject({
      outcome: 'cancelled',
      attempts: [{ outcome: 'cancelled', word: 'cancelled' }],
    });
    expect(board.look('a')).toMatchObject({ inFlight: 0, failuresInARow: 0 });
    expect(permits.settled).toBe(permits.acquired);
  });

  test('after half the first-token clock without content counts as a time-out: the provider was dead', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(silent);
    const { url, recorded, board } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: asJson });
    await upstream.called(1);
    clock.advance(6_000);
    call.leave();
    expect((await recorded(1)).attempts[0]).toMatchObject({ failureKind: 'abandoned' });
    expect(board.look('a')?.timeoutsInARow).toBe(1);
  });

  test('while a backoff is waited out ends the wait, and the next provider is not asked', async () => {
    const clock = new FakeClock();
    const [first, second] = [await startUpstream(cut), await startUpstream()];
    const { url, recorded, permits } = await startGateway({
      providers: { a: { url: first.url }, b: { url: second.url } },
      clock,
      chain: { backoff: { initialMs: 5_000, factor: 2, maxMs: 8_000, jitter: 'none' } },
    });
    const call = rawCall({ url: `${url}/v1/chat/completions`, body: lucy, headers: asJson });
    await until(() => permits.settled === 1);
    call.leave();
    expect(await recorded(1)).toMatchObject({ outcome: 'cancelled', attempts: [{ word: 'reset' }] });
    expect(second.calls.length).toBe(0);
    await until(() => clock.timers === 0);
  });

  test('with a good answer in hand leaves a connection that is used again', async () => {
    const upstream = await startUpstream(streams('hello'));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    for (let count = 0; count < 5; count += 1) await ask({ stream: count % 2 === 0 });
    expect(upstream.connections()).toBe(1);
  });
});

/** A bare connection on which these are asked for at once. */
function pipelined(url: string, bodies: object[]): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  for (const body of bodies.map((each) => JSON.stringify(each))) {
    const head = 'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  return socket;
}

/** Waits until a count has stopped moving for many turns of the event loop. */
async function settled(count: () => number): Promise<number> {
  let last = -1;
  for (let still = 0; still < 2_000; still += 1) {
    if (count() !== last) still = 0;
    last = count();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return last;
}
