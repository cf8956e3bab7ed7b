import { describe, expect, test } from 'vitest';
import { type AttemptSaid, brokenEvent, does, gives, playScene } from '../support/faults.ts';
import type { FaultProvider, Play, Wire } from '../support/faultsProvider.ts';
import { assembled, eventsOf, framesOf, plainOf, relayed, says } from '../support/faultsSaid.ts';
import { headOf } from '../support/rawUpstream.ts';

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const other = says('b', ['Something ', 'else ', 'entirely.']);
const { role, content, finish, usage, done } = framesOf(first);
const isJson = 'content-type: application/json';
const whole = (play: Play): FaultProvider => ({ says: () => [first], play });

/** Sends each of these after so much silence. */
async function drips(wire: Wire, everyMs: number, events: string[]): Promise<void> {
  wire.open();
  for (const event of events) {
    await wire.silence(everyMs);
    wire.chunks(event);
  }
}

describe.each([true, false])('a slow answer (stream: %s)', (stream) => {
  const slow: Record<string, Play> = {
    'with its head just in time': async (wire) => {
      await wire.silence(9_999);
      wire.open();
      wire.chunks(...eventsOf(first));
      wire.end();
    },
    'with pauses just shorter than `idle`': async (wire) => {
      wire.open();
      wire.chunks(role, content[0] ?? '');
      for (const event of content.slice(1)) {
        await wire.silence(19_999);
        wire.chunks(event);
      }
      wire.chunks(finish, usage, done);
      wire.end();
    },
    'whose usage comes late': async (wire) => {
      wire.open();
      wire.chunks(role, ...content, finish);
      await wire.silence(4_999);
      wire.chunks(usage, done);
      wire.end();
    },
    'whose body does not end after [DONE]': (wire) => {
      wire.open();
      wire.chunks(...eventsOf(first));
    },
    'that goes on after [DONE]': (wire) => {
      wire.open();
      wire.chunks(...eventsOf(first), ...eventsOf(other));
      wire.end();
    },
  };
  test.each(Object.entries(slow))('%s is whole', async (_name, play) => {
    const played = await playScene({ providers: [whole(play), gives(other)] }, stream);
    expect(played.body).toBe(stream ? relayed(first) : assembled(first));
    expect([played.asked, played.trail]).toEqual(['a', 'a=ok']);
    expect(played.circuits.a).toBe('well');
  });

  test('that is longer than `total` ends there', async () => {
    const words = Array.from({ length: 5 }, (_, at) => `${at} `);
    const long = says('a', words);
    const play: Play = async (wire) => {
      wire.open();
      wire.chunks(framesOf(long).role, framesOf(long).content[0] ?? '');
      await drip(wire, framesOf(long).content.slice(1));
    };
    const drip = async (wire: Wire, events: string[]) => {
      for (const event of events) {
        await wire.silence(15_000);
        wire.chunks(event);
      }
      await wire.silence(1);
    };
    const settings = [{ timeouts: { totalMs: 60_001 } }];
    const played = await playScene({ providers: [does(play), gives(other)], settings }, stream);
    if (!stream) return expect([played.body, played.trail]).toEqual([assembled(other), 'a=total, b=ok']);
    const attempt: AttemptSaid = ['a', 'total', 200, 60_001];
    const why = { word: 'total', said: 'No end of the answer came within 60001 ms.' };
    expect(played.body).toBe(eventsOf(long).slice(0, 6).join('') + brokenEvent('a', why, [attempt]));
  });

  test('that brings comments only, after its first words, is silent', async () => {
    const play: Play = async (wire) => {
      wire.open();
      wire.chunks(role, content[0] ?? '');
      await wire.silence(19_000);
      wire.chunks(': ping\n\n');
      await wire.silence(1_000);
    };
    const played = await playScene({ providers: [does(play), gives(other)] }, stream);
    expect(played.trail).toBe(stream ? 'a=idle' : 'a=idle, b=ok');
    expect(played.circuits.a).toBe('timeout');
  });

  test('that drips roles and comments does not reach its first token', async () => {
    const play: Play = (wire) => drips(wire, 2_500, [role, ': ping\n\n', role, ': ping\n\n']);
    const played = await playScene({ providers: [does(play), gives(other)] }, stream);
    expect(played.body).toBe(stream ? relayed(other) : assembled(other));
    expect([played.trail, played.circuits.a]).toEqual(['a=firstToken, b=ok', 'timeout']);
  });

  test('beyond the caller’s own deadline is an error, and nothing against the provider', async () => {
    const headers = { 'x-recloser-deadline': '2s' };
    const providers = [does((wire) => wire.silence(2_000))];
    const played = await playScene({ providers, headers }, stream);
    expect([played.status, played.asked, played.trail]).toEqual([504, 'a', 'a=deadline']);
    expect(JSON.parse(played.body).error.code).toBe('deadline_exceeded');
    expect(played.circuits.a).toBe('well');
  });

  test('of the second provider too is an error after both clocks', async () => {
    const providers = [does((wire) => wire.silence(10_000)), does((wire) => wire.silence(10_000))];
    const played = await playScene({ providers }, stream);
    expect([played.status, played.trail]).toEqual([503, 'a=firstToken, b=firstToken']);
    expect(played.record.durationMs).toBe(20_000);
  });
});

