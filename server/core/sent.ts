import { isRecord, textOf } from './json.ts';
import type { Usage } from './records.ts';

/** Most characters of a begun answer that are kept to go on from; a longer one that breaks is not rescued. */
export const SENT_CHARACTERS_MAX = 256 * 1_024;

/** What a text costs in memory beside its characters, and each of those. */
const PIECE_BYTES = 32;
const CHARACTER_BYTES = 2;

/** Fields of a delta that hold thoughts: no part of the answer, and of one model only. */
export const reasoningFields = ['reasoning_content', 'reasoning', 'reasoning_details'] as const;
/** Fields of a delta from which nobody else can go on. */
const ownFields = ['tool_calls', 'function_call', 'audio', 'images', 'refusal'] as const;

/** What a caller was given of an answer so far: all that is needed for somebody else to go on with it. */
export class Sent {
  /** `id` and `created` of its first chunk: an answer keeps them to its end. */
  id: unknown;
  created: unknown;
  /** As its last chunk named it. */
  model: unknown;
  /** There is no going on from it: it holds something else than text, is finished, or is too long to keep. */
  closed = false;
  private pieces: string[] = [];
  private characters = 0;
  private readonly hasRoom: (bytes: number) => boolean;

  /** `hasRoom`: whether so many more bytes may be held, over all callers. */
  constructor(hasRoom: (bytes: number) => boolean) {
    this.hasRoom = hasRoom;
  }

  /** One chunk, as it went to the caller. */
  note(chunk: Record<string, unknown>): void {
    this.id ??= chunk.id;
    this.created ??= chunk.created;
    if (chunk.model !== undefined) this.model = chunk.model;
    if (this.closed || !Array.isArray(chunk.choices)) return;
    for (const choice of chunk.choices) {
      if (isRecord(choice)) this.noteChoice(choice);
    }
  }

  /** One chunk that is plain text; `like`: one that is the same but for its text. */
  noteText(like: Record<string, unknown>, text: string): void {
    this.id ??= like.id;
    this.created ??= like.created;
    if (like.model !== undefined) this.model = like.model;
    if (!this.closed) this.add(text);
  }

  /** The text; reasoning is not part of it. */
  text(): string {
    const text = this.pieces.join('');
    // Joined once: whoever asks again gets it for nothing.
    this.pieces = [text];
    return text;
  }

  /** The caller was told to drop it. */
  drop(): void {
    this.pieces = [];
    this.characters = 0;
    this.closed = false;
  }

  private noteChoice(choice: Record<string, unknown>): void {
    const content = isRecord(choice.delta) ? choice.delta.content : null;
    if (!isOpen(choice)) this.close();
    else if (typeof content === 'string') this.add(content);
    else if (Array.isArray(content)) this.addParts(content);
  }

  private addParts(parts: unknown[]): void {
    const text = textOfParts(parts);
    if (text === null) this.close();
    else this.add(text);
  }

  private add(text: string): void {
    if (text === '') return;
    this.characters += text.length;
    this.pieces.push(text);
    const bytes = PIECE_BYTES + CHARACTER_BYTES * text.length;
    if (this.characters > SENT_CHARACTERS_MAX || !this.hasRoom(bytes)) this.close();
  }

  private close(): void {
    this.closed = true;
    this.pieces = [];
  }
}

/** Whether somebody else could go on after it: it holds nothing that only its own provider can, and does not end the answer. */
function isOpen(choice: Record<string, unknown>): boolean {
  const { delta, index, logprobs, finish_reason: reason } = choice;
  const fields = isRecord(delta) ? delta : {};
  if ((index !== undefined && index !== 0) || isRecord(logprobs) || textOf(reason) !== null) return false;
  return !ownFields.some((field) => isFilled(fields[field]));
}

/** Whether the choice of a chunk gives out text, and nothing that keeps anybody from going on after it. */
export function isPlainText(choice: Record<string, unknown>): boolean {
  return isRecord(choice.delta) && typeof choice.delta.content === 'string' && isOpen(choice);
}

/** The last chunk of an answer whose usage was asked for. */
export function usageChunk({ id, created, model }: Sent, usage: Usage): Record<string, unknown> {
  const { promptTokens, cachedTokens, completionTokens } = usage;
  return {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: [],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens },
    },
  };
}

/** The text of content in parts (Mistral's), without its thoughts; null: there is something else in it. */
export function textOfParts(parts: unknown[]): string | null {
  let text = '';
  for (const part of parts) {
    if (!isRecord(part)) return null;
    if (part.type === 'thinking') continue;
    if (part.type !== 'text' || typeof part.text !== 'string') return null;
    text += part.text;
  }
  return text;
}

/** Whether a field of a delta says anything. */
export function isFilled(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return !Array.isArray(value) || value.length > 0;
}
