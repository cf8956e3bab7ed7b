import { describe, expect, test } from 'vitest';
import type { PrefillSettings } from '../../server/core/settings.ts';
import { startGateway } from '../support/gateway.ts';
import { begunOf, breaksAfter, heeds, readStream, sends, startChain, trailing } from '../support/rescue.ts';
import { startSimulator } from '../support/simulator.ts';
import { fails, role, startUpstream, stop, text, usage } from '../support/upstream.ts';

const whole = 'The tide turns twice a day, because the moon pulls the sea. It is 潮 ✓ and 🌊🌊 all the way down.';
const half = breaksAfter(role(), text('The tide '), text('turns'));

describe('prefill', () => {
  test('goes on where the answer broke: one id, one role, the new model, a truthful end', async () => {
    const { ask, recorded, upstreams, board } = await startChain([half, heeds(whole, { finish: 'length' })]);
    const answered = await ask({ stream: true });
    const { content, isWhole, finishes, chunks, ids } = readStream(answered.events);
    expect({ content, isWhole, finishes }).toEqual({ content: whole, isWhole: true, finishes: ['length'] });
    expect([...ids]).toEqual(['chatcmpl-1']);
    expect(JSON.stringify(chunks).match(/"role"/g)).toHaveLength(1);
    expect(answered.text.match(/^: .*$/gm)).toEqual([': recloser rescued by b (prefill)']);
    expect(begunOf(upstreams[1]?.calls[0]?.body ?? {})).toBe('The tide turns');
    expect(await recorded(1)).toMatchObject({
      outcome: 'succeeded',
      rescued: true,
      servedBy: 'b',
      usage: { promptTokens: 15, completionTokens: 9, estimated: true },
      attempts: [
        { provider: 'a', word: 'cut', way: null, outcome: 'failed' },
        { provider: 'b', word: 'ok', way: 'prefill', outcome: 'succeeded', waitMs: 0 },
      ],
    });
    expect(board.look('a')?.failuresInARow).toBe(1);
  });

  const styles: [string, PrefillSettings, Record<string, unknown>, Record<string, unknown>][] = [
    ['a bare message', trailing, {}, {}],
    ['a field on the message', { ...trailing, message: { prefix: true } }, { prefix: true }, {}],
    [
      'fields on the body',
      { ...trailing, body: { continue_final_message: true, add_generation_prompt: false } },
      {},
      { continue_final_message: true, add_generation_prompt: false },
    ],
  ];
  test.each(styles)('in the style of %s', async (_what, prefill, onMessage, onBody) => {
    const { ask, upstreams } = await startChain([half, heeds(whole)], { provider: { prefill } });
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({ content: whole, isWhole: true });
    const body = upstreams[1]?.calls[0]?.body ?? {};
    expect((body.messages as unknown[]).at(-1)).toEqual({
      role: 'assistant',
      content: 'The tide turns',
      ...onMessage,
    });
    expect(body).toMatchObject({ ...onBody, model: 'b-upstream', stream: true });
    expect(upstreams[0]?.calls[0]?.body).not.toMatchObject({ continue_final_message: true });
  });

  test('at an address of its own, which hears of nothing else', async () => {
    const [first, second, beta] = [await startUpstream(half), await startUpstream(), await startUpstream(heeds(whole))];
    const prefill = { ...trailing, baseUrl: beta.url };
    const { ask } = await startGateway({
      providers: { a: { url: first.url }, b: { url: second.url, prefill } },
      chain: { rescue: ['prefill'] },
    });
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({ content: whole, isWhole: true });
    expect([second.calls.length, beta.calls.length]).toEqual([0, 1]);
    expect(beta.calls[0]?.headers.authorization).toBe('Bearer sk-secret-of-b');
  });

  test('white space at the end of what was sent is not shown, and not said twice', async () => {
    const { ask, upstreams } = await startChain([breaksAfter(text('The tide ')), heeds(whole)]);
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({ content: whole, isWhole: true });
    expect(begunOf(upstreams[1]?.calls[0]?.body ?? {})).toBe('The tide');
  });

  test('the length asked for is lessened by what was sent, and never below one', async () => {
    const { ask, upstreams } = await startChain([half, heeds(whole)]);
    await ask({ stream: true, max_tokens: 100, max_completion_tokens: 2 });
    expect(upstreams[1]?.calls[0]?.body).toMatchObject({ max_tokens: 96, max_completion_tokens: 1 });
    expect(upstreams[0]?.calls[0]?.body).toMatchObject({ max_tokens: 100, max_completion_tokens: 2 });
  });

  test('a model that begins again is joined where it says the same', async () => {
    const again = sends(role(), text('The tide turns twice'), text(' a day'), stop(), usage());
    const { ask } = await startChain([half, again]);
    const { content, isWhole } = readStream((await ask({ stream: true })).events);
    expect({ content, isWhole }).toEqual({ content: 'The tide turns twice a day', isWhole: true });
  });

  test.each([
    ['begins again with other words', sends(text('Tides come and go.'), stop())],
    ['begins again and goes another way', sends(text('The tide is'), text(' high.'), stop())],
    ['has nothing to say', sends(role(), stop())],
    ['refuses it', fails(400, { message: 'The conversation must end with a user message.', type: 'x' })],
    ['is not there at that address', fails(404, { message: 'not found' })],
  ])('a model that %s is passed over, and nothing is held against it', async (_what, script) => {
    const { ask, board, recorded, permits } = await startChain([half, script, heeds(whole)]);
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({ content: whole, isWhole: true });
    expect(board.look('b')).toMatchObject({ state: 'closed', failuresInARow: 0 });
    expect((await recorded(1)).attempts.map(({ provider, way }) => [provider, way])).toEqual([
      ['a', null],
      ['b', 'prefill'],
      ['c', 'prefill'],
    ]);
    expect(permits).toEqual({ acquired: 3, settled: 3 });
  });

  test('where nobody goes on, the caller hears of the break that began it, and no [DONE]', async () => {
    const { ask, recorded } = await startChain([half, fails(400, { message: 'no prefill here' }), fails(503)]);
    const { events } = await ask({ stream: true });
    const { content, error, isWhole } = readStream(events);
    expect({ content, isWhole }).toEqual({ content: 'The tide turns', isWhole: false });
    expect(error).toMatchObject({ code: 'answer_interrupted', attempts: [{ outcome: 'cut' }, {}, { outcome: '503' }] });
    expect(error?.message).toContain('a broke off (cut)');
    expect(await recorded(1)).toMatchObject({ outcome: 'interrupted', rescued: false, servedBy: 'a' });
  });

  test('an answer may be rescued again and again, each provider once', async () => {
    const second = breaksAfter(role(), text(' twice'), text(' a day, because'));
    const { ask, recorded } = await startChain([half, second, heeds(whole)]);
    const { events } = await ask({ stream: true });
    expect(readStream(events)).toMatchObject({ content: whole, isWhole: true });
    expect(await recorded(1)).toMatchObject({ rescued: true, servedBy: 'c' });
  });

  test('a provider that failed before is asked to go on when its circuit has closed since, and not otherwise', async () => {
    const { ask, upstreams, board } = await startChain([fails(503), half]);
    const [first, second] = upstreams;
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({
      content: 'The tide turns',
      isWhole: false,
    });
    if (!first || !second) throw new Error('There are two providers.');
    second.script = (...call) => {
      board.act({ provider: 'a', by: 'ops', reason: 'planned work', type: 'trip', forMs: null });
      board.act({ provider: 'a', by: 'ops', reason: 'it is back', type: 'reset', to: 'closed' });
      first.script = heeds(whole);
      return half(...call);
    };
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({ content: whole, isWhole: true });
    expect([first.calls.length, second.calls.length]).toEqual([3, 2]);
  });

  test('a provider without prefill is not asked', async () => {
    const { ask, upstreams } = await startChain([half, heeds(whole)], { provider: {} });
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({ isWhole: false });
    expect(upstreams[1]?.calls.length).toBe(0);
  });

  test('a circuit that is open is not asked either, and its skip is on record', async () => {
    const { ask, board, recorded } = await startChain([half, heeds(whole), heeds(whole)]);
    board.act({ type: 'trip', provider: 'b', by: 'me', reason: 'test', forMs: null });
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({ content: whole, isWhole: true });
    const { attempts } = await recorded(1);
    expect(attempts.map(({ provider, word }) => `${provider}=${word}`)).toEqual(['a=cut', 'b=tripped', 'c=ok']);
  });
});

