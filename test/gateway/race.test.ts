import { describe, expect, test } from 'vitest';
import type { Board } from '../../server/circuits/board.ts';
import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { type GatewayOptions, type RunningGateway, startGateway, until } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import {
  event,
  fails,
  openStream,
  type ScriptedUpstream,
  silent,
  startUpstream,
  stop,
  streams,
  text,
} from '../support/upstream.ts';

interface Pair extends RunningGateway {
  clock: FakeClock;
  first: ScriptedUpstream;
  second: ScriptedUpstream;
}

/** `a` is half-open, and its one probe races `b`. */
async function startPair(
  options: { a?: Partial<BreakerSettings>; third?: ScriptedUpstream; chain?: GatewayOptions['chain'] } = {},
): Promise<Pair> {
  const clock = new FakeClock();
  const [first, second] = [await startUpstream(silent), await startUpstream(streams('from b'))];
  const gateway = await startGateway({
    providers: {
      a: { url: first.url, breaker: { probe: 'race', ...options.a } },
      b: { url: second.url, breaker: { probe: 'race' } },
      ...(options.third ? { c: { url: options.third.url } } : {}),
    },
    clock,
    chain: options.chain ?? {},
  });
  halfOpen(gateway.board, 'a');
  return { ...gateway, clock, first, second };
}

function halfOpen(board: Board, provider: string): void {
  board.act({ type: 'reset', provider, reason: 'test', by: 'test', to: 'halfOpen' });
}

const trailOf = (answered: { headers: Headers }): string | null => answered.headers.get('x-recloser-trail');

describe.each([
  ['streamed', { stream: true }],
  ['plain', {}],
])('the call that finds out whether a provider is back (%s)', (_way, body) => {
  test('has a second, and then the next provider is tried beside it; its verdict comes all the same', async () => {
    const { ask, clock, first, second, board, records, recorded, permits } = await startPair();
    const answering = ask(body);
    const probe = await first.called(1);
    clock.advance(999);
    expect(second.calls.length).toBe(0);
    clock.advance(1);
    const answered = await answering;
    expect([answered.status, trailOf(answered)]).toEqual([200, 'a=raced, b=ok']);
    expect(answered.headers.get('x-recloser-provider')).toBe('b');
    expect(answered.text).toMatch(/from .*b/s);
    // The probe goes on, the record waits for it, and its circuit hears how it ends.
    expect([records.length, board.look('a')?.state]).toEqual([0, 'halfOpen']);
    clock.advance(9_000);
    await probe.closed;
    const record = await recorded(1);
    expect(board.look('a')?.state).toBe('open');
    expect(record).toMatchObject({ outcome: 'succeeded', servedBy: 'b', durationMs: 1_000 });
    expect(record.attempts).toMatchObject([
      { provider: 'a', outcome: 'failed', word: 'firstToken', raced: 'probe', durationMs: 10_000 },
      { provider: 'b', outcome: 'succeeded', word: 'ok', raced: 'probe' },
    ]);
    expect(permits.settled).toBe(permits.acquired);
  });

  test('closes its circuit though its answer comes too late, and both are paid for', async () => {
    const { ask, clock, first, board, recorded } = await startPair();
    const answering = ask(body);
    const probe = await first.called(1);
    clock.advance(1_000);
    const answered = await answering;
    expect(trailOf(answered)).toBe('a=raced, b=ok');
    streams('nobody hears this')(probe.response, probe);
    const record = await recorded(1);
    expect(board.look('a')?.state).toBe('closed');
    expect(answered.text).not.toContain('nobody');
    expect(record.attempts.map(({ word, outcome }) => [word, outcome])).toEqual([
      ['raced', 'succeeded'],
      ['ok', 'succeeded'],
    ]);
    expect(record.usage).toMatchObject({ promptTokens: 20, completionTokens: 10 });
    expect(record.costNanoUsd).toBe(2 * (10 * 1_000 + 5 * 2_000));
  });

  test('wins where its content comes first, and the other is let go at once, unharmed', async () => {
    const { ask, clock, first, second, board, recorded, permits } = await startPair();
    second.script = silent;
    const answering = ask(body);
    const probe = await first.called(1);
    clock.advance(1_000);
    const beside = await second.called(1);
    streams('from a')(probe.response, probe);
    const answered = await answering;
    await beside.closed;
    expect([answered.status, trailOf(answered)]).toEqual([200, 'a=ok, b=raced']);
    const record = await recorded(1);
    expect(record).toMatchObject({ servedBy: 'a', outcome: 'succeeded', costEstimated: true });
    expect(record.attempts[1]).toMatchObject({ outcome: 'cancelled', failureKind: 'raced', raced: 'probe' });
    expect(board.look('b')).toMatchObject({ state: 'closed', failuresInARow: 0, inFlight: 0 });
    expect(permits.settled).toBe(permits.acquired);
  });

  test('is waited for where there is nobody else', async () => {
    const { ask, clock, first, board } = await startPair();
    board.act({ type: 'trip', provider: 'b', reason: 'test', by: 'test', forMs: null });
    const answering = ask(body);
    const probe = await first.called(1);
    clock.advance(5_000);
    streams('from a')(probe.response, probe);
    const answered = await answering;
    expect([answered.status, trailOf(answered)]).toEqual([200, 'a=ok, b=tripped']);
  });

  test('is waited for where the other one fails', async () => {
    const { ask, clock, first, second } = await startPair();
    second.script = fails(503);
    const answering = ask(body);
    const probe = await first.called(1);
    clock.advance(1_000);
    await (await second.called(1)).closed;
    clock.advance(1_000);
    streams('from a')(probe.response, probe);
    expect(trailOf(await answering)).toBe('a=ok, b=503');
  });

  test('fails with the rest, and the caller hears of each', async () => {
    const { ask, clock, first, second, permits } = await startPair();
    second.script = fails(503);
    const answering = ask(body);
    await first.called(1);
    clock.advance(1_000);
    await (await second.called(1)).closed;
    await until(() => permits.settled === 1);
    clock.advance(9_000);
    const answered = await answering;
    expect([answered.status, trailOf(answered)]).toEqual([503, 'a=firstToken, b=503']);
  });

  test('does not race where the config says that the caller waits', async () => {
    const { ask, clock, first, second } = await startPair({ a: { probe: 'caller' } });
    const answering = ask(body);
    const probe = await first.called(1);
    clock.advance(9_000);
    expect(second.calls.length).toBe(0);
    streams('from a')(probe.response, probe);
    expect(trailOf(await answering)).toBe('a=ok');
  });
});

