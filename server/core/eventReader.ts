import { isChunk, readChunk, textFields } from './chunk.ts';
import { isRecord, textOf } from './json.ts';
import type { ChunkFacts } from './wire.ts';

type Json = Record<string, unknown>;

/** What one event of a stream holds. */
export interface ReadEvent {
  /** Null: it is no JSON object. */
  json: Json | null;
  /** Whether it is an event of a chat answer at all. */
  isChunk: boolean;
  facts: ChunkFacts;
}

/** So many chunks of a stream are learned from, then it is taken for one whose chunks are not alike. */
const learnedMax = 6;
/** A longer text is copied out of its event: a part of it would keep all of it in memory. */
const partCharactersMax = 12;
/** OpenAI hides the length of a chunk's text behind letters drawn anew for each. */
const padding = 'obfuscation';

const [quote, backslash, firstPrintable] = [0x22, 0x5c, 0x20];

/**
 * Reads the events of one stream. The chunks of a stream differ in their text and in nothing else: one that has the
 * characters of the chunk before it up to its text, and after it, is not parsed again. What comes back is what parsing
 * it would have given.
 */
export class EventReader {
  private last: Shape | null = null;
  private learned = 0;

  read(data: string): ReadEvent {
    return this.last?.read(data) ?? this.parse(data);
  }

  private parse(data: string): ReadEvent {
    const json = parseObject(data);
    const event = { json, isChunk: isChunk(json), facts: readChunk(json) };
    if (this.learned < learnedMax && event.isChunk && event.facts.content) {
      this.learned += 1;
      this.last = shapeOf(data, event) ?? this.last;
    }
    return event;
  }
}

/** The JSON object in a text; null: it is none. */
export function parseObject(text: string): Json | null {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : null;
  } catch {
    return null;
  }
}

/** The JSON of a chunk without its text and padding: every chunk alike but for these has the same. */
class Shape {
  /** The characters before the text, between it and the padding, and after that. */
  private readonly pieces: readonly string[];
  private readonly json: Json;
  private readonly choice: Json;
  private readonly delta: Json;
  private readonly field: string;
  private readonly facts: ChunkFacts;

  constructor(
    pieces: readonly string[],
    of: { json: Json; choice: Json; delta: Json; field: string; facts: ChunkFacts },
  ) {
    this.pieces = pieces;
    this.json = of.json;
    this.choice = of.choice;
    this.delta = of.delta;
    this.field = of.field;
    // Of all but the text.
    const characters = of.facts.characters - (textOf(of.delta[of.field])?.length ?? 0);
    this.facts = { ...of.facts, characters };
  }

  /** Null: it is not alike. */
  read(data: string): ReadEvent | null {
    const [before = '', ...after] = this.pieces;
    if (!data.startsWith(before)) return null;
    const texts: string[] = [];
    let at = before.length;
    for (const piece of after) {
      const end = endOfText(data, at);
      const text = end === null ? null : textIn(data, at, end);
      if (end === null || text === null || !data.startsWith(piece, end)) return null;
      texts.push(text);
      at = end + piece.length;
    }
    const [text = '', letters] = texts;
    return at === data.length && text !== '' ? this.event(text, letters) : null;
  }

  private event(text: string, letters: string | undefined): ReadEvent {
    const choices = [{ ...this.choice, delta: { ...this.delta, [this.field]: text } }];
    const json: Json = { ...this.json, choices };
    if (letters !== undefined) json[padding] = letters;
    return { json, isChunk: true, facts: { ...this.facts, characters: this.facts.characters + text.length } };
  }
}

/** The shape of a chunk with text of one choice; null: it has none that is sure. */
function shapeOf(data: string, { json, facts }: ReadEvent): Shape | null {
  if (!json || facts.finished || facts.usage || facts.error !== undefined) return null;
  const [choice, another] = Array.isArray(json.choices) ? json.choices : [];
  if (another !== undefined || !isRecord(choice) || !isRecord(choice.delta)) return null;
  const { delta } = choice;
  const field = textFields.find((name) => textOf(delta[name]) !== null);
  if (field === undefined) return null;
  const pieces = typeof json[padding] === 'string' ? cut(data, [field, padding]) : cut(data, [field]);
  return pieces && isSure(pieces, field) ? new Shape(pieces, { json, choice, delta, field, facts }) : null;
}

/** Cuts the texts of these fields out, in this order. */
function cut(data: string, fields: string[]): string[] | null {
  const pieces: string[] = [];
  let from = 0;
  for (const field of fields) {
    const name = new RegExp(`"${field}"\\s*:\\s*"`, 'g');
    name.lastIndex = from;
    if (!name.test(data)) return null;
    const end = endOfText(data, name.lastIndex);
    if (end === null) return null;
    pieces.push(data.slice(from, name.lastIndex));
    from = end;
  }
  return [...pieces, data.slice(from)];
}

/** Whether other texts in these places are read where the texts were. */
function isSure(pieces: string[], field: string): boolean {
  const [before, after, rest] = pieces;
  const probe = parseObject(rest === undefined ? `${before}text${after}` : `${before}text${after}letters${rest}`);
  const choice = probe && Array.isArray(probe.choices) ? probe.choices[0] : null;
  const isText = isRecord(choice) && isRecord(choice.delta) && choice.delta[field] === 'text';
  return isText && (rest === undefined || probe?.[padding] === 'letters');
}

/** The place of the quote that ends a JSON text begun before `from`; null: there is none. */
function endOfText(data: string, from: number): number | null {
  for (let at = from; at < data.length; at += 1) {
    const code = data.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at += 1;
  }
  return null;
}

/** A JSON text without its quotes, as JavaScript has it; null: it is none. */
function textIn(data: string, from: number, to: number): string | null {
  if (to - from <= partCharactersMax && isPlain(data, from, to)) return data.slice(from, to);
  try {
    return JSON.parse(data.slice(from - 1, to + 1));
  } catch {
    return null;
  }
}

function isPlain(data: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const code = data.charCodeAt(at);
    if (code === backslash || code < firstPrintable) return false;
  }
  return true;
}
