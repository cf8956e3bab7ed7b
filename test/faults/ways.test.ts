import { describe, expect, test } from 'vitest';
import type { PrefillSettings } from '../../server/core/settings.ts';
import { type AttemptSaid, brokenEvent, gives, playScene } from '../support/faults.ts';
import type { FaultProvider } from '../support/faultsProvider.ts';
import { added, breaks, comment, goesOn, replaced, trailing } from '../support/faultsRescue.ts';
import { assembled, callsTool, eventOf, eventsOf, headOf, plainOf, type Said, says } from '../support/faultsSaid.ts';

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const same: Said = { ...first, by: 'b' };
const fresh = says('b', ['Something ', 'else ', 'entirely.']);
const third = says('c', ['A third ', 'answer.']);
const done = 'data: [DONE]\n\n';
const begun = eventsOf(first).slice(0, 3).join('');
const closed = { word: 'cut', said: 'UND_ERR_SOCKET.' };
const cut: AttemptSaid = ['a', 'cut', 200, 0];
const cutFirst = breaks(first, 3, (wire) => wire.close());
const cutB = (said: Said, events: number) => breaks(said, events, (wire) => wire.close());
const all = Array(3).fill({ prefill: trailing });
const wish = { 'x-recloser-rescue': 'discard' };

describe.each([true, false])('splice (stream: %s)', (stream) => {
  const rescue = ['splice'] as const;

  test('goes on where the same model at another host says the same', async () => {
    const played = await playScene({ providers: [cutFirst, gives(same)], rescue: [...rescue] }, stream);
    expect(played.trail).toBe('a=cut, b=ok');
    if (!stream) expect(played.body).toBe(assembled(same));
    else expect(played.body).toBe(begun + comment('b', 'splice') + added('b', [' zweimal 🌊', '.']) + done);
  });

  test('stops at the first character that differs, and lets go of the provider', async () => {
    const differs = says('b', ['Die Flut kommt 海', ' zweimal.']);
    const played = await playScene({ providers: [cutFirst, gives(differs)], rescue: [...rescue] }, stream);
    if (!stream) return expect(played.body).toBe(assembled(differs));
    expect(played.body).toBe(begun + brokenEvent('a', closed, [cut, ['b', 'mismatch', 200, 0]]));
    expect(played.circuits.b).toBe('well');
  });

  test('breaks once more, and goes on at the third', async () => {
    const providers = [cutFirst, cutB(same, 4), gives({ ...first, by: 'c' })];
    const played = await playScene({ providers, rescue: [...rescue] }, stream);
    if (!stream) return expect(played.body).toBe(assembled({ ...first, by: 'c' }));
    const two = comment('b', 'splice') + added('b', [' zweimal 🌊'], null);
    expect(played.body).toBe(begun + two + comment('c', 'splice') + added('c', ['.']) + done);
    expect(played.trail).toBe('a=cut, b=cut, c=ok');
  });
});

describe.each([true, false])('discard (stream: %s)', (stream) => {
  const scene = { rescue: ['prefill' as const], headers: wish };

  test('tells the caller to drop what it has, and gives a fresh answer', async () => {
    const played = await playScene({ ...scene, providers: [cutFirst, gives(fresh)] }, stream);
    expect(played.body).toBe(stream ? begun + replaced(fresh, 'cut') + done : assembled(fresh));
    expect(played.calls.map((call) => call.begun)).toEqual([null, null]);
  });

  test('drops a fresh answer that breaks in its turn', async () => {
    const played = await playScene({ ...scene, providers: [cutFirst, cutB(fresh, 3), gives(third)] }, stream);
    if (!stream) return expect(played.body).toBe(assembled(third));
    const half = replaced({ ...fresh, deltas: fresh.deltas.slice(0, 2) }, 'cut');
    const unfinished = half.slice(0, half.lastIndexOf('data: '));
    expect(played.body).toBe(begun + unfinished + replaced(third, 'cut') + done);
  });

  test('is no way on from a tool call', async () => {
    const opened = callsTool('a', ['{"que', 'ry":1}']);
    const whole = callsTool('b', ['{"city":', '"東京"}']);
    const providers = [breaks(opened, 3, (wire) => wire.close()), gives(whole)];
    const played = await playScene({ ...scene, providers }, stream);
    if (!stream) return expect([played.body, played.trail]).toEqual([assembled(whole), 'a=cut, b=ok']);
    expect(played.body).toBe(eventsOf(opened).slice(0, 3).join('') + brokenEvent('a', closed, [cut]));
  });

  test('drops nothing when nobody else begins', async () => {
    const silent: FaultProvider = { play: (wire) => wire.reply(503, '') };
    const played = await playScene({ ...scene, providers: [cutFirst, silent] }, stream);
    if (stream) expect(played.body).toBe(begun + brokenEvent('a', closed, [cut, ['b', '503', 503, 0]]));
    else expect(played.status).toBe(503);
  });
});

