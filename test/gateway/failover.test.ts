import { describe, expect, test } from 'vitest';
import type { ChainSettings } from '../../server/core/settings.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway, until } from '../support/gateway.ts';
import {
  answers,
  event,
  fails,
  json,
  openStream,
  resets,
  role,
  type Script,
  silent,
  startUpstream,
  streams,
  text,
} from '../support/upstream.ts';

/** Opens a stream, sends these, and cuts the connection. */
function cutsAfter(...events: (object | string)[]): Script {
  return async (response) => {
    openStream(response);
    for (const one of events) response.write(event(one as Record<string, unknown>));
    await new Promise((resolve) => setImmediate(resolve));
    response.socket?.destroy();
  };
}

const noWait: ChainSettings['backoff'] = { initialMs: 0, factor: 2, maxMs: 0, jitter: 'none' };

const page: Script = (response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<html><body>Bad gateway</body></html>');
};

const closesWith =
  (body: string): Script =>
  (response) => {
    openStream(response);
    response.end(body);
  };

const failures: [string, Script, string][] = [
  ['a 503', fails(503), '503'],
  ['a 500', fails(500), '500'],
  ['a 529', fails(529), '529'],
  ['a 401', fails(401, { message: 'Incorrect API key', code: 'invalid_api_key' }), '401'],
  ['a 402', fails(402, { message: 'Insufficient Balance' }), '402'],
  ['a 404 for the model', fails(404, { message: 'no such model', code: 'model_not_found' }), '404'],
  ['a 429', fails(429, { message: 'slow down' }, { 'retry-after': '30' }), '429'],
  ['a redirection', (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), '302'],
  ['a reset before headers', resets, 'reset'],
  ['a page', page, 'malformed'],
  ['nonsense', closesWith('how do you do'), 'malformed'],
  ['nothing', closesWith(''), 'empty'],
  ['[DONE] alone', closesWith(event('[DONE]')), 'empty'],
  ['a role and then the end', closesWith(event(role())), 'empty'],
  ['a cut before content', cutsAfter(role()), 'cut'],
  ['an error as first event', closesWith(event({ error: { message: 'overloaded', code: 503 } })), '503'],
  ['an error in a 200', json(200, { error: { message: 'overloaded', type: 'server_error', code: 503 } }), '503'],
  ['JSON without a choice', json(200, { id: 'x', object: 'chat.completion', choices: [] }), 'empty'],
];

describe('a provider that fails before any content', () => {
  test.each(failures)('after %s the next one answers', async (_name, script, word) => {
    const [first, second] = [await startUpstream(script), await startUpstream(streams('from b'))];
    const { ask, recorded, permits } = await startGateway({
      providers: { a: { url: first.url }, b: { url: second.url } },
    });
    for (const stream of [false, true]) {
      const answer = await ask({ stream });
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('from');
      expect(answer.headers.get('x-recloser-provider')).toBe('b');
      const trail = answer.headers.get('x-recloser-trail');
      // What is ours to mend, and a throttle, opens at once: the second request skips it.
      if (stream) expect([`a=${word}, b=ok`, 'a=open, b=ok', 'a=throttled, b=ok']).toContain(trail);
      else expect(trail).toBe(`a=${word}, b=ok`);
    }
    const record = await recorded(1);
    expect(record.attempts.map((attempt) => attempt.outcome)).toEqual(['failed', 'succeeded']);
    expect(record.servedBy).toBe('b');
    expect(permits.settled).toBe(permits.acquired);
  });

  test('a connection that is refused is one', async () => {
    const second = await startUpstream();
    const { ask } = await startGateway({ providers: { a: { url: 'http://127.0.0.1:1/v1' }, b: { url: second.url } } });
    expect((await ask()).headers.get('x-recloser-trail')).toBe('a=connect, b=ok');
  });

  test('with assemble off, its plain answers are judged just so', async () => {
    const [first, second] = [await startUpstream(), await startUpstream(answers('from b'))];
    const { ask } = await startGateway({
      providers: { a: { url: first.url, assemble: false }, b: { url: second.url, assemble: false } },
    });
    const scripts: [Script, string][] = [
      [json(200, { choices: [] }), 'empty'],
      [json(200, { choices: [{ message: { content: 'x' }, finish_reason: null }] }), 'empty'],
      [page, 'malformed'],
      [closesWith('{"choices": [{'), 'malformed'],
    ];
    for (const [script, word] of scripts) {
      first.script = script;
      expect((await ask()).headers.get('x-recloser-trail')).toBe(`a=${word}, b=ok`);
    }
  });

  test('a plain answer that breaks in the middle falls over: nothing was sent yet', async () => {
    const [first, second] = [await startUpstream(cutsAfter(text('from a'))), await startUpstream(streams('from b'))];
    const { ask, recorded } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    const answer = await ask();
    expect(answer.json.choices?.[0]?.message?.content).toBe('from b');
    expect(answer.headers.get('x-recloser-trail')).toBe('a=cut, b=ok');
    // What the first one wrote is paid for all the same.
    expect((await recorded(1)).attempts[0]?.usage).toMatchObject({ completionTokens: 2, estimated: true });
  });
});

