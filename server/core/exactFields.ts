/** A field as it was written, and what was read for it. */
export interface ExactField {
  value: unknown;
  text: string;
}

/**
 * The fields of a JSON object that hold a number which JavaScript may have rounded (a seed of 64 bits, the bound of a schema),
 * as they were written: so they can be sent on with every digit. `json` is what was read from `text`, and not too deep.
 */
export function exactFields(text: string, json: Record<string, unknown>): ReadonlyMap<string, ExactField> {
  const exact = new Map<string, ExactField>();
  const rounded = new Set(Object.keys(json).filter((name) => isRounded(json[name])));
  if (rounded.size === 0) return exact;
  let at = text.indexOf('{') + 1;
  for (let from = text.indexOf('"', at); from >= 0; from = text.indexOf('"', at)) {
    const nameEnd = endOfText(text, from);
    const name = JSON.parse(text.slice(from, nameEnd)) as string;
    const begin = text.indexOf(':', nameEnd) + 1;
    at = endOfValue(text, begin);
    // Of a field that is there twice the last is read.
    if (rounded.has(name)) exact.set(name, { value: json[name], text: text.slice(begin, at).trim() });
  }
  return exact;
}

/** Whole numbers beyond 2^53 have lost digits, or may have; and what is no finite number would be written as `null`. */
function isRounded(value: unknown): boolean {
  if (typeof value === 'number')
    return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(isRounded);
  for (const key in value) if (isRounded((value as Record<string, unknown>)[key])) return true;
  return false;
}

/** The place of the comma or the bracket after a value of the object itself. */
function endOfValue(text: string, begin: number): number {
  let depth = 0;
  let at = begin;
  while (at < text.length) {
    const sign = text[at];
    if (depth === 0 && (sign === ',' || sign === '}')) break;
    if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') depth -= 1;
    at = sign === '"' ? endOfText(text, at) : at + 1;
  }
  return at;
}

/** The place after the quote that ends the text begun by the quote at `from`. */
function endOfText(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
