import { isChunk, readChunk, textFields } from './chunk.ts';
import { isRecord, textOf } from './json.ts';
import { isPlainText } from './sent.ts';
import type { ChunkFacts } from './wire.ts';

type Json = Record<string, unknown>;

/** What one event of a stream holds. */
export interface ReadEvent {
  /** Null: it is no JSON object. */
  readonly json: Json | null;
  /** Whether it is an event of a chat answer at all. */
  readonly isChunk: boolean;
  readonly facts: ChunkFacts;
  /** For who needs no more of a chunk than its text; null: it says something else, or may. */
  readonly plain: PlainText | null;
}

/** A chunk that gives out a piece of text and nothing else. */
export interface PlainText {
  readonly text: string;
  /** A chunk that is the same but for its text. */
  readonly like: Json;
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
    const event = { json, isChunk: isChunk(json), facts: readChunk(json), plain: null };
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
  /** The characters before the text, after it up to the padding, and after that; null: it has none. */
  private readonly before: string;
  private readonly after: string;
  private readonly rest: string | null;
  /** A chunk that is the same but for its text. */
  readonly json: Json;
  private readonly choice: Json;
  private readonly delta: Json;
  private readonly field: string;
  /** Characters of all but the text. */
  private readonly characters: number;
  private readonly toolCall: boolean;
  /** Whether its chunks give out text and nothing else. */
  readonly isPlain: boolean;

  constructor(
    pieces: readonly string[],
    of: { json: Json; choice: Json; delta: Json; field: string; facts: ChunkFacts },
  ) {
    const [before = '', after = '', rest = null] = pieces;
    this.before = before;
    this.after = after;
    this.rest = rest;
    this.json = of.json;
    this.choice = of.choice;
    this.delta = of.delta;
    this.field = of.field;
    this.characters = of.facts.characters - (textOf(of.delta[of.field])?.length ?? 0);
    this.toolCall = of.facts.toolCall;
    this.isPlain = of.field === 'content' && isPlainText(of.choice);
  }

  /** Null: it is not alike. */
  read(data: string): ReadEvent | null {
    const { before, after, rest } = this;
    if (!data.startsWith(before)) return null;
    const text = textAt(data, before.length, after);
    if (text === null || text.value === '') return null;
    const letters = rest === null ? null : textAt(data, text.next, rest);
    if (rest !== null && letters === null) return null;
    return (letters ?? text).next === data.length ? new AlikeChunk(this, text.value, letters?.value) : null;
  }

  factsOf(text: string): ChunkFacts {
    const { toolCall, characters } = this;
    return {
      content: true,
      finished: false,
      usage: null,
      error: undefined,
      usageOnly: false,
      toolCall,
      characters: characters + text.length,
    };
  }

  jsonOf(text: string, letters: string | undefined): Json {
    const choices = [{ ...this.choice, delta: { ...this.delta, [this.field]: text } }];
    const json: Json = { ...this.json, choices };
    if (letters !== undefined) json[padding] = letters;
    return json;
  }
}

/** A chunk that is alike: its JSON is put together for who asks for it. */
class AlikeChunk implements ReadEvent, PlainText {
  readonly isChunk = true;
  readonly facts: ChunkFacts;
  readonly text: string;
  private readonly shape: Shape;
  private readonly letters: string | undefined;

  constructor(shape: Shape, text: string, letters: string | undefined) {
    this.shape = shape;
    this.text = text;
    this.letters = letters;
    this.facts = shape.factsOf(text);
  }

  get plain(): PlainText | null {
    return this.shape.isPlain ? this : null;
  }

  get like(): Json {
    return this.shape.json;
  }

  get json(): Json {
    return this.shape.jsonOf(this.text, this.letters);
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

/** The text that begins at `from` where `piece` comes right after it, and the place after that; null: it is not so. */
function textAt(data: string, from: number, piece: string): { value: string; next: number } | null {
  const end = endOfText(data, from);
  if (end === null || !data.startsWith(piece, end)) return null;
  const value = textIn(data, from, end);
  return value === null ? null : { value, next: end + piece.length };
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