describe.each([true, false])('a second break (stream: %s)', (stream) => {
  test('is gone on with too, from all that the caller has', async () => {
    const providers = [cutFirst, goesOn(fresh, [' und', ' geht'], { events: 3 }), goesOn(third, [' wieder.'])];
    const played = await playScene({ providers, settings: all, rescue: ['prefill'] }, stream);
    if (!stream) return expect([played.body, played.asked]).toEqual([assembled(third), 'abc']);
    const two = comment('b', 'prefill') + added('b', [' und', ' geht'], null);
    expect(played.body).toBe(begun + two + comment('c', 'prefill') + added('c', [' wieder.']) + done);
    expect(played.calls.map((call) => call.begun)).toEqual([null, 'Die Flut kommt 潮', 'Die Flut kommt 潮 und geht']);
  });

  test('with nobody left ends in an error', async () => {
    const providers = [cutFirst, goesOn(fresh, [' und', ' geht'], { events: 3 })];
    const played = await playScene({ providers, settings: all, rescue: ['prefill'] }, stream);
    if (!stream) return expect([played.status, played.trail]).toEqual([503, 'a=cut, b=cut']);
    const two = comment('b', 'prefill') + added('b', [' und', ' geht'], null);
    expect(played.body).toBe(begun + two + brokenEvent('a', closed, [cut, ['b', 'cut', 200, 0]]));
  });
});

describe('a provider is asked to go on in its own style', () => {
  const styles: [string, PrefillSettings, object, object, string][] = [
    ['a last message', trailing, {}, {}, '/v1/chat/completions'],
    [
      'a field on the message',
      { message: { prefix: true }, body: {}, baseUrl: null },
      { prefix: true },
      {},
      '/v1/chat/completions',
    ],
    [
      'fields on the body',
      { message: {}, body: { continue_final_message: true, add_generation_prompt: false }, baseUrl: null },
      {},
      { continue_final_message: true, add_generation_prompt: false },
      '/v1/chat/completions',
    ],
  ];
  test.each(styles)('%s', async (_name, prefill, onMessage, onBody, path) => {
    const providers = [cutFirst, goesOn(fresh, [' und geht.'])];
    const played = await playScene({ providers, settings: [{}, { prefill }], rescue: ['prefill'] }, true);
    expect(played.body).toBe(begun + comment('b', 'prefill') + added('b', [' und geht.']) + done);
    expect(played.calls[1]).toMatchObject({ path, body: onBody });
    const messages = [{ role: 'user' }, { ...onMessage, role: 'assistant', content: 'Die Flut kommt 潮' }];
    expect(played.calls[1]?.body).toMatchObject({ messages });
  });
});

/** Between the two halves of a character, at the end of a chunk. */
test.each([true, false])('a break between the halves of 🌊 leaves a whole one (stream: %s)', async (stream) => {
  const halves = says('a', ['Die Flut ', '\ud83c', '\udf0a kommt.']);
  const providers = [cutB(halves, 3), goesOn(fresh, [' 🌊', ' kommt.'])];
  const played = await playScene({ providers, settings: all, rescue: ['prefill'] }, stream);
  if (!stream) return expect(played.body).toBe(assembled(fresh));
  const given = eventsOf(halves).slice(0, 3).join('');
  expect(played.body).toBe(given + comment('b', 'prefill') + added('b', ['\udf0a', ' kommt.']) + done);
});

