import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  asChunks,
  chunked,
  eventStream,
  headOf,
  lastChunk,
  type RawScript,
  type RawUpstream,
  startRawUpstream,
} from '../support/rawUpstream.ts';
import { event, role, startUpstream, stop, streamOf, streams, text, usage } from '../support/upstream.ts';

type Wire = RunningGateway & { raw: RawUpstream };

/** A raw provider, and a good one behind it. */
async function wire(script: RawScript): Promise<Wire> {
  const raw = await startRawUpstream(script);
  const b = await startUpstream(streams('from b'));
  return { raw, ...(await startGateway({ providers: { a: { url: raw.url }, b: { url: b.url } } })) };
}

/** What a caller of both kinds gets: the text, and who gave it. */
async function asked({ ask }: Wire): Promise<{ plain: string; stream: string; trails: (string | null)[] }> {
  const plain = await ask();
  const stream = await ask({ stream: true });
  const pieces = stream.events.map((one) => (one as Partial<ReturnType<typeof text>>).choices);
  const deltas = (pieces as { delta?: { content?: string } }[][]).map((choices) => choices?.[0]?.delta?.content ?? '');
  expect(stream.events.at(-1)).toBe('[DONE]');
  return {
    plain: plain.json.choices?.[0]?.message?.content ?? '',
    stream: deltas.join(''),
    trails: [plain, stream].map(({ headers }) => headers.get('x-recloser-trail')),
  };
}

const answer = 'Grüße aus 東京 👋 today';
const body = streamOf(answer);
const bodyWithoutDone = [event(role()), event(text(answer)), event(stop()), event(usage())].join('');
const json = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  model: 'real-model',
  choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
});
const open = headOf([eventStream, asChunks]);
const whole = (bytes: string | Buffer, ...lines: string[]): RawScript => {
  return (socket) =>
    void socket.write(
      Buffer.concat([Buffer.from(headOf([...lines, asChunks])), chunked(bytes), Buffer.from(lastChunk)]),
    );
};
const sends = (bytes: string): RawScript => whole(bytes, eventStream);
const encoded = (encoding: string, bytes: Buffer): RawScript =>
  whole(bytes, eventStream, `content-encoding: ${encoding}`);

