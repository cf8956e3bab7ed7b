import { readFileSync } from 'node:fs';

/** Bytes that nobody would send on purpose, out of a committed corpus and a seed. */

export interface Seedling {
  name: string;
  bytes: Buffer;
}

/** One corpus of `test/long/corpus`: what is mutated. */
export function corpusOf(name: 'requests' | 'responses'): Seedling[] {
  const file = new URL(`../long/corpus/${name}.json`, import.meta.url);
  const rows = JSON.parse(readFileSync(file, 'utf8')) as { name: string; latin1: string }[];
  return rows.map((row) => ({ name: row.name, bytes: Buffer.from(row.latin1, 'latin1') }));
}

/** Whole numbers from 0 to below `below`; the same for the same seed (mulberry32). */
export type Draw = (below: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const tokens = [
  ...[
    '\r\n',
    '\n',
    '\r\n\r\n',
    ': ',
    ',',
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\u0000',
    '\\ud83d',
    'null',
    'true',
    '-1',
    '1e999',
  ],
  ...[
    'data: ',
    'data: [DONE]\n\n',
    'event: error\n',
    '\n\n',
    ': ping\n\n',
    '\u00ef\u00bb\u00bf',
    '0\r\n\r\n',
    'ffffffff\r\n',
  ],
  ...[
    'content-length: 0\r\n',
    'content-length: 99999999999\r\n',
    'transfer-encoding: chunked\r\n',
    'connection: close\r\n',
  ],
  ...[
    'content-encoding: gzip\r\n',
    'content-encoding: br\r\n',
    'content-encoding: deflate, gzip\r\n',
    'HTTP/1.1 200 OK\r\n',
  ],
  ...[
    '"stream":true',
    '"__proto__":',
    '"choices":[{}],',
    '"choices":null,',
    '"finish_reason":"stop"',
    '"usage":{},',
    '\u0000',
  ],
].map((token) => Buffer.from(token, 'latin1'));

const MUTATIONS_MAX = 3;
const BYTES_MAX = 20_000;

/** A few mutations of one of the corpus. One in six is left as it is. */
export function mutated(corpus: Seedling[], draw: Draw): Buffer {
  let bytes = pick(corpus, draw).bytes;
  if (draw(6) === 0) return bytes;
  for (let left = 1 + draw(MUTATIONS_MAX); left > 0; left -= 1)
    bytes = mutate(bytes, corpus, draw).subarray(0, BYTES_MAX);
  return bytes;
}

/** The same with a `content-length` that is true, so that what is odd is the body. */
export function measured(bytes: Buffer): Buffer {
  const bodyAt = bytes.indexOf('\r\n\r\n') + 4;
  if (bodyAt < 4) return bytes;
  const head = bytes
    .toString('latin1', 0, bodyAt)
    .replace(/content-length: *\d+/, `content-length: ${bytes.length - bodyAt}`);
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes.subarray(bodyAt)]);
}

function mutate(bytes: Buffer, corpus: Seedling[], draw: Draw): Buffer {
  const at = draw(bytes.length + 1);
  const to = Math.min(bytes.length, at + draw(40));
  const put = (...middle: Buffer[]) => Buffer.concat([bytes.subarray(0, at), ...middle, bytes.subarray(to)]);
  switch (draw(8)) {
    case 0:
      return put();
    case 1:
      return put(bytes.subarray(at, to), bytes.subarray(at, to));
    case 2:
      return put(pick(tokens, draw));
    case 3:
      return put(pick(tokens, draw), bytes.subarray(at, to));
    case 4:
      return put(Buffer.from(Array.from({ length: 1 + draw(8) }, () => draw(256))));
    case 5:
      return bytes.subarray(0, at);
    case 6:
      return Buffer.concat([bytes.subarray(0, at), pick(corpus, draw).bytes.subarray(draw(200))]);
    default: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << draw(8));
      return flipped;
    }
  }
}

export function pick<Thing>(things: readonly Thing[], draw: Draw): Thing {
  return things[draw(things.length)] as Thing;
}