describe('when nobody can answer', () => {
  test('the caller hears 503, what each did, and not to try again at once', async () => {
    const [first, second] = [await startUpstream(fails(503)), await startUpstream(resets)];
    const { ask, recorded } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    const answer = await ask({ stream: true });
    expect(answer.status).toBe(503);
    expect(answer.json.error).toMatchObject({
      code: 'no_provider_available',
      attempts: [
        { provider: 'a', outcome: '503', status: 503 },
        { provider: 'b', outcome: 'reset', status: null },
      ],
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(answer.headers.get('x-recloser-trail')).toBe('a=503, b=reset');
    expect(await recorded(1)).toMatchObject({
      outcome: 'failed',
      status: 503,
      errorCode: 'no_provider_available',
      servedBy: null,
    });
  });

  test('after trips without an end the caller hears so, and looks again in a minute', async () => {
    const well = await startUpstream();
    const { ask, board } = await startGateway({ providers: { a: { url: well.url } } });
    board.act({ type: 'trip', provider: 'a', reason: 'test', by: 'test', forMs: null });
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(answer.json.error?.message).toMatch(/An operator has taken them out/);
    expect(answer.json.error).toMatchObject({ attempts: [{ provider: 'a', outcome: 'tripped' }] });
  });

  test('twelve requests to a dead provider make five attempts', async () => {
    const [dead, well] = [await startUpstream(fails(503)), await startUpstream()];
    const { ask } = await startGateway({ providers: { a: { url: dead.url }, b: { url: well.url } } });
    for (let count = 0; count < 12; count += 1) expect((await ask()).status).toBe(200);
    expect(dead.calls.length).toBe(5);
    expect(well.calls.length).toBe(12);
  });

  test('with every circuit open, the last one standing is tried, and `retry-after` is the soonest time', async () => {
    const dead = await startUpstream(fails(503));
    const clock = new FakeClock();
    const { ask, board, recorded } = await startGateway({ providers: { a: { url: dead.url } }, clock });
    for (let count = 0; count < 5; count += 1) await ask();
    expect(board.look('a')?.state).toBe('open');
    expect((await ask()).headers.get('x-recloser-trail')).toBe('a=open');
    clock.advance(5_000);
    const forced = await ask();
    expect(forced.headers.get('x-recloser-trail')).toBe('a=open, a=503');
    expect((await recorded(7)).attempts.map((attempt) => attempt.permit)).toEqual([null, 'forced']);
    expect(Number(forced.headers.get('retry-after'))).toBeLessThanOrEqual(300);
    dead.script = streams('back');
    clock.advance(20_000);
    expect((await ask()).json.choices?.[0]?.message?.content).toBe('back');
    expect(board.look('a')?.state).toBe('closed');
  });

  test('a provider on its ramp takes what nobody else would', async () => {
    const [only, dead] = [await startUpstream(fails(503)), await startUpstream(fails(503))];
    const clock = new FakeClock();
    const { ask, board } = await startGateway({
      providers: { a: { url: only.url, breaker: { rampMs: 30_000 } }, b: { url: dead.url } },
      clock,
      chain: { backoff: noWait },
    });
    for (let count = 0; count < 5; count += 1) await ask();
    only.script = streams('back');
    clock.advance(300_000);
    await ask();
    expect(board.look('a')?.ramp).not.toBeNull();
    const trails: (string | null)[] = [];
    for (let count = 0; count < 5; count += 1) {
      const answer = await ask();
      expect(answer.status).toBe(200);
      trails.push(answer.headers.get('x-recloser-trail'));
    }
    expect(trails.some((trail) => /^a=ramping, b=\w+, a=ok$/.test(trail ?? ''))).toBe(true);
  });
});

describe('the wait between tries', () => {
  test('grows with each try that reached the network, and a skip costs none', async () => {
    const ups = await Promise.all([fails(503), fails(503), fails(503), streams('from d')].map(startUpstream));
    const clock = new FakeClock();
    const providers = Object.fromEntries(ups.map((upstream, index) => [`p${index}`, { url: upstream.url }]));
    const gateway = await startGateway({
      providers,
      clock,
      chain: { backoff: { initialMs: 100, factor: 2, maxMs: 8_000, jitter: 'equal' } },
    });
    gateway.board.act({ type: 'trip', provider: 'p1', reason: 'test', by: 'test', forMs: null });
    const answering = gateway.ask();
    const waits: number[] = [];
    for (const upstream of [ups[2], ups[3]]) {
      await until(() => waiting(gateway));
      const before = clock.now();
      while ((upstream?.calls.length ?? 0) === 0) {
        clock.advance(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      waits.push(clock.now() - before);
    }
    expect((await answering).headers.get('x-recloser-trail')).toBe('p0=503, p1=tripped, p2=503, p3=ok');
    const record = await gateway.recorded(1);
    // Half fixed and half drawn, with 0.5 drawn: 75 ms and 150 ms.
    expect(record.attempts.map((attempt) => attempt.waitMs)).toEqual([0, 0, 75, 150]);
    expect(waits[0]).toBeGreaterThanOrEqual(75);
    expect(waits[1]).toBeGreaterThanOrEqual(150);
  });

  test('the same provider is tried again as often as `retries` says', async () => {
    const [flaky, other] = [await startUpstream(fails(503)), await startUpstream(streams('from b'))];
    const { ask } = await startGateway({ providers: { a: { url: flaky.url, retries: 2 }, b: { url: other.url } } });
    expect((await ask()).headers.get('x-recloser-trail')).toBe('a=503, a=503, a=503, b=ok');
  });

  test('a silent provider is not tried twice', async () => {
    const [dead, other] = [await startUpstream(silent), await startUpstream(streams('from b'))];
    const clock = new FakeClock();
    const { ask } = await startGateway({
      providers: { a: { url: dead.url, retries: 2 }, b: { url: other.url } },
      clock,
      chain: { backoff: noWait },
    });
    const answering = ask();
    await dead.called(1);
    clock.advance(10_000);
    expect((await answering).headers.get('x-recloser-trail')).toBe('a=firstToken, b=ok');
  });

  test('a throttle that names a short time is waited out, a long one is not', async () => {
    const busy = await startUpstream(fails(429, { message: 'slow down' }, { 'retry-after-ms': '40' }));
    const other = await startUpstream(streams('from b'));
    const { ask } = await startGateway({ providers: { a: { url: busy.url, retries: 1 }, b: { url: other.url } } });
    const answering = ask();
    await busy.called(1);
    busy.script = streams('from a');
    expect((await answering).headers.get('x-recloser-trail')).toBe('a=429, a=ok');
    busy.script = fails(429, { message: 'slow down' }, { 'retry-after': '60' });
    expect((await ask()).headers.get('x-recloser-trail')).toBe('a=429, b=ok');
    expect((await ask()).headers.get('x-recloser-trail')).toBe('a=throttled, b=ok');
  });
});

/** The walk waits for its backoff: nothing is out, and nothing was answered yet. */
function waiting(gateway: { permits: { acquired: number; settled: number } }): boolean {
  return gateway.permits.acquired > 0 && gateway.permits.acquired === gateway.permits.settled;
}
