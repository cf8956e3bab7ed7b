import { describe, expect, test } from 'vitest';
import type { ChainSettings } from '../../server/core/settings.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway, until } from '../support/gateway.ts';
import { type RawCall, rawCall } from '../support/rawCall.ts';
import {
  answers,
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

const noWait: ChainSettings['backoff'] = { initialMs: 0, factor: 2, maxMs: 0, jitter: 'none' };

function streamedCall(url: string, headers: Record<string, string> = {}): RawCall {
  const body = { model: 'lucy', stream: true, messages: [{ role: 'user', content: 'hi' }] };
  return rawCall({
    url: `${url}/v1/chat/completions`,
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** Headers and a role, and then silence. */
const opensOnly: Script = (response) => {
  openStream(response);
  response.write(event(role()));
};

describe('the clocks of an attempt', () => {
  test.each([
    ['no headers', silent],
    ['headers, a role and no content', opensOnly],
  ])('%s in time ends it as firstToken', async (_name, script) => {
    const clock = new FakeClock();
    const [dead, well] = [await startUpstream(script), await startUpstream(streams('from b'))];
    const { ask, recorded } = await startGateway({
      providers: { a: { url: dead.url }, b: { url: well.url } },
      clock,
      chain: { backoff: noWait },
    });
    const answering = ask({ stream: true });
    await dead.called(1);
    clock.advance(9_999);
    expect(well.calls.length).toBe(0);
    clock.advance(1);
    expect((await answering).headers.get('x-recloser-trail')).toBe('a=firstToken, b=ok');
    expect((await recorded(1)).attempts[0]).toMatchObject({ durationMs: 10_000, failureKind: 'firstToken' });
  });

  test('the first-token clock grows with the prompt', async () => {
    const clock = new FakeClock();
    const [slow, well] = [await startUpstream(silent), await startUpstream()];
    const { ask } = await startGateway({
      providers: { a: { url: slow.url, timeouts: { perThousandTokensMs: 1_000 } }, b: { url: well.url } },
      clock,
    });
    const answering = ask({ messages: [{ role: 'user', content: 'word '.repeat(8_000) }] });
    const call = await slow.called(1);
    clock.advance(19_000);
    streams('from a')(call.response, call);
    expect((await answering).headers.get('x-recloser-trail')).toBe('a=ok');
  });

  test('a healthy plain answer of 30 s is not cut by a first-token clock of 10 s', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(silent);
    const { ask, board } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const answering = ask();
    const { response } = await upstream.called(1);
    openStream(response);
    for (let second = 0; second < 30; second += 1) {
      response.write(event(text(`${second} `)));
      if (second === 0) await until(() => board.look('a')?.inFlight === 1);
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1_000);
    }
    response.end(event(stop()) + event('[DONE]'));
    expect((await answering).json.choices?.[0]?.message?.content).toContain('29 ');
  });

  test('with assemble off, `answer` bounds the wait for headers and `idle` the bytes after them', async () => {
    const clock = new FakeClock();
    const [slow, well] = [await startUpstream(silent), await startUpstream(answers('from b'))];
    const { ask } = await startGateway({
      providers: { a: { url: slow.url, assemble: false }, b: { url: well.url, assemble: false } },
      clock,
      chain: { backoff: noWait },
    });
    const first = ask();
    await slow.called(1);
    clock.advance(59_999);
    expect(well.calls.length).toBe(0);
    clock.advance(1);
    expect((await first).headers.get('x-recloser-trail')).toBe('a=answer, b=ok');
    const second = ask();
    const { response } = await slow.called(2);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"choices":');
    await until(() => clock.timers > 0);
    const trail = second.then((answer) => answer.headers.get('x-recloser-trail'));
    let ended = false;
    void trail.then(() => {
      ended = true;
    });
    while (!ended) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await trail).toBe('a=idle, b=ok');
  });

  test('`total` bounds an answer that never ends', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(silent);
    const { ask } = await startGateway({
      providers: { a: { url: upstream.url, timeouts: { totalMs: 30_000 } } },
      clock,
    });
    const answering = ask({ stream: true });
    const { response, closed } = await upstream.called(1);
    openStream(response);
    let open = true;
    void closed.then(() => {
      open = false;
    });
    while (open) {
      response.write(event(text('more ')));
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(50);
    }
    expect((await answering).events.at(-1)).toMatchObject({ error: { attempts: [{ outcome: 'total' }] } });
    expect(clock.now()).toBeGreaterThanOrEqual(30_000);
  });

  test('an error whose body stalls is judged by its status', async () => {
    const clock = new FakeClock();
    const [stalling, well] = [await startUpstream(), await startUpstream(streams('from b'))];
    stalling.script = (response) => {
      response.writeHead(503, { 'content-type': 'application/json' });
      response.write('{"error":');
    };
    const { ask } = await startGateway({
      providers: { a: { url: stalling.url }, b: { url: well.url } },
      clock,
      chain: { backoff: noWait },
    });
    const answering = ask();
    const { closed } = await stalling.called(1);
    let open = true;
    void closed.then(() => {
      open = false;
    });
    while (open) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await answering).headers.get('x-recloser-trail')).toBe('a=503, b=ok');
    expect(clock.now()).toBeLessThan(10_000);
  });

  test('no timer is left when an answer is given', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream();
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    await ask();
    await ask({ stream: true });
    await until(() => clock.timers === 0);
  });
});

