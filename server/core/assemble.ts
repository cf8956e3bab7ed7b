import { Allowance, type Growing, grow, grown } from './grow.ts';
import { isRecord } from './json.ts';

/** Choices at most: OpenAI allows `n` up to this. */
const maxChoices = 128;

/** Names that are not carried from the top of a chunk as they are. */
const ownTopFields = new Set(['choices', 'object']);

interface GrowingChoice {
  message: Growing | undefined;
  logprobs: Growing | undefined;
  /** `finish_reason` and whatever else stands beside the delta; the last that is not null. */
  fields: Map<string, unknown>;
}

/**
 * Puts the chunks of a streamed answer together into the plain one (`chat.completion`), fields we do not know included.
 * The time it takes is linear in the text. Throws `AnswerTooLargeError` (of `grow.ts`) when more than `maxCharacters` would be held.
 */
export class Assembler {
  private readonly allowance: Allowance;
  private readonly top = new Map<string, unknown>();
  private readonly choices = new Map<number, GrowingChoice>();

  constructor(maxCharacters: number) {
    this.allowance = new Allowance(maxCharacters);
  }

  /** Adds one event that `isChunk` lets pass, in the order they came. Anything else adds nothing. */
  add(chunk: unknown): void {
    if (!isRecord(chunk)) return;
    for (const key in chunk) {
      if (!ownTopFields.has(key)) this.keep(this.top, key, chunk[key]);
    }
    if (!Array.isArray(chunk.choices)) return;
    for (const choice of chunk.choices) {
      if (isRecord(choice)) this.addChoice(choice);
    }
  }

  /** Whether every choice that began has its finish reason, and there is one. */
  get finished(): boolean {
    for (const choice of this.choices.values()) {
      if (typeof choice.fields.get('finish_reason') !== 'string') return false;
    }
    return this.choices.size > 0;
  }

  /** The answer as far as it came; null: no choice has come. */
  answer(): Record<string, unknown> | null {
    if (this.choices.size === 0) return null;
    const choices = [...this.choices].sort(([a], [b]) => a - b);
    return Object.fromEntries([
      ...this.top,
      ['object', 'chat.completion'],
      ['choices', choices.map(([index, choice]) => choiceOf(index, choice))],
    ]);
  }

  private addChoice(choice: Record<string, unknown>): void {
    const index = typeof choice.index === 'number' ? choice.index : 0;
    const growing = this.choices.get(index) ?? { message: undefined, logprobs: undefined, fields: new Map() };
    if (!this.choices.has(index)) {
      if (this.choices.size === maxChoices) return;
      this.choices.set(index, growing);
    }
    for (const key in choice) {
      const piece = choice[key];
      if (key === 'delta') growing.message = grow(growing.message, piece, { key, allowance: this.allowance });
      else if (key === 'logprobs') growing.logprobs = grow(growing.logprobs, piece, { key, allowance: this.allowance });
      else if (key !== 'index') this.keep(growing.fields, key, piece);
    }
  }

  /** Beside the deltas, what is said later takes the place of what was said before; a null takes nobody's. */
  private keep(fields: Map<string, unknown>, key: string, value: unknown): void {
    const before = fields.get(key);
    if (value === null && before !== undefined) return;
    if (before === undefined) this.allowance.hold(key.length);
    this.allowance.replace(before, value);
    fields.set(key, value);
  }
}

/** The events of a stream that say what a plain answer says, for a provider that answers plainly where a stream was asked for. */
export function toChunks(answer: Record<string, unknown>): Record<string, unknown>[] {
  const { usage, choices, ...rest } = answer;
  const top = { ...rest, object: 'chat.completion.chunk' };
  const whole = (Array.isArray(choices) ? choices : []).filter(isRecord);
  const begun = whole.map(({ index, message, logprobs }, place) => ({
    index: index ?? place,
    delta: deltaOf(message),
    ...(logprobs === undefined ? {} : { logprobs }),
    finish_reason: null,
  }));
  const ended = whole.map(({ index, message, logprobs, ...fields }, place) => ({
    ...fields,
    index: index ?? place,
    delta: {},
  }));
  const chunks: Record<string, unknown>[] = [
    { ...top, choices: begun },
    { ...top, choices: ended },
  ];
  if (isRecord(usage)) chunks.push({ ...top, choices: [], usage });
  return chunks;
}

function choiceOf(index: number, choice: GrowingChoice): Record<string, unknown> {
  const fields: [string, unknown][] = [
    ['finish_reason', null],
    ...choice.fields,
    ['index', index],
    ['message', messageOf(choice.message)],
  ];
  if (choice.logprobs) fields.push(['logprobs', grown(choice.logprobs)]);
  return Object.fromEntries(fields);
}

function messageOf(growing: Growing | undefined): Record<string, unknown> {
  const message = growing ? grown(growing) : {};
  const fields = isRecord(message) ? message : {};
  const whole = Object.fromEntries([['role', 'assistant'], ['content', null], ...Object.entries(fields)]);
  if (!Array.isArray(whole.tool_calls)) return whole;
  // A place belongs to the deltas only.
  return { ...whole, tool_calls: whole.tool_calls.map(withoutIndex) };
}

function withoutIndex(call: unknown): unknown {
  if (!isRecord(call)) return call;
  const { index: _index, ...rest } = call;
  return rest;
}

/** What a whole message says, as one delta. */
export function deltaOf(message: unknown): Record<string, unknown> {
  if (!isRecord(message)) return {};
  if (!Array.isArray(message.tool_calls)) return message;
  return {
    ...message,
    tool_calls: message.tool_calls.map((call, index) => (isRecord(call) ? { index, ...call } : call)),
  };
}
