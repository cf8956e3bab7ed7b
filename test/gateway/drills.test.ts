import { describe, expect, onTestFinished, test } from 'vitest';
import { openDrillGround } from '../../server/drills.ts';
import { realClock } from '../../server/world.ts';
import { startGateway } from '../support/gateway.ts';
import { startUpstream, streams } from '../support/upstream.ts';

async function ground(settings: { drills: boolean } = { drills: true }) {
  const drills = await openDrillGround({ clock: realClock, random: () => 0.5 });
  onTestFinished(() => drills.close());
  const [first, second] = [await startUpstream(streams('from a')), await startUpstream(streams('from b'))];
  const gateway = await startGateway({
    providers: { a: { url: first.url, breaker: { failures: 1 } }, b: { url: second.url } },
    settings,
    deps: { drillUrl: drills.url },
  });
  const ask = (fault: string, body: object = {}) => gateway.ask(body, { 'x-recloser-fault': fault });
  return { ...gateway, first, second, ask, plainly: gateway.ask };
}

describe('x-recloser-fault', () => {
  test.each([
    ['503', '503'],
    ['429/retry-after=2', '429'],
    ['reset', 'reset'],
    ['refuse', 'connect'],
    ['html', 'malformed'],
    ['empty', 'empty'],
    ['401/key', '401'],
    ['error-inside/code=500', '500'],
  ])('%s breaks one request, which goes on to the next provider', async (fault, word) => {
    const { ask, plainly, first, board, recorded } = await ground();
    const answer = await ask(`a=${fault}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-recloser-trail')).toBe(`a=${word}, b=ok`);
    expect(answer.json.choices?.[0]?.message?.content).toBe('from b');
    expect(first.calls).toHaveLength(0);
    const { attempts } = await recorded(1);
    expect(attempts.map(({ drill, outcome }) => ({ drill, outcome }))).toEqual([
      { drill: fault, outcome: 'failed' },
      { drill: null, outcome: 'succeeded' },
    ]);
    expect(attempts[0]?.costNanoUsd).toBe(0);
    // One failure would have opened it.
    expect(board.look('a')).toMatchObject({ state: 'closed', failuresInARow: 0, inFlight: 0 });
    expect((await plainly()).headers.get('x-recloser-trail')).toBe('a=ok');
  });

  test('cuts a stream after its first tokens: an error event, never a clean end', async () => {
    const { ask, second, board } = await ground();
    const answer = await ask('a=cut@3', { stream: true });
    expect(answer.headers.get('x-recloser-provider')).toBe('a');
    expect(answer.events.at(-1)).toMatchObject({ error: { code: 'answer_interrupted' } });
    expect(answer.text).not.toContain('[DONE]');
    expect(second.calls).toHaveLength(0);
    expect(board.look('a')).toMatchObject({ state: 'closed', failuresInARow: 0 });
  });

  test('breaks several providers of one request, each by its own fault', async () => {
    const { ask, first, second } = await ground();
    const answer = await ask('a=503; b=429/retry-after=2;');
    expect(answer.status).toBe(400);
    const both = await ask('a=503; b=429/retry-after=2');
    expect(both.status).toBe(503);
    expect(both.json.error?.attempts?.map(({ provider, outcome }) => `${provider}=${outcome}`)).toEqual([
      'a=503',
      'b=429',
    ]);
    expect([first.calls.length, second.calls.length]).toEqual([0, 0]);
  });

  test('no key of a provider reaches what plays the fault', async () => {
    const keys: (string | undefined)[] = [];
    const player = await startUpstream((response, call) => {
      keys.push(call.headers.authorization);
      expect(call.headers['x-simulator-fault']).toBe('ok');
      void streams('played')(response, call);
    });
    const { ask } = await startGateway({
      providers: { a: { url: player.url } },
      settings: { drills: true },
      deps: { drillUrl: player.url },
    });
    const answer = await ask({}, { 'x-recloser-fault': 'a=ok' });
    expect(answer.json.choices?.[0]?.message?.content).toBe('played');
    expect(keys).toEqual([undefined]);
  });

  test.each([
    ['another provider', 'x=503', 'must name a provider of "lucy": a, b'],
    ['no fault', 'a', 'as in a=cut@12'],
    ['nothing', '', 'as in a=cut@12'],
    ['no word of the vocabulary', 'a=oops', 'multibyte-cut'],
    ['a provider twice', 'a=503;a=504', 'twice'],
    ['a plan for many calls', 'a=flap:503', 'single faults'],
    ['a long text', `a=${'x'.repeat(2_000)}`, 'longer than 1000'],
  ])('%s is refused in a sentence, and nobody is asked', async (_what, fault, sentence) => {
    const { ask, first } = await ground();
    const answer = await ask(fault);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 'invalid_request', param: 'x-recloser-fault' });
    expect(answer.json.error?.message).toContain(sentence);
    expect(first.calls).toHaveLength(0);
  });

  test('where drills are off the header is refused, and not passed over', async () => {
    const { ask, first } = await ground({ drills: false });
    const answer = await ask('a=503');
    expect(answer.status).toBe(400);
    expect(answer.json.error?.message).toContain('drills: true');
    expect(first.calls).toHaveLength(0);
  });
});