describe('evacuation', () => {
  test('sixty callers who wait on a silent provider are all answered the moment its circuit opens', async () => {
    const clock = new FakeClock();
    const [dead, well] = [await startUpstream(silent), await startUpstream(streams('from b'))];
    const { ask, permits, board, records } = await startGateway({
      providers: { a: { url: dead.url, breaker: { timeouts: 3 } }, b: { url: well.url } },
      clock,
      chain: { backoff: { initialMs: 5_000, factor: 2, maxMs: 8_000, jitter: 'none' } },
    });
    const early = [ask(), ask(), ask()];
    await dead.called(3);
    clock.advance(6_000);
    const late = Array.from({ length: 60 }, () => ask());
    await dead.called(63);
    clock.advance(4_000);
    const answers = await Promise.all(late);
    expect(board.look('a')?.state).toBe('open');
    expect(clock.now()).toBe(10_000);
    expect(answers.map((answer) => answer.headers.get('x-recloser-trail'))).toEqual(
      Array(60).fill('a=evacuated, b=ok'),
    );
    expect(records.length).toBe(60);
    clock.advance(5_000);
    await Promise.all(early);
    expect(permits.settled).toBe(permits.acquired);
  });

  test('a stream that flows goes on when its circuit is tripped', async () => {
    const upstream = await startUpstream(silent);
    const { url, board } = await startGateway({ providers: { a: { url: upstream.url } } });
    const call = streamedCall(url);
    const { response } = await upstream.called(1);
    openStream(response);
    response.write(event(text('flows ')));
    await call.until(({ text: got }) => got.includes('flows '));
    board.act({ type: 'trip', provider: 'a', reason: 'test', by: 'test', forMs: null });
    response.end(event(stop()) + event('[DONE]'));
    await call.until(({ whole }) => whole);
    expect(call.text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  test('forty at once at half-open make one call', async () => {
    const clock = new FakeClock();
    const [back, well] = [await startUpstream(silent), await startUpstream(streams('from b'))];
    const { ask, board } = await startGateway({ providers: { a: { url: back.url }, b: { url: well.url } }, clock });
    board.act({ type: 'reset', provider: 'a', reason: 'test', by: 'test', to: 'halfOpen' });
    const all = Array.from({ length: 40 }, () => ask());
    const call = await back.called(1);
    await until(() => well.calls.length === 39);
    expect(back.calls.length).toBe(1);
    streams('from a')(call.response, call);
    const trails = (await Promise.all(all)).map((answer) => answer.headers.get('x-recloser-trail')).sort();
    expect(trails).toEqual([...Array(39).fill('a=halfOpen, b=ok'), 'a=ok']);
  });
});
