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
  streamOf,
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

  test('bodies that do not end after [DONE] take no connection from those who ask next', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream((response) => {
      openStream(response);
      response.write(streamOf('hello'));
    });
    const { ask } = await startGateway({ providers: { a: { url: upstream.url, concurrency: 1 } }, clock });
    for (let asked = 0; asked < 150; asked += 1) {
      expect((await ask()).headers.get('x-recloser-trail')).toBe('a=ok');
    }
    clock.advance(1_000);
    await until(() => upstream.connections() === 0 && clock.timers === 0);
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

describe('the deadline', () => {
  async function startScene(well = true) {
    const clock = new FakeClock();
    const [dead, other] = [await startUpstream(silent), await startUpstream(well ? streams('from b') : silent)];
    const gateway = await startGateway({
      providers: { a: { url: dead.url }, b: { url: other.url } },
      clock,
      chain: { backoff: noWait },
    });
    return { ...gateway, clock, dead, other };
  }

  test('for the first token ends the walk with 504, and is nobody’s failure when it came soon', async () => {
    const { ask, board, clock, dead, other, recorded } = await startScene(false);
    const answering = ask({}, { 'x-recloser-deadline': '3s' });
    const first = await dead.called(1);
    clock.advance(1_500);
    const second = await other.called(1);
    clock.advance(1_500);
    const answer = await answering;
    expect(answer.status).toBe(504);
    expect(answer.json.error).toMatchObject({
      code: 'deadline_exceeded',
      attempts: [{ outcome: 'deadline' }, { outcome: 'deadline' }],
    });
    expect(answer.headers.get('x-should-retry')).toBe('false');
    await second.closed;
    expect(board.look('b')?.failuresInARow).toBe(0);
    clock.advance(7_000);
    await first.closed;
    expect((await recorded(1)).attempts[1]?.outcome).toBe('cancelled');
  });

  test('shorter than a clock has the next provider asked at its half, and a silent one is found out all the same', async () => {
    const { ask, board, clock, dead, other, records, permits } = await startScene();
    for (let turn = 1; turn <= 3; turn += 1) {
      const answering = ask({}, { 'x-recloser-deadline': '8s' });
      await dead.called(turn);
      clock.advance(3_999);
      expect(other.calls.length).toBe(turn - 1);
      clock.advance(1);
      expect((await answering).headers.get('x-recloser-trail')).toBe('a=raced, b=ok');
      clock.advance(6_000);
      await until(() => records.length === turn);
    }
    expect(board.look('a')).toMatchObject({ state: 'open', cause: 'timeouts' });
    expect(records[0]?.attempts.map(({ word, raced }) => [word, raced])).toEqual([
      ['firstToken', 'deadline'],
      ['ok', 'deadline'],
    ]);
    expect(permits.settled).toBe(permits.acquired);
  });

  test('leaves a provider its whole clock where that is shorter than the half', async () => {
    const { ask, clock, dead, other } = await startScene();
    const answering = ask({}, { 'x-recloser-deadline': '20s' });
    await dead.called(1);
    clock.advance(9_999);
    expect(other.calls.length).toBe(0);
    clock.advance(1);
    await other.called(1);
    expect((await answering).headers.get('x-recloser-trail')).toBe('a=firstToken, b=ok');
  });

  test('opens the circuit of a silent provider that is alone, too, and has no more go on than that needs', async () => {
    const { ask, board, clock, dead, recorded } = await startScene();
    board.act({ type: 'trip', provider: 'b', reason: 'test', by: 'test', forMs: null });
    const answering = Array.from({ length: 5 }, () => ask({}, { 'x-recloser-deadline': '4s' }));
    await dead.called(5);
    clock.advance(4_000);
    const answers = await Promise.all(answering);
    expect(answers.map(({ status, headers }) => [status, headers.get('x-recloser-trail')])).toEqual(
      Array(5).fill([504, 'a=deadline']),
    );
    await until(() => board.look('a')?.inFlight === 3);
    clock.advance(6_000);
    await recorded(5);
    expect(board.look('a')).toMatchObject({ state: 'open', cause: 'timeouts' });
  });

  test.each([
    ['x-stainless-timeout', '3', 2_700],
    ['x-stainless-timeout', '0', 900],
    ['x-stainless-read-timeout', '0.5', 450],
    ['x-stainless-read-timeout', '20.0', 19_000],
  ])("is shortened by the official client's own time-out, to before it hangs up (%s: %s)", async (name, value, ms) => {
    const { ask, clock, dead, other } = await startScene(false);
    const answering = ask({ stream: true }, { [name]: value });
    await dead.called(1);
    let ended = false;
    void answering.then(() => (ended = true));
    // Step by step: who is asked next has clocks of its own.
    for (let at = 0; at < ms; at += 50) {
      expect(ended).toBe(false);
      clock.advance(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await answering).status).toBe(504);
    expect(other.calls.length).toBeLessThan(2);
  });

  test('does not touch an answer that has begun', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream(silent);
    const { url } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    const call = streamedCall(url, { 'x-recloser-deadline': '4s' });
    const { response } = await upstream.called(1);
    openStream(response);
    response.write(event(text('begun ')));
    await call.until(({ text: got }) => got.includes('begun '));
    clock.advance(6_000);
    response.end(event(stop()) + event('[DONE]'));
    await call.until(({ whole }) => whole);
    expect(call.text.endsWith('data: [DONE]\n\n')).toBe(true);
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