const legacy = (text: string) =>
  eventOf({ ...headOf('a'), choices: [{ index: 0, delta: { function_call: { name: 'x', arguments: text } } }] });
const tool = callsTool('a', ['{"que', 'ry":', '"潮"}']);
const never: Record<string, { sent: string[]; body?: object }> = {
  'a tool call, opened': { sent: eventsOf(tool).slice(0, 2) },
  'a tool call, in its arguments': { sent: eventsOf(tool).slice(0, 3) },
  'a tool call, before its finish reason': { sent: eventsOf(tool).slice(0, 5) },
  'text, and then a tool call': { sent: [...eventsOf(first).slice(0, 3), ...eventsOf(tool).slice(1, 3)] },
  'a function call of old': { sent: [legacy('{"a')] },
  'a refusal': { sent: [eventOf({ ...headOf('a'), choices: [{ index: 0, delta: { refusal: 'I ' } }] })] },
  'a structured answer': { sent: eventsOf(first).slice(0, 3), body: { response_format: { type: 'json_object' } } },
  'an answer by a schema': { sent: eventsOf(first).slice(0, 3), body: { response_format: { type: 'json_schema' } } },
  'several choices': { sent: eventsOf(first).slice(0, 3), body: { n: 2 } },
  'an answer with logprobs': { sent: eventsOf(first).slice(0, 3), body: { logprobs: true } },
  'an answer with audio': { sent: eventsOf(first).slice(0, 3), body: { modalities: ['text', 'audio'] } },
  'an answer that its caller began': {
    sent: eventsOf(first).slice(0, 3),
    body: { messages: [{ role: 'assistant', content: 'Die' }] },
  },
};

describe.each([true, false])('never gone on with (stream: %s)', (stream) => {
  test.each(Object.entries(never))('%s', async (_name, { sent, body = {} }) => {
    const play: FaultProvider['play'] = (wire) => {
      wire.open();
      wire.chunks(...sent);
      return wire.close();
    };
    const scene = { providers: [{ play }, gives(fresh)], settings: all, body: { ...body } };
    const played = await playScene({ ...scene, rescue: ['prefill'] }, stream);
    if (stream) expect([played.body, played.asked]).toEqual([sent.join('') + brokenEvent('a', closed, [cut]), 'a']);
    // Audio is not streamed upstream for who asked plainly.
    else expect([played.body, played.asked]).toEqual(['modalities' in body ? plainOf(fresh) : assembled(fresh), 'ab']);
  });
});

describe('a caller who asked for usage', () => {
  const body = { stream_options: { include_usage: true } };
  const scene = { body, settings: all, rescue: ['prefill' as const] };
  const usagesIn = (text: string) => text.match(/"usage":\{/g)?.length ?? 0;

  test('gets it as the provider told it', async () => {
    const played = await playScene({ ...scene, providers: [gives(first), gives(fresh)] }, true);
    expect(played.body).toBe(eventsOf(first).join(''));
  });

  test('gets the sum of all, once, of an answer that several gave', async () => {
    const providers = [cutFirst, goesOn(fresh, [' und geht.'])];
    const played = await playScene({ ...scene, providers }, true);
    const { promptTokens, completionTokens } = played.record.usage ?? { promptTokens: 0, completionTokens: 0 };
    expect(usagesIn(played.body)).toBe(1);
    expect(played.body).toContain(`"usage":{"prompt_tokens":${promptTokens},"completion_tokens":${completionTokens},`);
    expect(completionTokens).toBeGreaterThan(1);
  });

  test('gets none of an answer that broke', async () => {
    const played = await playScene({ ...scene, providers: [cutFirst] }, true);
    expect(usagesIn(played.body)).toBe(0);
    expect(played.record.usage).toMatchObject({ estimated: true });
  });
});
