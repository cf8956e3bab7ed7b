import { describe, expect, test } from 'vitest';
import { type AttemptSaid, brokenEvent, playScene } from '../support/faults.ts';
import type { FaultProvider, Play } from '../support/faultsProvider.ts';
import { added, breaks, comment, goesOn, toBegun, trailing } from '../support/faultsRescue.ts';
import { assembled, callsTool, eventOf, eventsOf, framesOf, plainOf, says, textOf } from '../support/faultsSaid.ts';

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const fresh = says('b', ['Something ', 'else ', 'entirely.']);
const third = says('c', ['A third ', 'answer.']);
const rest = [' und geht', ' wieder 🌊.'];
const settings = Array(3).fill({ prefill: trailing });
const done = 'data: [DONE]\n\n';
/** What the caller has when the answer breaks after its role and two tokens. */
const begun = eventsOf(first).slice(0, 3).join('');
const cut: AttemptSaid = ['a', 'cut', 200, 0];
const brokeOff = (...others: AttemptSaid[]) =>
  begun + brokenEvent('a', { word: 'cut', said: 'UND_ERR_SOCKET.' }, [cut, ...others]);
const cutFirst = breaks(first, 3, (wire) => wire.close());

const strikes: Record<string, [Play, string]> = {
  closed: [(wire) => wire.close(), 'cut'],
  reset: [(wire) => wire.reset(), 'cut'],
  'ended without a finish reason': [(wire) => wire.end(), 'cut'],
  'silent for 20 s': [(wire) => wire.silence(20_000), 'idle'],
  'an error event': [
    (wire) => {
      wire.chunks(eventOf({ error: { message: 'Overloaded', code: 503 } }));
      wire.end();
    },
    '503',
  ],
  'cut within a character': [
    async (wire) => {
      const half = Buffer.from(eventOf({ choices: [{ index: 0, delta: { content: '漢' } }] }));
      wire.chunks(half.subarray(0, half.indexOf('漢') + 2));
      await wire.close();
    },
    'cut',
  ],
};
const places = [1, 2, 3, 4].flatMap((tokens) =>
  Object.entries(strikes).map(([name, [strike, word]]) => ({ tokens, name, strike, word })),
);

describe.each([true, false])('an answer that breaks is gone on with (stream: %s)', (stream) => {
  test.each(places)('after $tokens tokens: $name', async ({ tokens, strike, word }) => {
    const broken = breaks(first, 1 + tokens, strike);
    const providers = [broken, goesOn(fresh, rest)];
    const played = await playScene({ providers, settings, rescue: ['prefill'] }, stream);
    expect([played.asked, played.trail]).toEqual(['ab', `a=${word}, b=ok`]);
    expect(played.record.rescued).toBe(stream);
    if (!stream) return expect(played.body).toBe(assembled(fresh));
    const given = eventsOf(first)
      .slice(0, 1 + tokens)
      .join('');
    // The space that ends the first token is there already.
    const pieces = tokens === 1 ? ['und geht', ...rest.slice(1)] : rest;
    expect(played.body).toBe(given + comment('b', 'prefill') + added('b', pieces) + done);
    const sent = textOf({ ...first, deltas: first.deltas.slice(0, tokens) }).trimEnd();
    expect(played.calls[1]?.begun).toBe(sent);
  });
});

/** What the second does with the begun answer; what it adds byte for byte, or the rows of those that failed. */
interface Second {
  play: Play;
  offered?: FaultProvider['says'];
  adds?: string;
  fails?: AttemptSaid;
}

const wholeWith = (text: string, finish = 'stop'): NonNullable<Second['offered']> => {
  return ({ begun: sent }) => [says('b', [(sent ?? '') + text], finish)];
};
const sends = (...events: string[]): Play => {
  return (wire) => {
    wire.open();
    wire.chunks(...events);
    wire.end();
  };
};
const more = says('b', rest);
const again = says('b', ['Die Flut kom', 'mt 潮 am ', 'Morgen.']);
const thought = eventOf({ id: 'chatcmpl-b', choices: [{ index: 0, delta: { reasoning_content: 'Where was I?' } }] });
const refusal = JSON.stringify({ error: { message: 'The conversation must end with a user message.' } });
const { role, content, finish, usage } = framesOf(more);

