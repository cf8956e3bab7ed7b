import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fakeClock.ts';
import { type Answered, type RunningGateway, startGateway, until } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import { event, openStream, type ScriptedUpstream, silent, startUpstream, streams, text } from '../support/upstream.ts';

interface Scene extends RunningGateway {
  clock: FakeClock;
  dead: ScriptedUpstream;
  well: ScriptedUpstream;
  /** So many calls, all of which have reached the first provider. */
  wait(count: number): Promise<Promise<Answered>[]>;
}

/** `a` says nothing; with nothing known of its pace, a call is overdue after a third of its clock of 9 s. */
async function startScene(suspect = 5): Promise<Scene> {
  const clock = new FakeClock();
  const [dead, well] = [await startUpstream(silent), await startUpstream(streams('from b'))];
  const gateway = await startGateway({
    providers: {
      a: { url: dead.url, timeouts: { firstTokenMs: 9_000 }, breaker: { suspect } },
      b: { url: well.url },
    },
    clock,
  });
  const wait = async (count: number): Promise<Promise<Answered>[]> => {
    const before = dead.calls.length;
    const calls = Array.from({ length: count }, () => gateway.ask({ stream: true }));
    await dead.called(before + count);
    return calls;
  };
  return { ...gateway, clock, dead, well, wait };
}

const trails = async (calls: Promise<Answered>[]): Promise<(string | null)[]> =>
  (await Promise.all(calls)).map(({ headers }) => headers.get('x-recloser-trail'));

describe('a provider that has fallen silent', () => {
  test('is under suspicion when five calls are overdue, and all that wait race the next one', async () => {
    const { clock, well, wait, board, records, permits } = await startScene();
    const early = await wait(5);
    clock.advance(1_000);
    const late = await wait(5);
    clock.advance(1_999);
    expect(well.calls.length).toBe(0);
    clock.advance(1);
    expect(await trails([...early, ...late])).toEqual(Array(10).fill('a=raced, b=ok'));
    // Three of them go on, so that the circuit opens by its own rule; the rest have let go.
    await until(() => board.look('a')?.inFlight === 3);
    expect([records.length, board.look('a')?.state]).toEqual([7, 'closed']);
    clock.advance(6_000);
    await until(() => records.length === 10);
    expect(board.look('a')).toMatchObject({ state: 'open', cause: 'timeouts' });
    expect(records.flatMap(({ attempts }) => attempts[0]?.word).sort()).toEqual([
      ...Array(3).fill('firstToken'),
      ...Array(7).fill('raced'),
    ]);
    expect(records.every(({ attempts }) => attempts.every(({ raced }) => raced === 'suspicion'))).toBe(true);
    expect(permits.settled).toBe(permits.acquired);
  });

  test('has half a second for each new call', async () => {
    const { clock, well, wait } = await startScene();
    const first = await wait(5);
    clock.advance(3_000);
    await trails(first);
    const later = await wait(1);
    clock.advance(499);
    expect(well.calls.length).toBe(5);
    clock.advance(1);
    expect(await trails(later)).toEqual(['a=raced, b=ok']);
  });

  test('is trusted again as soon as anything comes from it', async () => {
    const { clock, dead, well, wait } = await startScene();
    const first = await wait(5);
    clock.advance(3_000);
    await trails(first);
    const witness = dead.calls.find(({ response }) => !response.destroyed);
    if (witness) streams('it lives')(witness.response, witness);
    await witness?.closed;
    const [later] = await wait(1);
    clock.advance(2_000);
    expect(well.calls.length).toBe(5);
    const call = dead.calls[5];
    if (call) streams('from a')(call.response, call);
    expect(later && (await trails([later]))).toEqual(['a=ok']);
  });

  test('is left alone by suspicion where nobody else would take the call', async () => {
    const { clock, dead, board, wait } = await startScene();
    board.act({ type: 'trip', provider: 'b', reason: 'test', by: 'test', forMs: null });
    const calls = await wait(5);
    clock.advance(3_000);
    for (const call of dead.calls) streams('from a')(call.response, call);
    expect(await trails(calls)).toEqual(Array(5).fill('a=ok, b=tripped'));
  });
});

describe('nobody is suspected', () => {
  test.each([
    ['while four calls wait', 4, 5],
    ['with suspect: 0', 10, 0],
  ])('%s', async (_name, count, suspect) => {
    const { clock, dead, well, wait } = await startScene(suspect);
    const calls = await wait(count);
    clock.advance(8_999);
    expect(well.calls.length).toBe(0);
    for (const call of dead.calls) streams('from a')(call.response, call);
    expect(await trails(calls)).toEqual(Array(count).fill('a=ok'));
  });

  test('while anything comes from another call of the same provider', async () => {
    const { url, clock, dead, well, wait, permits } = await startScene();
    const body = { model: 'lucy', stream: true, messages: [{ role: 'user', content: 'hi' }] };
    const flowing = rawCall({
      url: `${url}/v1/chat/completions`,
      body,
      headers: { 'content-type': 'application/json' },
    });
    const { response } = await dead.called(1);
    openStream(response);
    const slow = await wait(10);
    for (let second = 0; second < 8; second += 1) {
      response.write(event(text(`word-${second}`)));
      await flowing.until((call) => call.text.includes(`word-${second}`));
      clock.advance(1_000);
    }
    expect(well.calls.length).toBe(0);
    response.end('data: [DONE]\n\n');
    for (const call of dead.calls.slice(1)) streams('slow')(call.response, call);
    expect(await trails(slow)).toEqual(Array(10).fill('a=ok'));
    await flowing.until(({ whole }) => whole);
    expect(permits.settled).toBe(permits.acquired);
  });
});
