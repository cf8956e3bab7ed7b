import { describe, expect, test } from 'vitest';
import { type AttemptSaid, brokenEvent, does, gives, playScene } from '../support/faults.ts';
import type { FaultCall, Play } from '../support/faultsProvider.ts';
import { breaks, trailing } from '../support/faultsRescue.ts';
import { assembled, eventOf, eventsOf, headOf, relayed, says } from '../support/faultsSaid.ts';

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const other = says('b', ['Something ', 'else ', 'entirely.']);
const done = 'data: [DONE]\n\n';
const closed = { word: 'cut', said: 'UND_ERR_SOCKET.' };
const cut: AttemptSaid = ['a', 'cut', 200, 0];
const settings = Array(2).fill({ prefill: trailing });

const chunk = (...choices: object[]) => eventOf({ ...headOf('a'), choices });
const piece = (index: number, content: string, reason: string | null = null) => ({
  index,
  delta: content === '' ? {} : { content },
  finish_reason: reason,
});
const both = [chunk(piece(0, 'One')), chunk(piece(1, 'Two'))];

/** Streams of two choices, of which one at least has no end. */
const halves: Record<string, string[]> = {
  'neither is finished': both,
  'one is finished': [...both, chunk(piece(0, '', 'stop'))],
  'the other is finished': [...both, chunk(piece(1, '', 'stop'))],
  'one is finished twice': [...both, chunk(piece(0, '', 'stop')), chunk(piece(0, '', 'stop'))],
  'one is finished beside a blank reason': [...both, chunk(piece(0, '', 'stop'), piece(1, ' more', ''))],
};

describe.each([true, false])('of two choices, cut (stream: %s)', (stream) => {
  test.each(Object.entries(halves))('%s', async (_name, events) => {
    const play: Play = (wire) => {
      wire.open();
      wire.chunks(...events);
      return wire.close();
    };
    const scene = { providers: [does(play), gives(other)], settings, body: { n: 2 }, rescue: ['prefill' as const] };
    const played = await playScene(scene, stream);
    if (stream) expect(played.body).toBe(events.join('') + brokenEvent('a', closed, [cut]));
    else expect([played.body, played.trail]).toEqual([assembled(other), 'a=cut, b=ok']);
  });
});

/** Errors amid a stream, as vendors put them there; the word and the message that the caller reads. */
const errors: Record<string, [string, string, number, string]> = {
  'beside a choice that ends in it': [
    eventOf({ ...headOf('a'), error: { code: 502, message: 'Disconnected' }, choices: [piece(0, '', 'error')] }),
    '502',
    502,
    'Disconnected.',
  ],
  'as the reason for the end': [
    chunk(piece(0, '', 'error')),
    '500',
    500,
    'The provider ended the answer with an error.',
  ],
  'as a word': [eventOf({ error: 'overloaded' }), '529', 529, 'overloaded.'],
  'as an event by that name': [
    `event: error\n${eventOf({ message: 'Internal', type: 'server_error' })}`,
    '500',
    500,
    'Internal.',
  ],
  'as a whole object': [eventOf({ object: 'error', message: 'Gone', code: 503 }), '503', 503, 'Gone.'],
  'of a quota': [eventOf({ error: { message: 'Rate limit', code: 429 } }), '429', 429, 'Rate limit.'],
};

describe.each([true, false])('an error amid an answer (stream: %s)', (stream) => {
  test.each(Object.entries(errors))('%s', async (_name, [event, word, status, said]) => {
    const broken = breaks(first, 3, (wire) => {
      wire.chunks(event, done);
      wire.end();
    });
    const played = await playScene({ providers: [broken, gives(other)] }, stream);
    const given = eventsOf(first).slice(0, 3).join('');
    const end = brokenEvent('a', { word, said }, [['a', word, status, 0]]);
    if (stream) expect([played.body, played.asked]).toEqual([given + end, 'a']);
    else expect([played.body, played.trail]).toEqual([assembled(other), `a=${word}, b=ok`]);
  });
});

/** What the first does with its first call, and what becomes of the request when it may be asked once more. */
const again: Record<string, [Play, string, string]> = {
  'a 503': [(wire) => wire.reply(503, ''), 'aa', 'a=503, a=ok'],
  'a closed connection': [(wire) => wire.close(), 'aa', 'a=reset, a=ok'],
  'an empty answer': [(wire) => wire.reply(200, ''), 'aa', 'a=empty, a=ok'],
  silence: [(wire) => wire.silence(10_000), 'ab', 'a=firstToken, b=ok'],
  'a 401': [(wire) => wire.reply(401, ''), 'ab', 'a=401, b=ok'],
  'a 429 without a time': [(wire) => wire.reply(429, ''), 'ab', 'a=429, b=ok'],
  'a 400 about the length': [
    (wire) => wire.reply(400, '{"error":{"message":"Too long.","code":"context_length_exceeded"}}'),
    'ab',
    'a=400, b=ok',
  ],
};

describe.each([true, false])('with `retries: 1` (stream: %s)', (stream) => {
  test.each(Object.entries(again))('%s', async (_name, [play, asked, trail]) => {
    const seen = new Set<FaultCall>();
    const good = gives(first);
    const once: Play = (wire, call) => (seen.add(call).size === 1 ? play(wire, call) : good.play(wire, call));
    const providers = [{ ...good, play: once }, gives(other)];
    const played = await playScene({ providers, settings: [{ retries: 1 }] }, stream);
    const by = asked === 'aa' ? first : other;
    expect(played.body).toBe(stream ? relayed(by) : assembled(by));
    expect([played.asked, played.trail]).toEqual([asked, trail]);
  });

  test('never again after its first content, where the caller has it', async () => {
    const providers = [breaks(first, 3, (wire) => wire.close()), gives(other)];
    const played = await playScene({ providers, settings: [{ retries: 1 }] }, stream);
    expect([played.asked, played.trail]).toEqual(stream ? ['a', 'a=cut'] : ['aab', 'a=cut, a=cut, b=ok']);
  });
});
