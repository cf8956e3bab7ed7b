import { describe, expect, test } from 'vitest';
import { does, gives, type Played, playScene } from '../support/faults.ts';
import type { FaultProvider, Play, Wire } from '../support/faultsProvider.ts';
import { assembled, callsTool, eventOf, eventsOf, framesOf, headOf, relayed, says } from '../support/faultsSaid.ts';

/* Answers that break, and whose end looks good all the same; and answers that only look alive. */

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const other = says('b', ['Something ', 'else ', 'entirely.']);
const { role, content, finish, usage, done } = framesOf(first);
const begun = role + content.slice(0, 2).join('');
const odd = (choices: unknown, more: object = {}) => eventOf({ ...headOf('a'), choices, ...more } as never);

function streams(...events: string[]): Play {
  return (wire) => {
    wire.open();
    wire.chunks(...events);
    wire.end();
  };
}

/** The caller has the beginning and an error, or, asked plainly, the whole answer of another. */
function expectBroken({ stream, body, trail, status }: Played, word: string): void {
  expect(status).toBe(200);
  expect(trail).toBe(stream ? `a=${word}` : `a=${word}, b=ok`);
  if (stream) {
    expect(body.startsWith(begun)).toBe(true);
    expect(body).toContain('"code":"answer_interrupted"');
    expect(body).not.toContain('[DONE]');
  } else {
    expect(body).toBe(assembled(other));
  }
}

const errors: Record<string, [string, string]> = {
  'an error by its type': [eventOf({ type: 'error', message: 'Overloaded' }), '529'],
  'a code and a sentence': [eventOf({ code: 'InternalError', message: 'It broke.', request_id: 'x' }), '500'],
  'a detail': [eventOf({ detail: 'It broke.' }), '500'],
  'a list of details': [eventOf({ detail: [{ loc: ['body'], msg: 'It broke.' }] }), '500'],
  'a list of errors': [eventOf({ errors: [{ message: 'It broke.', code: 502 }] }), '502'],
  'an error that is a list': [eventOf({ error: [{ message: 'It broke.', code: 502 }] }), '502'],
  'an error that is a number': [eventOf({ error: 503 }), '503'],
  'an error that is only said to be': [eventOf({ error: true, message: 'It broke.' }), '500'],
  words: [eventOf('Internal Server Error'), 'cut'],
  'a page': [eventOf('<html><h1>502 Bad Gateway</h1></html>'), 'cut'],
  'a line without a field': ['{"error":{"message":"It broke.","code":502}}\n\n', 'cut'],
  'a page without a field': ['<html>\n<h1>502 Bad Gateway</h1>\n</html>\n\n', 'cut'],
  'half a chunk': ['data: {"choices":[{"index":0,"del\n\n', 'cut'],
};

describe.each([true, false])('[DONE] does not make an answer whole (stream: %s)', (stream) => {
  test.each(Object.entries(errors))('after %s', async (_name, [event, word]) => {
    const providers = [does(streams(begun, event, done)), gives(other)];
    expectBroken(await playScene({ providers }, stream), word);
  });

  test('in a tool call', async () => {
    const tool = eventsOf(callsTool('a', ['{"que', 'ry":1}']));
    const providers = [does(streams(...tool.slice(0, 3), done)), gives(other)];
    const played = await playScene({ providers }, stream);
    expect(played.trail).toBe(stream ? 'a=cut' : 'a=cut, b=ok');
    if (stream) expect(played.body).not.toContain('[DONE]');
    else expect(played.body).toBe(assembled(other));
  });

  test('where one of two choices has no finish reason', async () => {
    const second = content[0]?.replace('"index":0', '"index":1') ?? '';
    const providers = [does(streams(begun, second, finish, done)), gives(other)];
    expectBroken(await playScene({ providers, body: { n: 2 } }, stream), 'cut');
  });
});

test.each([[0], [-1], [0.5], ['2']])('an answer of %j choices is not whole before its finish reason', async (n) => {
  const cut: Play = (wire) => {
    wire.open();
    wire.chunks(begun);
    return wire.close();
  };
  const played = await playScene({ providers: [does(cut), gives(other)], body: { n } }, true);
  expectBroken({ ...played, stream: true }, 'cut');
});

const lively: Record<string, string> = {
  'empty text': odd([{ index: 0, delta: { content: '' }, finish_reason: null }]),
  'empty deltas': odd([{ index: 0, delta: {}, finish_reason: null }]),
  'no choices': odd([]),
  'usage so far': usage,
  roles: role,
};

