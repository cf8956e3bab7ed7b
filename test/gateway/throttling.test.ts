import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fakeClock.ts';
import { type Answered, startGateway, until } from '../support/gateway.ts';
import {
  event,
  fails,
  role,
  type Script,
  silent,
  startUpstream,
  streamOf,
  streams,
  text,
} from '../support/upstream.ts';

/** A whole good stream whose headers say what is left of the requests of a minute. */
function leaves(remaining: number, resetMs: number): Script {
  return (response) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': String(remaining),
      'x-ratelimit-reset-requests': `${resetMs}ms`,
    });
    response.end(streamOf('from a'));
  };
}

const noWait = { initialMs: 0, factor: 2, maxMs: 0, jitter: 'none' } as const;

describe('a provider that says with its answer that nothing is left', () => {
  it('is passed over by the next call at once, and the trail says throttled', async () => {
    const [a, b] = [await startUpstream(leaves(0, 40_000)), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a, b } });
    expect((await gateway.ask()).headers.get('x-recloser-provider')).toBe('a');
    const second = await gateway.ask();
    expect(second.headers.get('x-recloser-trail')).toBe('a=throttled, b=ok');
    expect(a.calls).toHaveLength(1);
    const record = await gateway.recorded(2);
    const [skip] = record.attempts;
    expect(skip).toMatchObject({ provider: 'a', outcome: 'skipped', failureKind: 'throttled', circuitState: 'closed' });
    expect(Math.abs((skip?.until ?? 0) - (skip?.startedAt ?? 0) - 40_000)).toBeLessThan(2_000);
    expect(gateway.board.look('a')?.state).toBe('closed');
  });

  it('is asked on while some is left', async () => {
    const [a, b] = [await startUpstream(leaves(1, 40_000)), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a, b } });
    await gateway.ask();
    expect((await gateway.ask()).headers.get('x-recloser-trail')).toBe('a=ok');
  });

  it('is asked all the same where nobody else takes the call', async () => {
    const [a, b] = [await startUpstream(leaves(0, 40_000)), await startUpstream(fails(503))];
    const gateway = await startGateway({ providers: { a, b } });
    await gateway.ask();
    const second = await gateway.ask();
    expect(second.status).toBe(200);
    expect(second.headers.get('x-recloser-trail')).toBe('a=throttled, b=503, a=ok');
  });

  it('tells of it in the headers of its own dialect', async () => {
    const minute: Script = (response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'x-ratelimit-limit-req-minute': '60',
        'x-ratelimit-remaining-req-minute': '0',
      });
      response.end(streamOf('from a'));
    };
    const [a, b] = [await startUpstream(minute), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a: { url: a.url, dialect: 'mistral' }, b } });
    await gateway.ask();
    expect((await gateway.ask()).headers.get('x-recloser-trail')).toBe('a=throttled, b=ok');
  });
});

describe('a provider that a 429 has taught to take fewer calls at once', () => {
  it('sends further ones on, and takes them all the same where nobody else does', async () => {
    const clock = new FakeClock();
    const [a, b] = [await startUpstream(silent), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a, b }, clock, chain: { backoff: noWait } });
    const trails = async (answers: Promise<Answered>[]) =>
      (await Promise.all(answers)).map(({ headers }) => headers.get('x-recloser-trail'));
    const first = [gateway.ask(), gateway.ask()];
    const over = await a.called(2);
    fails(429, { message: 'slow down' }, { 'retry-after': '1' })(over.response, over);
    await trails(first);
    clock.advance(1_000);
    a.script = streams('from a');
    await gateway.ask();
    await until(() => gateway.board.look('a')?.inFlight === 0);
    expect(gateway.board.look('a')).toMatchObject({ state: 'closed', allowed: 1 });
    a.script = silent;
    const slow = gateway.ask();
    await a.called(4);
    expect(await trails([gateway.ask()])).toEqual(['a=busy, b=ok']);
    b.script = fails(503);
    const other = gateway.ask();
    const call = await a.called(5);
    for (const { response } of [a.calls[3] ?? call, call]) streams('from a')(response, call);
    expect(await trails([slow, other])).toEqual(['a=ok', 'a=busy, b=503, a=ok']);
  });
});