describe.each([true, false])('a provider that nobody reaches (stream: %s)', (stream) => {
  test('is passed over', async () => {
    const settings = [{ baseUrl: 'http://127.0.0.1:1/v1' }];
    const played = await playScene({ providers: [gives(first), gives(other)], settings }, stream);
    expect(played.body).toBe(stream ? relayed(other) : assembled(other));
    expect([played.asked, played.trail]).toEqual(['b', 'a=connect, b=ok']);
  });
});

/** Without `assemble` the provider is asked plainly, and gives one body. */
const plainly: Record<string, [Play, string]> = {
  'no head in time': [(wire) => wire.silence(60_000), 'answer'],
  'closed at once': [(wire) => wire.close(), 'reset'],
  'reset at once': [(wire) => wire.reset(), 'reset'],
  'cut before its first byte': [cutAt(0, (wire) => wire.close()), 'cut'],
  'cut in its head of JSON': [cutAt(20, (wire) => wire.close()), 'cut'],
  'cut within a character': [cutAt(plainBytes().indexOf('潮') + 1, (wire) => wire.close()), 'cut'],
  'cut before its last byte': [cutAt(plainBytes().length - 1, (wire) => wire.close()), 'cut'],
  'reset amid it': [cutAt(150, (wire) => wire.reset()), 'cut'],
  'silent amid it': [cutAt(150, (wire) => wire.silence(20_000)), 'idle'],
  'ended too soon, in good order': [(wire) => wire.reply(200, plainBytes().subarray(0, 150)), 'malformed'],
  'no byte': [(wire) => wire.reply(200, ''), 'empty'],
  'a page': [(wire) => wire.reply(200, '<html></html>'), 'malformed'],
  'an error inside': [(wire) => wire.reply(200, '{"error":{"message":"Overloaded","code":503}}'), '503'],
  'no choices': [(wire) => wire.reply(200, '{"choices":[]}'), 'empty'],
  'no finish reason': [(wire) => wire.reply(200, plainOf(first).replace('"stop"', 'null')), 'empty'],
  'one of two choices without a finish reason': [
    (wire) => wire.reply(200, plainOf(first).replace('[{', '[{"index":1,"finish_reason":null},{')),
    'empty',
  ],
  'a stream that is cut': [
    async (wire) => {
      wire.open();
      wire.chunks(role, ...content.slice(0, 2));
      await wire.close();
    },
    'cut',
  ],
  'a stream without a finish reason': [
    (wire) => {
      wire.open();
      wire.chunks(role, ...content);
      wire.end();
    },
    'cut',
  ],
};

function plainBytes(): Buffer {
  return Buffer.from(plainOf(says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.'])));
}

function cutAt(bytes: number, strike: Play): Play {
  return async (wire, call) => {
    wire.raw(headOf([isJson, `content-length: ${plainBytes().length}`]));
    if (bytes > 0) wire.raw(plainBytes().subarray(0, bytes));
    await strike(wire, call);
  };
}

describe('a provider that is asked plainly', () => {
  const settings = Array(2).fill({ assemble: false });

  test.each(Object.entries(plainly))('%s: another answers', async (_name, [play, word]) => {
    const played = await playScene({ providers: [does(play), gives(other)], settings }, false);
    expect(played.body).toBe(plainOf(other));
    expect([played.asked, played.trail]).toEqual(['ab', `a=${word}, b=ok`]);
    expect(played.calls.map(({ body }) => body.stream ?? false)).toEqual([false, false]);
  });

  test('and streams all the same is put together', async () => {
    const streams = whole((wire) => {
      wire.open();
      wire.chunks(...eventsOf(first));
      wire.end();
    });
    const played = await playScene({ providers: [streams, gives(other)], settings }, false);
    expect([played.body, played.trail]).toEqual([assembled(first), 'a=ok']);
  });
});