describe.each([true, false])('a silent provider is not hidden (stream: %s)', (stream) => {
  test.each(Object.entries(lively))('by %s, amid an answer', async (_name, event) => {
    const play: Play = async (wire) => {
      wire.open();
      wire.chunks(role, ...content.slice(0, 2));
      await wire.silence(19_000);
      wire.chunks(event);
      await wire.silence(1_000);
    };
    const played = await playScene({ providers: [does(play), gives(other)] }, stream);
    expectBroken(played, 'idle');
    expect(played.circuits.a).toBe('timeout');
  });

  test('after the finish reason, where five seconds are all there is', async () => {
    const play = async (wire: Wire): Promise<void> => {
      wire.open();
      wire.chunks(role, ...content, finish);
      await wire.silence(3_000);
      wire.chunks(lively['empty deltas'] ?? '');
      await wire.silence(2_000);
    };
    const provider: FaultProvider = { says: () => [first], play };
    const played = await playScene({ providers: [provider, gives(other)] }, stream);
    expect(played.record.durationMs).toBe(5_000);
    expect(played.trail).toBe('a=ok');
  });

  test('by so much of nothing that it is held no longer', async () => {
    const flood = Array.from({ length: 30 }, () => role.repeat(100));
    const play: Play = async (wire) => {
      wire.open();
      wire.chunks(...flood);
      await wire.stall();
    };
    const played = await playScene({ providers: [does(play), gives(other)] }, stream);
    expect(played.body).toBe(stream ? relayed(other) : assembled(other));
    expect(played.trail).toBe(stream ? 'a=malformed, b=ok' : 'a=firstToken, b=ok');
  });
});

describe.each([true, false])('a finish reason that comes before the end (stream: %s)', (stream) => {
  const early: Record<string, string[]> = {
    'once, before the content': [role, finish, ...content.slice(0, 2)],
    'beside the content': [
      role,
      odd([{ index: 0, delta: { content: 'Die ' }, finish_reason: 'stop' }]),
      content[1] ?? '',
    ],
    'at each piece of content': ['Die ', 'Flut '].map((text) =>
      odd([{ index: 0, delta: { content: text }, finish_reason: 'stop' }]),
    ),
  };

  test.each(Object.entries(early))('%s, makes no cut answer whole', async (_name, events) => {
    const cut: Play = (wire) => {
      wire.open();
      wire.chunks(...events);
      return wire.close();
    };
    const played = await playScene({ providers: [does(cut), gives(other)] }, stream);
    expect(played.trail).toBe(stream ? 'a=cut' : 'a=cut, b=ok');
    if (stream) expect(played.body).not.toContain('[DONE]');
    else expect(played.body).toBe(assembled(other));
  });
});

test('a finish reason that comes too early leaves the content after it its time, and its end as it is', async () => {
  const play: Play = async (wire) => {
    wire.open();
    wire.chunks(role, finish, content[0] ?? '');
    await wire.silence(19_000);
    wire.chunks(...content.slice(1), finish, usage, done);
    wire.end();
  };
  const played = await playScene({ providers: [{ says: () => [first], play }, gives(other)] }, false);
  expect(played.trail).toBe('a=ok');
  expect(played.record.durationMs).toBe(19_000);
});

const untidy: Record<string, [string, object[]]> = {
  'choices of null': [odd(null), []],
  'choices of null beside usage': [odd(null, { usage: { prompt_tokens: 1, completion_tokens: 1 } }), []],
  'a choice of null': [odd([null]), [{ ...headOf('a'), choices: [] }]],
  'a delta of null': [
    odd([{ index: 0, delta: null, finish_reason: null }]),
    [{ ...headOf('a'), choices: [{ index: 0, delta: {}, finish_reason: null }] }],
  ],
};

test.each(Object.entries(untidy))('%s is not passed on: clients fall over it', async (_name, [event, tidy]) => {
  const provider: FaultProvider = { says: () => [first], play: streams(role, event, ...content, finish, done) };
  const played = await playScene({ providers: [provider, gives(other)] }, true);
  const given = tidy.map((chunk) => eventOf(chunk as never)).join('');
  expect(played.body).toBe(role + given + content.join('') + finish + done);
});

describe.each([true, false])('a message (stream: %s)', (stream) => {
  const message = { role: 'assistant', content: 'Die Flut kommt 潮 zweimal 🌊.' };
  const whole = (more: object) => odd([{ index: 0, ...more, finish_reason: 'stop' }]);

  test('in place of deltas is the answer', async () => {
    const said = says('a', [message.content]);
    const provider: FaultProvider = { says: () => [said], play: streams(whole({ message }), done) };
    const played = await playScene({ providers: [provider, gives(other)] }, stream);
    expect([played.trail, played.status]).toEqual(['a=ok', 200]);
    expect(played.body).toContain(message.content);
  });

  test('after the deltas says nothing new', async () => {
    const provider: FaultProvider = {
      says: () => [first],
      play: streams(role, ...content, whole({ message }), done),
    };
    const played = await playScene({ providers: [provider, gives(other)] }, stream);
    expect(played.trail).toBe('a=ok');
  });

  test('that is missing, in a body of JSON or an answer of an older kind, makes no answer', async () => {
    const [head, choice] = [headOf('a'), { index: 0, text: 'Hello', finish_reason: 'stop' }];
    const bodies: Play[] = [
      (wire) => wire.reply(200, JSON.stringify({ ...head, object: 'chat.completion', choices: [choice] })),
      streams(eventOf({ ...head, object: 'text_completion', choices: [choice] }), done),
    ];
    for (const play of bodies) {
      const played = await playScene({ providers: [does(play), gives(other)] }, stream);
      expect(played.body).toBe(stream ? relayed(other) : assembled(other));
    }
  });
});