describe('an error in the words of a vendor', () => {
  it('moves the circuit as that vendor means it', async () => {
    const full = fails(503, { message: 'server busy, please try again.  maximum pending requests exceeded' });
    const [a, b] = [await startUpstream(full), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a: { url: a.url, dialect: 'ollama' }, b } });
    expect((await gateway.ask()).headers.get('x-recloser-trail')).toBe('a=503, b=ok');
    expect(gateway.board.look('a')).toMatchObject({ state: 'open', cause: 'throttled' });
  });

  it('sends a call that one model could not manage to another, and back to the caller where none can', async () => {
    const failed = { message: 'Failed to call a function.', type: 'invalid_request_error', code: 'tool_use_failed' };
    const [a, b] = [await startUpstream(fails(400, failed)), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a: { url: a.url, dialect: 'groq' }, b } });
    expect((await gateway.ask()).headers.get('x-recloser-provider')).toBe('b');
    b.script = fails(400, failed);
    const refused = await gateway.ask();
    expect([refused.status, refused.json.error?.code]).toEqual([400, 'tool_use_failed']);
    expect(gateway.board.look('a')).toMatchObject({ state: 'closed', failuresInARow: 0 });
  });
});

describe('what a call that came to nothing costs', () => {
  const short = { firstTokenMs: 40 };

  it('is the prompt, estimated, at a vendor that bills the whole answer all the same', async () => {
    const [a, b] = [await startUpstream(silent), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a: { url: a.url, dialect: 'groq', timeouts: short }, b } });
    await gateway.ask();
    const record = await gateway.recorded(1);
    const [timedOut, answered] = record.attempts;
    const promptTokens = record.needs?.promptTokens ?? 0;
    expect(timedOut).toMatchObject({
      word: 'firstToken',
      usage: { promptTokens, completionTokens: 0, estimated: true },
      costNanoUsd: promptTokens * 1_000,
      costEstimated: true,
    });
    expect(record.costNanoUsd).toBe(promptTokens * 1_000 + (answered?.costNanoUsd ?? 0));
    expect(record.costEstimated).toBe(true);
  });

  it('is not known where nobody has written it down, and the sum says that it is a lower bound', async () => {
    const [a, b] = [await startUpstream(silent), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a: { url: a.url, timeouts: short }, b } });
    await gateway.ask();
    const record = await gateway.recorded(1);
    expect(record.attempts[0]).toMatchObject({ usage: null, costNanoUsd: null, costEstimated: true });
    expect(record.costNanoUsd).toBe(record.attempts[1]?.costNanoUsd);
    expect(record.costEstimated).toBe(true);
  });

  it('is nothing for an error, and not marked', async () => {
    const [a, b] = [await startUpstream(fails(503)), await startUpstream(streams('from b'))];
    const gateway = await startGateway({ providers: { a: { url: a.url, dialect: 'groq' }, b } });
    await gateway.ask();
    const record = await gateway.recorded(1);
    expect(record.attempts[0]).toMatchObject({ usage: null, costNanoUsd: null, costEstimated: false });
    expect(record.costEstimated).toBe(false);
  });

  it('is the prompt and what came, estimated, when it broke off', async () => {
    const cut: Script = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event(role()) + event(text('forty characters of an answer, about ten')));
      setImmediate(() => response.socket?.destroy());
    };
    const a = await startUpstream(cut);
    const gateway = await startGateway({ providers: { a } });
    await gateway.ask({ stream: true });
    const record = await gateway.recorded(1);
    const promptTokens = record.needs?.promptTokens ?? 0;
    expect(record).toMatchObject({
      usage: { promptTokens, completionTokens: 10, estimated: true },
      costEstimated: true,
    });
    expect(record.costNanoUsd).toBe((promptTokens + 2 * 10) * 1_000);
  });
});
