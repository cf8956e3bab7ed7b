import type { Counts } from '../server/core/minutes.ts';

/**
 * Counts by whole numbers in few bytes: for each in rising order, how much larger it is than the one before and its count,
 * both in groups of seven bits, the lowest first.
 */
export function packCounts(counts: Readonly<Counts>): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  // An object lists keys that are whole numbers in rising order.
  for (const [key, count] of Object.entries(counts)) {
    put(bytes, Number(key) - before);
    put(bytes, count);
    before = Number(key);
  }
  return Buffer.from(bytes);
}

export function unpackCounts(bytes: Uint8Array): Counts {
  const counts: Counts = {};
  const read = reader(bytes);
  let key = 0;
  for (let step = read(); step !== null; step = read()) {
    key += step;
    counts[key] = read() ?? 0;
  }
  return counts;
}

function put(bytes: number[], number: number): void {
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  bytes.push(rest);
}

/** The next number of the bytes, or null at their end. */
function reader(bytes: Uint8Array): () => number | null {
  let at = 0;
  return () => {
    if (at >= bytes.length) return null;
    let number = 0;
    for (let place = 1; ; place *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      number += (byte % 128) * place;
      if (byte < 128) return number;
    }
  };
}