const good: Record<string, RawScript> = {
  'as it should be': sends(body),
  'CRLF line ends': sends(body.replaceAll('\n', '\r\n')),
  'lone CR line ends': sends(body.replaceAll('\n', '\r')),
  'a byte order mark': sends(`\ufeff${body}`),
  'comments and fields nobody knows': sends(
    `: hello\n\nid: 7\nretry: 10\nfoo: bar\n${body.replaceAll('\n\n', '\n: x\n\n')}`,
  ),
  'no blank after the colon': sends(body.replaceAll('data: ', 'data:')),
  'data of several lines': sends(
    body.replace(
      /data: (\{.*?\})\n\n/g,
      (_, one: string) => `${JSON.stringify(JSON.parse(one), null, 1).replace(/^/gm, 'data: ')}\n\n`,
    ),
  ),
  'blank lines first': sends(`\n\n\n${body}`),
  'each byte by itself': async (socket) => {
    socket.setNoDelay(true);
    socket.write(open);
    for (const byte of Buffer.from(body)) {
      await new Promise((resolve) => socket.write(chunked(Buffer.from([byte])), () => setImmediate(resolve)));
    }
    socket.write(lastChunk);
  },
  'chunk extensions and trailers': (socket) =>
    void socket.write(
      `${open}${Buffer.byteLength(body).toString(16)};name=value\r\n${body}\r\n0\r\nx-checksum: 1\r\n\r\n`,
    ),
  'no [DONE]': sends(bodyWithoutDone),
  'no blank line at the end': sends(bodyWithoutDone.trimEnd()),
  'closed without its last chunk, after the finish reason': (socket) =>
    void socket.end(Buffer.concat([Buffer.from(open), chunked(bodyWithoutDone)])),
  'usage: null in each chunk': sends(body.replaceAll('"choices"', '"usage":null,"choices"')),
  'a bad chunk among good ones': sends(
    body.replace('data: {', 'data: {"choices":[{"delta":{"conte\n\ndata: nonsense\n\ndata: {'),
  ),
  'one JSON body for a stream': whole(json, 'content-type: application/json'),
  'one JSON body that says it is a stream': sends(json),
  'a stream that says it is JSON': whole(body, 'content-type: application/json'),
  'a body without a length in HTTP/1.0': (socket) =>
    void socket.end(`${headOf([eventStream], 'HTTP/1.0 200 OK')}${body}`),
  'a body that ends with the connection': (socket) =>
    void socket.end(`${headOf([eventStream, 'connection: close'])}${body}`),
  'early hints first': (socket) =>
    void socket.write(
      Buffer.concat([
        Buffer.from(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${open}`),
        chunked(body),
        Buffer.from(lastChunk),
      ]),
    ),
  'a 102 first': (socket) =>
    void socket.write(
      Buffer.concat([Buffer.from(`HTTP/1.1 102 Processing\r\n\r\n${open}`), chunked(body), Buffer.from(lastChunk)]),
    ),
  'a content-length': (socket) =>
    void socket.write(`${headOf([eventStream, `content-length: ${Buffer.byteLength(body)}`])}${body}`),
  'more than its content-length says': (socket) =>
    void socket.end(`${headOf([eventStream, `content-length: ${Buffer.byteLength(body)}`])}${body}and more`),
  gzip: encoded('gzip', gzipSync(body)),
  'gzip in two members': encoded('gzip', Buffer.concat([gzipSync(body.slice(0, 300)), gzipSync(body.slice(300))])),
  brotli: encoded('br', brotliCompressSync(body)),
  deflate: encoded('deflate', deflateSync(body)),
  'deflate without its wrapping': encoded('deflate', deflateRawSync(body)),
  'encodings one over the other': encoded('gzip, br', brotliCompressSync(gzipSync(body))),
  'headers of 20 kB': whole(body, eventStream, `x-big: ${'x'.repeat(20_000)}`),
};

describe('a good answer on an odd wire is whole', () => {
  test.each(Object.entries(good))('%s', async (_name, script) => {
    const given = await asked(await wire(script));
    expect(given).toEqual({ plain: answer, stream: answer, trails: ['a=ok', 'a=ok'] });
  });
});

const bad: Record<string, [RawScript, string]> = {
  'closed before a byte': [(socket) => void socket.end(), 'reset'],
  'reset before a byte': [(socket) => void socket.resetAndDestroy(), 'reset'],
  'closed within the head': [(socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-ty'), 'reset'],
  'no HTTP at all': [(socket) => void socket.end('hello there\r\n\r\n'), 'reset'],
  'headers of 64 kB': [whole(body, eventStream, `x-big: ${'x'.repeat(65_000)}`), 'reset'],
  'ten thousand headers': [
    whole(body, eventStream, ...Array.from({ length: 10_000 }, (_, at) => `x-${at}: 1`)),
    'reset',
  ],
  'a 100 that nobody asked for': [(socket) => void socket.write(`HTTP/1.1 100 Continue\r\n\r\n${open}`), 'reset'],
  'closed after the head': [(socket) => void socket.end(open), 'cut'],
  'a chunk size that is none': [(socket) => void socket.end(`${open}zz\r\n${body}`), 'cut'],
  'less than its content-length says': [(socket) => void socket.end(headOf([eventStream, 'content-length: 9'])), 'cut'],
  'gzip that is none': [encoded('gzip', Buffer.from(body)), 'cut'],
  'gzip cut short': [encoded('gzip', gzipSync(body).subarray(0, 20)), 'cut'],
  'an encoding nobody knows': [encoded('zstd-next', Buffer.from(body)), 'cut'],
  'a stream of nothing': [sends('\n\n: ping\n\n'), 'malformed'],
  'bad chunks only': [sends('data: {"cho\n\ndata: nonsense\n\n'), 'malformed'],
  'a page': [whole('<html></html>', 'content-type: text/html'), 'malformed'],
  'no body': [(socket) => void socket.write(headOf(['content-length: 0'])), 'empty'],
  'a 204': [(socket) => void socket.write(headOf([], 'HTTP/1.1 204 No Content')), 'empty'],
};

describe('an answer that breaks before its content goes to the next provider', () => {
  test.each(Object.entries(bad))('%s', async (_name, [script, word]) => {
    const given = await asked(await wire(script));
    expect(given).toEqual({ plain: 'from b', stream: 'from b', trails: Array(2).fill(`a=${word}, b=ok`) });
  });
});
