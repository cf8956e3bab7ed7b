import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** Where the plain bytes of an answer go. */
export interface Drain {
  bytes(chunk: Buffer): void;
  end(): void;
  /** The bytes were no such encoding. */
  broken(message: string): void;
  /** The decoder has enough for now (`true`), or takes more again (`false`). */
  full(held: boolean): void;
}

/** Takes the bytes of an answer as they came over the wire, and gives them plain. */
export interface Decoder {
  write(chunk: Buffer): void;
  end(): void;
  pause(): void;
  resume(): void;
  destroy(): void;
}

/**
 * A decoder for a `content-encoding`; null: an encoding we do not know. We ask for none, but some providers and proxies
 * compress all the same.
 */
export function openDecoder(encoding: string | undefined, drain: Drain): Decoder | null {
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return plain(drain);
    case 'gzip':
    case 'x-gzip':
      return through(createGunzip(), drain);
    case 'deflate':
      return through(createInflate(), drain);
    case 'br':
      return through(createBrotliDecompress(), drain);
    default:
      return null;
  }
}

function plain(drain: Drain): Decoder {
  return {
    write: (chunk) => drain.bytes(chunk),
    end: () => drain.end(),
    pause: () => {},
    resume: () => {},
    destroy: () => {},
  };
}

function through(stream: Transform, drain: Drain): Decoder {
  stream.on('data', (chunk: Buffer) => drain.bytes(chunk));
  stream.on('end', () => drain.end());
  stream.on('error', (error) => drain.broken(error.message));
  stream.on('drain', () => drain.full(false));
  return {
    write: (chunk) => {
      if (!stream.write(chunk)) drain.full(true);
    },
    end: () => void stream.end(),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    destroy: () => void stream.destroy(),
  };
}
