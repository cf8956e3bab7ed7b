import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { does, gives, playScene } from '../support/faults.ts';
import type { FaultProvider, Play } from '../support/faultsProvider.ts';
import { assembled, eventOf, eventsOf, framesOf, headOf, plainOf, relayed, says } from '../support/faultsSaid.ts';
import { eventStream, headOf as lines } from '../support/rawUpstream.ts';

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const other = says('b', ['Something ', 'else ', 'entirely.']);
const whole = eventsOf(first).join('');
const { role, content, finish, done } = framesOf(first);
const isJson = 'content-type: application/json';
const head = lines([eventStream, 'transfer-encoding: chunked']);

function streams(bytes: string | Buffer, ...more: string[]): Play {
  return (wire) => {
    wire.open(eventStream, ...more);
    wire.chunks(bytes);
    wire.end();
  };
}

function closesAfter(bytes: string): Play {
  return (wire) => {
    wire.raw(bytes);
    return wire.close();
  };
}

/** Before any content: the words of the trail. */
const lost: Record<string, [Play, string]> = {
  'closed at once': [(wire) => wire.close(), 'reset'],
  'reset at once': [(wire) => wire.reset(), 'reset'],
  'closed within the head': [closesAfter('HTTP/1.1 200 OK\r\ncontent-ty'), 'reset'],
  'no HTTP': [closesAfter('+OK ready\r\n\r\n'), 'reset'],
  'a head of 100 kB': [streams(whole, `x-big: ${'x'.repeat(100_000)}`), 'reset'],
  'six thousand headers': [streams(whole, ...Array.from({ length: 6_000 }, (_, at) => `x-${at}: value`)), 'reset'],
  'another protocol': [
    closesAfter('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    'reset',
  ],
  'a length and chunks': [
    closesAfter(`${lines([eventStream, 'content-length: 9', 'transfer-encoding: chunked'])}0`),
    'reset',
  ],
  'two lengths': [closesAfter(`${lines([eventStream, 'content-length: 9', 'content-length: 8'])}x`), 'reset'],
  'a length that is none': [closesAfter(`${lines([eventStream, 'content-length: -9'])}x`), 'reset'],
  'a status of four digits': [closesAfter(lines([eventStream], 'HTTP/1.1 2000 OK')), 'reset'],
  'a header without a name': [closesAfter(lines([eventStream, ': x'])), 'reset'],
  'a line end within a header': [closesAfter(lines([eventStream, 'x-a: b\rc: d'])), 'reset'],
  'HTTP of 1991': [closesAfter('<html>hello</html>'), 'reset'],
  'no head in time': [(wire) => wire.silence(10_000), 'firstToken'],
  'a head, and silence': [
    async (wire) => {
      wire.open();
      await wire.silence(10_000);
    },
    'firstToken',
  ],
  'comments for ever': [
    async (wire) => {
      wire.open();
      wire.chunks(': ping\n\n');
      await wire.silence(9_000);
      wire.chunks(': ping\n\n');
      await wire.silence(1_000);
    },
    'firstToken',
  ],
  'usage, and nothing else': [streams(framesOf(first).usage + done), 'empty'],
  'a role and [DONE]': [streams(role + done), 'empty'],
  '[DONE] at once': [streams(done), 'empty'],
  'no choices': [streams(eventOf({ ...headOf('a'), choices: [] }) + done), 'empty'],
  'no byte': [streams(''), 'empty'],
  'nothing by its length': [(wire) => wire.reply(200, ''), 'empty'],
  'a 204': [(wire) => wire.reply(204, ''), 'empty'],
  'a page': [(wire) => wire.reply(200, '<!doctype html><p>Maintenance', ['content-type: text/html']), 'malformed'],
  words: [(wire) => wire.reply(200, 'Service temporarily busy', ['content-type: text/plain']), 'malformed'],
  'JSON cut short': [(wire) => wire.reply(200, plainOf(first).slice(0, 90)), 'malformed'],
  'JSON that is a list': [(wire) => wire.reply(200, `[${plainOf(first)}]`), 'malformed'],
  'JSON of null': [(wire) => wire.reply(200, 'null'), 'malformed'],
  'JSON without choices': [(wire) => wire.reply(200, '{"id":"x","choices":[]}'), 'empty'],
  'JSON without a finish reason': [(wire) => wire.reply(200, plainOf(first).replace('"stop"', 'null')), 'empty'],
  'only bad chunks': [streams('data: {"choices":[{"delta":{"conte\n\ndata: oops\n\n'), 'malformed'],
  'an error for a body': [(wire) => wire.reply(200, '{"error":{"message":"Overloaded","code":529}}'), '529'],
  'an error for a body, without a code': [(wire) => wire.reply(200, '{"error":"It broke."}'), '500'],
  'a throttle for a body': [(wire) => wire.reply(200, '{"error":{"message":"Rate limit exceeded","code":429}}'), '429'],
  'an error for a first event': [streams(eventOf({ error: { message: 'Overloaded', code: 503 } })), '503'],
  'an error event by its name': [streams('event: error\ndata: {"message":"Overloaded"}\n\n'), '529'],
  'an error event of words': [streams('event: error\ndata: It broke.\n\n'), '500'],
  'an error after the role': [streams(role + eventOf({ error: { message: 'x', code: 502 } })), '502'],
  'gzip cut short': [streams(gzipSync(whole).subarray(0, 30), 'content-encoding: gzip'), 'cut'],
  'gzip that is none': [streams(whole, 'content-encoding: gzip'), 'cut'],
  'brotli cut short': [streams(brotliCompressSync(whole).subarray(0, 9), 'content-encoding: br'), 'cut'],
  'an encoding nobody knows': [streams(whole, 'content-encoding: zstd-next'), 'cut'],
  'a chunk size that is none': [(wire) => wire.raw(`${head}zz\r\n${whole}`), 'cut'],
  'less than its length says': [closesAfter(lines([isJson, 'content-length: 900'])), 'cut'],
};

/** Each of them at the first provider, and another one at the second. */
const rows = Object.entries(lost);
const pairs = rows.map(([one, [play, word]], at) => {
  const [two, [nextPlay, nextWord]] = rows[(at + 7) % rows.length] ?? [one, [play, word]];
  return { one, two, plays: [play, nextPlay], words: [word, nextWord] };
});

/** Odd, and whole all the same. */
const kept: Record<string, Play> = {
  'as one body of JSON': (wire) => wire.reply(200, plainOf(first)),
  'as one body of JSON that says it is a stream': (wire) => wire.reply(200, plainOf(first), [eventStream]),
  'as one body of JSON, byte by byte': async (wire) => {
    wire.open(isJson);
    for (const byte of Buffer.from(plainOf(first))) wire.chunks(Buffer.from([byte]));
    wire.end();
  },
};

const exact: Record<string, Play> = {
  'with CRLF': streams(whole.replaceAll('\n', '\r\n')),
  'each byte by itself': async (wire) => {
    wire.open();
    for (const byte of Buffer.from(whole)) {
      wire.chunks(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    wire.end();
  },
  'with a byte order mark': streams(`\ufeff${whole}`),
  'with comments and fields nobody knows': streams(`: hi\n\nretry: 5\nid: 1\n${whole.replaceAll('\n\n', '\n: x\n\n')}`),
  'without [DONE]': streams([role, ...content, finish, framesOf(first).usage].join('')),
  'without a blank line at its end': streams([role, ...content, framesOf(first).usage, finish].join('').trimEnd()),
  'under a head of 20 kB': streams(whole, `x-big: ${'x'.repeat(20_000)}`),
  'in gzip': streams(gzipSync(whole), 'content-encoding: gzip'),
  'in brotli': streams(brotliCompressSync(whole), 'content-encoding: br'),
  'that says it is JSON': streams(whole, isJson),
  'with a bad chunk before its first': streams(`data: {"choices":[{"delta\n\n${whole}`),
  'with a bad chunk before its last': streams(whole.replace(finish, `data: oops\n\n${finish}`)),
  'after early hints': (wire, call) => {
    wire.raw('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n');
    return streams(whole)(wire, call);
  },
};

describe.each([true, false])('an answer (stream: %s)', (stream) => {
  test.each(Object.entries(lost))('%s is asked for at the next provider', async (_name, [play, word]) => {
    const played = await playScene({ providers: [does(play), gives(other)] }, stream);
    expect(played.body).toBe(stream ? relayed(other) : assembled(other));
    expect([played.asked, played.trail]).toEqual(['ab', `a=${word}, b=ok`]);
    expect(played.circuits.b).toBe('well');
  });

  test.each(pairs)('$one at the first provider, and $two at the second: an error', async ({ plays, words }) => {
    const played = await playScene({ providers: plays.map(does) }, stream);
    const attempts = words.map((outcome, at) => ({ provider: at === 0 ? 'a' : 'b', outcome }));
    expect(played.status).toBe(503);
    expect(JSON.parse(played.body).error).toMatchObject({ code: 'no_provider_available', attempts });
    expect([played.asked, played.trail]).toEqual(['ab', `a=${words[0]}, b=${words[1]}`]);
  });

  test.each(Object.entries(exact))('%s is whole', async (_name, play) => {
    const provider: FaultProvider = { says: () => [first], play };
    const played = await playScene({ providers: [provider, gives(other)] }, stream);
    if (stream) expect(played.body).toBe(relayed(first));
    else expect(JSON.parse(played.body)).toEqual(JSON.parse(assembled(first)));
    expect([played.asked, played.trail]).toEqual(['a', 'a=ok']);
  });

  test.each(Object.entries(kept))('%s is whole', async (_name, play) => {
    const provider: FaultProvider = { says: () => [first], play };
    const played = await playScene({ providers: [provider, gives(other)] }, stream);
    if (!stream) expect(played.body).toBe(plainOf(first));
    expect([played.asked, played.trail]).toEqual(['a', 'a=ok']);
  });
});
