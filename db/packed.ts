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
  let key = 0;
  let isCount = false;
  let number = 0;
  let place = 1;
  // One loop and no function of its own for a number: this is most of what reading a day of minutes costs.
  for (const byte of bytes) {
    number += (byte % 128) * place;
    place *= 128;
    if (byte >= 128) continue;
    if (isCount) counts[key] = number;
    else key += number;
    isCount = !isCount;
    [number, place] = [0, 1];
  }
  return counts;
}

function put(bytes: number[], number: number): void {
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  bytes.push(rest);
}
