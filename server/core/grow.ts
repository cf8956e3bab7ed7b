import { isRecord, textOf } from './json.ts';

/** Names of things in a delta that are said whole, often again in every chunk; all other text is said bit by bit and joined. */
const saidWhole = new Set(['role', 'id', 'name', 'type', 'format', 'object', 'model']);

/** An entry costs about this much beside its text. */
const entryCharacters = 16;

/** Thrown when what is put together would grow over its bound. */
export class AnswerTooLargeError extends Error {
  constructor(maxCharacters: number) {
    super(`The answer is larger than ${maxCharacters} characters, the most that is put together for a caller.`);
    this.name = 'AnswerTooLargeError';
  }
}

/** Thrown at a provider that sends and sends, and no answer in it: that is its failure, and another may do better. */
export class NoContentError extends Error {
  constructor() {
    super('more came than an answer may have before its content, and none of it');
    this.name = 'NoContentError';
  }
}

/** Counts what is held, and refuses more than its bound. */
export class Allowance {
  private held = 0;
  private readonly maxCharacters: number;

  constructor(maxCharacters: number) {
    this.maxCharacters = maxCharacters;
  }

  hold(characters: number): void {
    this.held += characters;
    if (this.held > this.maxCharacters) throw new AnswerTooLargeError(this.maxCharacters);
  }

  /** A value takes the place of another. */
  replace(before: unknown, after: unknown): void {
    this.hold(sizeOf(after) - sizeOf(before));
  }
}

/**
 * A value that arrives in pieces. Text is kept as a list of its pieces and joined once at the end, so that a long
 * answer costs as much as its length and not its square.
 */
export type Growing =
  | { grows: 'text'; pieces: string[] }
  | { grows: 'record'; fields: Map<string, Growing> }
  | GrowingList
  | { grows: 'not'; value: unknown };

interface GrowingList {
  grows: 'list';
  items: Growing[];
  /** Items that named a place for themselves, as tool calls do. Some vendors give all calls of an answer the same. */
  placed: Map<number, Growing[]>;
}

/**
 * Adds one piece to what has come of a value so far, and gives what there is now (often the same object, changed).
 * `key` is the name that the value stands under. Throws `AnswerTooLargeError`.
 */
export function grow(before: Growing | undefined, piece: unknown, at: { key: string; allowance: Allowance }): Growing {
  if (piece === null || piece === undefined) return before ?? { grows: 'not', value: null };
  if (typeof piece === 'string' && !saidWhole.has(at.key)) return growText(before, piece, at);
  if (Array.isArray(piece)) return growList(before, piece, at);
  if (isRecord(piece)) return growRecord(before, piece, at);
  // Some vendors repeat a name as empty text.
  if (piece === '' && before?.grows === 'not' && before.value !== null) return before;
  at.allowance.replace(before?.grows === 'not' ? before.value : undefined, piece);
  return { grows: 'not', value: piece };
}

/** The value as it is now, as plain JSON. */
export function grown(value: Growing): unknown {
  switch (value.grows) {
    case 'text':
      return value.pieces.join('');
    case 'record':
      return Object.fromEntries([...value.fields].map(([key, field]) => [key, grown(field)]));
    case 'list':
      return inOrder(value).map(grown);
    case 'not':
      return value.value;
  }
}

/** About how many characters a value has as JSON. */
function sizeOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object') return entryCharacters;
  let size = 0;
  for (const [key, field] of Object.entries(value)) size += entryCharacters + key.length + sizeOf(field);
  return size;
}

function inOrder(list: GrowingList): Growing[] {
  if (list.placed.size === 0) return list.items;
  const placed = [...list.placed].sort(([a], [b]) => a - b).flatMap(([, items]) => items);
  return [...placed, ...list.items];
}

function growText(before: Growing | undefined, piece: string, at: { key: string; allowance: Allowance }): Growing {
  if (before?.grows === 'list' && at.key === 'content') return growTextPart(before, piece, at.allowance);
  at.allowance.hold(piece.length);
  if (before?.grows !== 'text') return { grows: 'text', pieces: [piece] };
  if (piece !== '') {
    at.allowance.hold(entryCharacters);
    before.pieces.push(piece);
  }
  return before;
}

/** Content that began as a list of parts (Mistral's thinking) and goes on as text: a text part at its end. */
function growTextPart(list: GrowingList, piece: string, allowance: Allowance): Growing {
  if (piece === '') return list;
  const last = list.items.at(-1);
  if (last?.grows === 'record' && last.fields.get('text')) {
    growRecord(last, { text: piece }, { allowance });
    return list;
  }
  list.items.push(growRecord(undefined, { type: 'text', text: piece }, { allowance }));
  return list;
}

function growRecord(
  before: Growing | undefined,
  piece: Record<string, unknown>,
  at: { allowance: Allowance },
): Growing {
  const record = before?.grows === 'record' ? before : { grows: 'record' as const, fields: new Map<string, Growing>() };
  for (const key in piece) {
    const field = record.fields.get(key);
    if (!field) at.allowance.hold(entryCharacters + key.length);
    record.fields.set(key, grow(field, piece[key], { key, allowance: at.allowance }));
  }
  return record;
}

function growList(before: Growing | undefined, piece: unknown[], at: { key: string; allowance: Allowance }): Growing {
  const list = listFrom(before, at.key);
  for (const part of piece) {
    const index = isRecord(part) && typeof part.index === 'number' ? part.index : null;
    const isToolCall = at.key === 'tool_calls';
    if (isRecord(part) && (index !== null || isToolCall)) {
      const items = index === null ? list.items : placeIn(list, index);
      const last = isToolCall && isAnotherCall(items.at(-1), part) ? undefined : items.pop();
      items.push(growRecord(last, part, at));
    } else {
      at.allowance.hold(entryCharacters + sizeOf(part));
      list.items.push({ grows: 'not', value: part });
    }
  }
  return list;
}

function listFrom(before: Growing | undefined, key: string): GrowingList {
  if (before?.grows === 'list') return before;
  const list: GrowingList = { grows: 'list', items: [], placed: new Map() };
  if (before?.grows === 'text' && key === 'content' && before.pieces.some((piece) => piece !== '')) {
    list.items.push({
      grows: 'record',
      fields: new Map<string, Growing>([
        ['type', { grows: 'not', value: 'text' }],
        ['text', before],
      ]),
    });
  }
  return list;
}

function placeIn(list: GrowingList, index: number): Growing[] {
  const items = list.placed.get(index) ?? [];
  list.placed.set(index, items);
  return items;
}

/**
 * Whether a piece begins another tool call, by an id of its own, and does not go on with the last. Where calls name their
 * places it must be named too: some servers draw an id anew for each piece.
 */
function isAnotherCall(last: Growing | undefined, piece: Record<string, unknown>): boolean {
  const lastId = last?.grows === 'record' ? last.fields.get('id') : undefined;
  const before = lastId?.grows === 'not' ? textOf(lastId.value) : null;
  if (textOf(piece.id) === null || piece.id === before) return false;
  return piece.index === undefined || (before !== null && isNamed(piece));
}

function isNamed(call: Record<string, unknown>): boolean {
  return Object.values(call).some((field) => isRecord(field) && textOf(field.name) !== null);
}