describe('a race', () => {
  test('that a provider calls off by finding fault with the request ends with what it said', async () => {
    const { ask, clock, first, second, permits } = await startPair();
    second.script = silent;
    const answering = ask();
    const probe = await first.called(1);
    clock.advance(1_000);
    const beside = await second.called(1);
    fails(400, { message: 'no such field', type: 'invalid_request_error' })(probe.response, probe);
    const answered = await answering;
    await beside.closed;
    expect([answered.status, answered.json.error?.message]).toEqual([400, 'no such field']);
    await until(() => permits.settled === permits.acquired);
  });

  test('ends for all when the caller leaves', async () => {
    const { url, clock, first, second, recorded, permits } = await startPair();
    second.script = silent;
    const body = { model: 'lucy', stream: true, messages: [{ role: 'user', content: 'hi' }] };
    const call = rawCall({ url: `${url}/v1/chat/completions`, body, headers: { 'content-type': 'application/json' } });
    const probe = await first.called(1);
    clock.advance(1_000);
    const beside = await second.called(1);
    call.leave();
    await Promise.all([probe.closed, beside.closed]);
    expect(await recorded(1)).toMatchObject({ outcome: 'cancelled', servedBy: null });
    expect(permits.settled).toBe(permits.acquired);
  });

  test('ends for its caller at the deadline, and the probe goes on to its own verdict', async () => {
    const { ask, board, clock, first, second, recorded } = await startPair({ chain: { deadlineMs: 3_000 } });
    second.script = silent;
    const answering = ask();
    const probe = await first.called(1);
    clock.advance(1_000);
    const beside = await second.called(1);
    clock.advance(2_000);
    await beside.closed;
    const answered = await answering;
    expect([answered.status, trailOf(answered)]).toEqual([504, 'a=deadline, b=deadline']);
    expect(board.look('a')?.state).toBe('halfOpen');
    clock.advance(7_000);
    await probe.closed;
    expect((await recorded(1)).attempts.map(({ word }) => word)).toEqual(['firstToken', 'deadline']);
    expect(board.look('a')?.state).toBe('open');
  });

  test('is over at once for the one that lost when we go down, and its record is kept', async () => {
    const { ask, clock, first, gateway, recorded } = await startPair();
    const answering = ask();
    const probe = await first.called(1);
    clock.advance(1_000);
    await answering;
    const drained = gateway.drain(5_000);
    clock.advance(5_000);
    await probe.closed;
    clock.advance(1_000);
    await drained;
    expect((await recorded(1)).attempts[0]).toMatchObject({ word: 'shutdown', outcome: 'cancelled' });
  });

  test('whose first breaks after its content goes on from the start for a plain caller', async () => {
    const third = await startUpstream(streams('from c'));
    const { ask, clock, first, second, permits } = await startPair({ third });
    second.script = (response) => {
      openStream(response);
      response.write(event(text('half an')));
      setImmediate(() => response.socket?.destroy());
    };
    const answering = ask();
    await first.called(1);
    clock.advance(1_000);
    await until(() => permits.settled === 1);
    await until(() => {
      clock.advance(1);
      return third.calls.length === 1;
    });
    const answered = await answering;
    expect([trailOf(answered), answered.json.choices?.[0]?.message?.content]).toEqual([
      'a=raced, b=cut, c=ok',
      'from c',
    ]);
  });

  test('of two that are both asked whether they are back is won by a third', async () => {
    const third = await startUpstream(streams('from c'));
    const { ask, clock, first, second, board, recorded, permits } = await startPair({ third });
    second.script = silent;
    halfOpen(board, 'b');
    const answering = ask({ stream: true });
    await first.called(1);
    clock.advance(1_000);
    const other = await second.called(1);
    clock.advance(1_000);
    expect(trailOf(await answering)).toBe('a=raced, b=raced, c=ok');
    openStream(other.response);
    other.response.end(event(text('late')) + event(stop()) + event('[DONE]'));
    await until(() => board.look('b')?.state === 'closed');
    clock.advance(8_000);
    const { attempts } = await recorded(1);
    expect(attempts.map(({ word }) => word)).toEqual(['firstToken', 'raced', 'ok']);
    expect(permits.settled).toBe(permits.acquired);
  });
});