const seconds: Record<string, Second> = {
  'goes on to its length': {
    play: sends(...eventsOf(says('b', rest, 'length'))),
    offered: wholeWith(rest.join(''), 'length'),
    adds: added('b', rest, 'length'),
  },
  'begins again with the same words': {
    play: sends(...eventsOf(again)),
    offered: () => [again],
    adds: added('b', [' am ', 'Morgen.']),
  },
  // Half a sentence that ends where it was cut is no whole answer, whoever says so.
  'has nothing to add': { play: sends(...eventsOf(says('b', []))), fails: ['b', 'mismatch', 200, 0] },
  'goes on in one body of JSON': {
    play: (wire) => wire.reply(200, plainOf(more)),
    offered: wholeWith(rest.join('')),
  },
  'thinks first': {
    play: sends(role, thought, ...content, finish, done),
    offered: wholeWith(rest.join('')),
    adds: added('b', rest),
  },
  'goes on with CRLF, and each byte by itself': {
    play: async (wire) => {
      wire.open();
      for (const byte of Buffer.from(eventsOf(more).join('').replaceAll('\n', '\r\n')))
        wire.chunks(Buffer.from([byte]));
      wire.end();
    },
    offered: wholeWith(rest.join('')),
    adds: added('b', rest),
  },
  'goes on without [DONE]': {
    play: sends(role, ...content, finish, usage),
    offered: wholeWith(rest.join('')),
    adds: added('b', rest),
  },
  'goes on with a bad chunk amid': {
    play: sends(role, content[0] ?? '', 'data: {"cho\n\n', content[1] ?? '', finish, done),
    offered: wholeWith(rest.join('')),
    adds: added('b', rest),
  },
  'says something else': { play: sends(...eventsOf(fresh)), fails: ['b', 'mismatch', 200, 0] },
  'begins again, and then says something else': {
    play: sends(...eventsOf(says('b', ['Die Flut ist', ' hoch.']))),
    fails: ['b', 'mismatch', 200, 0],
  },
  'calls a tool': { play: sends(...eventsOf(callsTool('b', ['{}']))), fails: ['b', 'mismatch', 200, 0] },
  'refuses with 400': { play: (wire) => wire.reply(400, refusal), fails: ['b', '400', 400, 0] },
  'refuses with 422': { play: (wire) => wire.reply(422, refusal), fails: ['b', '422', 422, 0] },
  'does not know the address': { play: (wire) => wire.reply(404, ''), fails: ['b', '404', 404, 0] },
  'is too busy': { play: (wire) => wire.reply(503, ''), fails: ['b', '503', 503, 0] },
  'is throttled': { play: (wire) => wire.reply(429, ''), fails: ['b', '429', 429, 0] },
  'knows no key': { play: (wire) => wire.reply(401, ''), fails: ['b', '401', 401, 0] },
  'shows a page': { play: (wire) => wire.reply(200, '<html></html>'), fails: ['b', 'malformed', 200, 0] },
  'says nothing': { play: sends(''), fails: ['b', 'empty', 200, 0] },
  'says an error': { play: sends(eventOf({ error: { message: 'x', code: 502 } })), fails: ['b', '502', 502, 0] },
  'is closed at once': { play: (wire) => wire.close(), fails: ['b', 'reset', null, 0] },
  'is reset at once': { play: (wire) => wire.reset(), fails: ['b', 'reset', null, 0] },
  'is silent': { play: (wire) => wire.silence(10_000), fails: ['b', 'firstToken', null, 10_000] },
  'opens, and is silent': {
    play: async (wire) => {
      wire.open();
      wire.chunks(role);
      await wire.silence(10_000);
    },
    fails: ['b', 'firstToken', 200, 10_000],
  },
  'is cut after its role': {
    play: async (wire) => {
      wire.open();
      wire.chunks(role);
      await wire.close();
    },
    fails: ['b', 'cut', 200, 0],
  },
};

describe.each([true, false])('the second, asked to go on (stream: %s)', (stream) => {
  test.each(Object.entries(seconds))('%s', async (_name, { play, offered, adds, fails }) => {
    const providers = [cutFirst, toBegun(play, fresh, offered)];
    const played = await playScene({ providers, settings, rescue: ['prefill'] }, stream);
    expect(played.asked).toBe('ab');
    if (!stream) expect([played.body, played.trail]).toEqual([assembled(fresh), 'a=cut, b=ok']);
    else if (fails) expect([played.body, played.record.rescued]).toEqual([brokeOff(fails), false]);
    else {
      expect([played.trail, played.record.rescued]).toEqual(['a=cut, b=ok', true]);
      if (adds !== undefined) expect(played.body).toBe(begun + comment('b', 'prefill') + adds + done);
    }
  });

  const failing = Object.entries(seconds).filter(([, { fails }]) => fails);
  test.each(failing)('%s: the third goes on', async (_name, { play, fails }) => {
    const providers = [cutFirst, toBegun(play, fresh), goesOn(third, rest)];
    const played = await playScene({ providers, settings, rescue: ['prefill'] }, stream);
    if (!stream) return expect([played.body, played.asked]).toEqual([assembled(fresh), 'ab']);
    expect(played.body).toBe(begun + comment('c', 'prefill') + added('c', rest) + done);
    expect([played.asked, played.trail]).toEqual(['abc', `a=cut, b=${fails?.[1]}, c=ok`]);
  });
});
