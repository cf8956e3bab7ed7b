import { describe, expect, test } from 'vitest';
import type { ChainSettings } from '../../server/core/settings.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway, until } from '../support/gateway.ts';
import { type RawCall, rawCall } from '../support/rawCall.ts';
import { event, openStream, silent, startUpstream, stop, streams, text } from '../support/upstream.ts';

const noWait: ChainSettings['backoff'] = { initialMs: 0, factor: 2, maxMs: 0, jitter: 'none' };

function streamedCall(url: string, headers: Record<string, string> = {}): RawCall {
  const body = { model: 'lucy', stream: true, messages: [{ role: 'user', content: 'hi' }] };
  return rawCall({
    url: `${url}/v1/chat/completions`,
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

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
