import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

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

/** Encodings one over the other. */
const ENCODINGS_MAX = 3;

/**
 * A decoder for a `content-encoding`; null: an encoding we do not know. We ask for none, but some providers and proxies
 * compress all the same, and some over what was compressed already.
 */
export function openDecoder(encoding: string | undefined, drain: Drain): Decoder | null {
  if (encoding === undefined) return plain(drain);
  const names = encoding.split(',').map((name) => name.trim().toLowerCase());
  const applied = names.filter((name) => name !== '' && name !== 'identity');
  if (applied.length > ENCODINGS_MAX) return null;
  const stages: Decoder[] = [plain(drain)];
  // The first named was applied first, so it comes off last.
  for (const name of applied) {
    const inner = stages.at(-1);
    const stage = inner && openStage(name, stages.length === 1 ? drain : { ...drain, ...into(inner) });
    if (!stage) return null;
    stages.push(stage);
  }
  return stages.length <= 2 ? (stages.at(-1) ?? null) : all(stages);
}

function openStage(encoding: string, drain: Drain): Decoder | null {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return through(createGunzip(), drain);
    case 'deflate':
      return inflate(drain);
    case 'br':
      return through(createBrotliDecompress(), drain);
    default:
      return null;
  }
}

function into(inner: Decoder): Pick<Drain, 'bytes' | 'end'> {
  return { bytes: (chunk) => inner.write(chunk), end: () => inner.end() };
}

/** The outermost takes the bytes; the rest is done to each. */
function all(stages: Decoder[]): Decoder {
  const each = (does: 'pause' | 'resume' | 'destroy') => () => {
    for (const stage of stages) stage[does]();
  };
  return {
    write: (chunk) => stages.at(-1)?.write(chunk),
    end: () => stages.at(-1)?.end(),
    pause: each('pause'),
    resume: each('resume'),
    destroy: each('destroy'),
  };
}

/** `deflate` means zlib, but many servers leave the wrapping away: its first byte tells (RFC 1950, section 2.2). */
function inflate(drain: Drain): Decoder {
  let inner: Decoder | null = null;
  const open = (first: number): Decoder =>
    through((first & 0x0f) === 8 && first >> 4 <= 7 ? createInflate() : createInflateRaw(), drain);
  return {
    write: (chunk) => {
      if (chunk[0] === undefined) return;
      inner ??= open(chunk[0]);
      inner.write(chunk);
    },
    end: () => (inner ? inner.end() : drain.end()),
    pause: () => inner?.pause(),
    resume: () => inner?.resume(),
    destroy: () => inner?.destroy(),
  };
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
