/** Bytes of heap that a sign of JSON may stand for, beside its text: an object, a list, a field, an entry. */
const signs: readonly [sign: string, bytes: number][] = [
  ['{', 64],
  ['[', 64],
  [':', 56],
  [',', 32],
];
/** A text is there up to three times: read, sent on, and sent on to whom it races. */
const TEXTS = 3;
/** The first byte of a character that takes two bytes in memory, as then do all characters of its text. */
const WIDE_FROM = 0xc4;
/** No byte of any body weighs more. */
const MOST_A_BYTE = 72;

const costs = new Uint8Array(256);
for (const [sign, bytes] of signs) costs[sign.charCodeAt(0)] = bytes;

/**
 * How many bytes of heap a JSON body takes, at most, while its request is under way: three bytes of `{},` are an object of
 * sixty-four. Known before it is read, for a heap that is full ends the process.
 */
export function weightOf(body: Uint8Array): number {
  let weight = 0;
  let widest = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    weight += costs[byte] ?? 0;
    if (byte > widest) widest = byte;
  }
  return weight + body.length * TEXTS * (widest >= WIDE_FROM ? 2 : 1);
}

/** What the heaviest body of so many bytes would weigh: known without looking through it. */
export function mostWeightOf(bytes: number): number {
  return bytes * MOST_A_BYTE;
}
