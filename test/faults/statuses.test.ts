import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { does, gives, playScene } from '../support/faults.ts';
import type { Play } from '../support/faultsProvider.ts';
import { assembled, relayed, says } from '../support/faultsSaid.ts';

const other = says('b', ['Something ', 'else ', 'entirely.']);
const json = ['content-type: application/json'];
const said = (message: string, code: string | null = null) => JSON.stringify({ error: { message, type: 'x', code } });
const page = (title: string) => `<html><head><title>${title}</title></head><body>nginx</body></html>`;
const broke = said('It broke.');

/** Status and body, and what it means for the circuit of the provider that said so. */
type Row = [status: number, what: string, body: string, circuit: string, lines?: string[]];

const toTheNext: Row[] = [
  [300, 'choices', '', 'failure'],
  [301, 'elsewhere', '', 'failure', ['location: http://127.0.0.1:9/v1/chat/completions']],
  [302, 'a page to log in', page('Log in'), 'failure', ['location: /login']],
  [304, 'nothing new', '', 'failure'],
  [307, 'elsewhere for now', '', 'failure', ['location: /v2/chat/completions']],
  [308, 'elsewhere for ever', '', 'failure', ['location: /v2/chat/completions']],
  [400, 'a page', page('400 Bad Request'), 'failure'],
  [400, 'too long', said("This model's maximum context length is 64 tokens.", 'context_length_exceeded'), 'well'],
  [401, 'the key', said('Incorrect API key provided: sk-secret-of-a.', 'invalid_api_key'), 'credentials'],
  [401, 'no word', '', 'credentials'],
  [402, 'no balance', said('Insufficient Balance'), 'balance'],
  [403, 'the key', said('Your API key does not have access.', 'permission_denied'), 'credentials'],
  [403, 'the region', said('Not supported.', 'unsupported_country_region_territory'), 'credentials'],
  [403, 'a firewall', page('Attention Required!'), 'failure'],
  [404, 'the model', said('The model does not exist.', 'model_not_found'), 'model'],
  [404, 'a page', page('404 Not Found'), 'model'],
  [405, 'the method', '', 'model'],
  [407, 'a proxy', '', 'credentials'],
  [408, 'it gave up waiting', broke, 'failure'],
  [409, 'a conflict', broke, 'failure'],
  [410, 'the model is gone', broke, 'model'],
  [421, 'another host', broke, 'failure'],
  [423, 'locked', broke, 'failure'],
  [424, 'what it depends on', broke, 'failure'],
  [425, 'too early', broke, 'failure'],
  [429, 'without a time', said('Rate limit reached.', 'rate_limit_exceeded'), 'throttled'],
  [429, 'seconds', broke, 'throttled', [...json, 'retry-after: 2']],
  [429, 'a date', broke, 'throttled', [...json, 'retry-after: Thu, 09 Oct 2025 08:53:25 GMT']],
  [429, 'milliseconds', broke, 'throttled', [...json, 'retry-after-ms: 1500']],
  [429, 'a page', page('429'), 'throttled'],
  [429, 'the quota', said('You exceeded your current quota.', 'insufficient_quota'), 'balance'],
  [429, 'too large for a minute', said('Request too large for this model.'), 'well'],
  [500, 'a server error', broke, 'failure'],
  [501, 'not made yet', broke, 'failure'],
  [502, 'a page', page('502 Bad Gateway'), 'failure'],
  [503, 'too busy', broke, 'failure', [...json, 'retry-after: 1']],
  [504, 'a page', page('504 Gateway Time-out'), 'failure'],
  [507, 'no room', broke, 'failure'],
  [520, 'a proxy at a loss', page('520'), 'failure'],
  [524, 'a proxy that waited', 'error code: 524', 'failure'],
  [
    529,
    'overloaded',
    JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
    'failure',
  ],
  [599, 'no number anybody knows', '', 'failure'],
];