test('tokens add up over the providers in one last chunk, where they are asked for', async () => {
  const { ask, recorded } = await startChain([half, heeds(whole)]);
  const { events } = await ask({ stream: true, stream_options: { include_usage: true } });
  const usages = events.filter((one) => typeof one === 'object' && one !== null && 'usage' in one);
  const record = await recorded(1);
  expect(usages).toEqual([
    expect.objectContaining({
      choices: [],
      usage: expect.objectContaining({
        prompt_tokens: record.usage?.promptTokens,
        completion_tokens: record.usage?.completionTokens,
      }),
    }),
  ]);
  expect(events.indexOf(usages[0])).toBe(events.length - 2);
});

test('two hosts of one model, as the simulator plays them, give one answer', async () => {
  const voice = { voice: 'one', latency: { tokens: 60 } };
  const simulator = await startSimulator({
    providers: [
      { name: 'a', model: 'a-upstream', ...voice },
      { name: 'b', model: 'b-upstream', ...voice },
    ],
  });
  const at = (name: string) => ({ url: simulator.url(name), prefill: trailing });
  const { ask } = await startGateway({ providers: { a: at('a'), b: at('b') }, chain: { rescue: ['prefill'] } });
  const plain = readStream((await ask({ stream: true })).events).content;
  for (const fault of ['cut@1', 'cut@30', 'multibyte-cut@20', 'error@12', 'reset@40', 'no-finish']) {
    await simulator.setFault('a', fault);
    expect(readStream((await ask({ stream: true })).events).isWhole, fault).toBe(true);
    if (fault !== 'no-finish') expect(readStream((await ask({ stream: true })).events).content, fault).toBe(plain);
    await simulator.reset();
  }
});