const toTheCaller: Row[] = [
  [400, 'a wrong field', said("Invalid type for 'messages[0].name'.", 'invalid_type'), 'well'],
  [400, 'no word', '', 'well'],
  [400, 'words that are no JSON', 'Bad Request', 'well'],
  [400, 'the content', said('The response was filtered.', 'content_filter'), 'well'],
  [402, 'fewer tokens', said('This request requires more credits, or fewer max_tokens.'), 'well'],
  [403, 'moderation', said('Your input was flagged by moderation.'), 'well'],
  [404, 'a file of the caller', said('No such file object: file-1.'), 'well'],
  [413, 'the size', said('Request Entity Too Large'), 'well'],
  [413, 'the size, as a page', page('413'), 'well'],
  [415, 'the kind of body', said('Unsupported.'), 'well'],
  [422, 'the shape', JSON.stringify({ detail: [{ loc: ['body', 'messages'], msg: 'Field required' }] }), 'well'],
  [451, 'the law', said('Not here.'), 'well'],
];

describe.each([true, false])('a status (stream: %s)', (stream) => {
  const whole = stream ? relayed(other) : assembled(other);

  test.each(toTheNext)('%s %s: another answers', async (status, _what, body, circuit, lines = json) => {
    const first = does((wire) => wire.reply(status, body, lines));
    const played = await playScene({ providers: [first, gives(other)] }, stream);
    expect(played.body).toBe(whole);
    expect([played.asked, played.trail]).toEqual(['ab', `a=${status}, b=ok`]);
    expect(played.circuits).toEqual({ a: circuit, b: 'well' });
  });

  test.each(toTheCaller)('%s %s: is the caller’s to hear', async (status, _what, body, circuit, lines = json) => {
    const first = does((wire) => wire.reply(status, body, lines));
    const played = await playScene({ providers: [first, gives(other)] }, stream);
    const attempts = [{ provider: 'a', outcome: String(status), status, ms: 0 }];
    expect(played.status).toBe(status);
    expect(JSON.parse(played.body)).toMatchObject({ error: { attempts } });
    expect([played.asked, played.trail]).toEqual(['a', `a=${status}`]);
    expect(played.circuits).toEqual({ a: circuit, b: 'well' });
  });

  test.each(toTheCaller)('%s %s from a fallback: is not', async (status, _what, body, _circuit, lines = json) => {
    const isFiltered = /filtered|flagged/.test(body);
    const providers = [does((wire) => wire.reply(503, broke)), does((wire) => wire.reply(status, body, lines))];
    const third = says('c', ['The third.']);
    const played = await playScene({ providers: [...providers, gives(third)] }, stream);
    const whatThirdSays = stream ? relayed(third) : assembled(third);
    if (isFiltered) expect([played.status, played.asked]).toEqual([status, 'ab']);
    else expect([played.body, played.asked]).toEqual([whatThirdSays, 'abc']);
  });
});

const longWords = said(`It broke: ${'x'.repeat(200_000)}`);
const bodies: Record<string, Play> = {
  'never comes': async (wire) => {
    wire.raw('HTTP/1.1 503 Busy\r\ncontent-length: 9\r\n\r\n');
    await wire.silence(2_000);
  },
  'comes without an end': (wire) => {
    wire.raw('HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\n\r\n');
    wire.chunks(longWords);
  },
  'is cut': async (wire) => {
    wire.raw(`HTTP/1.1 503 Busy\r\ncontent-length: ${broke.length}\r\n\r\n${broke.slice(0, 9)}`);
    await wire.close();
  },
  'is compressed': (wire) => wire.reply(503, gzipSync(broke), ['content-encoding: gzip']),
  'says that it is compressed, and is not': (wire) => wire.reply(503, broke, ['content-encoding: gzip']),
  'is compressed in a way nobody knows': (wire) => wire.reply(503, broke, ['content-encoding: zzz']),
  'is a list': (wire) => wire.reply(503, '[1,2]'),
  'is nested beyond reason': (wire) => wire.reply(503, `${'['.repeat(5_000)}${']'.repeat(5_000)}`),
  'is bytes that are no text': (wire) => wire.reply(503, Buffer.from([0xff, 0xfe, 0x00, 0xc3])),
};

describe.each([true, false])('the body of an error (stream: %s)', (stream) => {
  test.each(Object.entries(bodies))('%s', async (_name, play) => {
    const played = await playScene({ providers: [does(play), gives(other)] }, stream);
    expect(played.body).toBe(stream ? relayed(other) : assembled(other));
    expect([played.asked, played.trail]).toEqual(['ab', 'a=503, b=ok']);
    expect(played.circuits).toEqual({ a: 'failure', b: 'well' });
  });
});
