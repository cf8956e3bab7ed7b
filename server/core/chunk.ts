import { deltaOf } from './assemble.ts';
import { countOf, isRecord, isTooDeep, textOf } from './json.ts';
import type { Usage } from './records.ts';
import type { ChunkFacts } from './wire.ts';

/** Fields of a delta whose text is content: what stops the first-token clock and commits the answer. */
export const textFields = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const;
/** Fields of a delta whose filled list is content. */
const listFields = ['content', 'tool_calls', 'reasoning_details', 'images'] as const;

/** Whether this is an event of a chat answer at all: choices, usage or an error, not nested beyond reason. The rest is not for us to read. */
export function isChunk(json: unknown): json is Record<string, unknown> {
  if (!isRecord(json) || isTooDeep(json) || json.object === 'text_completion') return false;
  if (Array.isArray(json.choices) || isRecord(json.usage)) return true;
  if (json.choices === undefined && typeof json.object === 'string' && json.object.startsWith('chat.completion')) {
    return true;
  }
  return errorIn(json) !== undefined;
}

/**
 * The chunk as programs can read it: `choices` is a list of objects, and each has its delta. Most are so already, and come
 * back as they are; a null in such a place makes clients fall over. A `message` in place of a delta is read as one, unless
 * the answer `isBegun`: then it says once more what has been said.
 */
export function tidied(chunk: Record<string, unknown>, isBegun: boolean): Record<string, unknown> {
  const { choices } = chunk;
  if (Array.isArray(choices) && choices.every(isReadable)) return chunk;
  const records = Array.isArray(choices) ? choices.filter(isRecord) : [];
  return { ...chunk, choices: records.map((choice) => (isReadable(choice) ? choice : withDelta(choice, isBegun))) };
}

/** Whether each choice of a whole answer has its message. */
export function hasMessages({ choices }: Record<string, unknown>): boolean {
  return Array.isArray(choices) && choices.every((choice) => isRecord(choice) && isRecord(choice.message));
}

function isReadable(choice: unknown): boolean {
  return isRecord(choice) && isRecord(choice.delta);
}

function withDelta({ message, ...choice }: Record<string, unknown>, isBegun: boolean): Record<string, unknown> {
  return { ...choice, delta: isBegun ? {} : deltaOf(message) };
}

/** What one event of a stream carries; reads a whole answer (`message` in place of `delta`) just as well. */
export function readChunk(json: unknown): ChunkFacts {
  const facts: ChunkFacts = {
    content: false,
    finished: false,
    usage: null,
    error: undefined,
    usageOnly: false,
    toolCall: false,
    characters: 0,
  };
  if (!isRecord(json)) return facts;
  facts.error = errorIn(json);
  facts.usage = usageIn(json);
  const choices = Array.isArray(json.choices) ? json.choices : [];
  for (const choice of choices) {
    if (!isRecord(choice)) continue;
    if (textOf(choice.finish_reason) !== null) facts.finished = true;
    const delta = isRecord(choice.delta) ? choice.delta : choice.message;
    if (isRecord(delta)) readDelta(delta, facts);
  }
  facts.usageOnly = facts.usage !== null && choices.length === 0 && facts.error === undefined;
  return facts;
}

function readDelta(delta: Record<string, unknown>, facts: ChunkFacts): void {
  for (const field of textFields) {
    const text = textOf(delta[field]);
    if (text === null) continue;
    facts.content = true;
    facts.characters += text.length;
  }
  for (const field of listFields) {
    const list = delta[field];
    if (!Array.isArray(list) || list.length === 0) continue;
    facts.content = true;
    if (field === 'tool_calls') facts.toolCall = true;
    for (const item of list) facts.characters += itemCharacters(item);
  }
  if (isRecord(delta.function_call)) {
    facts.content = true;
    facts.toolCall = true;
    facts.characters += functionCharacters(delta.function_call);
  }
  if (isRecord(delta.audio)) facts.content = true;
}

/** Text of a tool call or of a content part. */
function itemCharacters(item: unknown): number {
  if (!isRecord(item)) return 0;
  if (isRecord(item.function)) return functionCharacters(item.function);
  return textOf(item.text)?.length ?? 0;
}

function functionCharacters(call: Record<string, unknown>): number {
  return (textOf(call.name)?.length ?? 0) + (textOf(call.arguments)?.length ?? 0);
}

/** The usage of an event as providers spell it: at the top, or in Groq's `x_groq`; null: none, or it is `null`. */
function usageIn(json: Record<string, unknown>): Usage | null {
  if (isRecord(json.usage)) return readUsage(json.usage);
  if (isRecord(json.x_groq) && isRecord(json.x_groq.usage)) return readUsage(json.x_groq.usage);
  return null;
}

/** OpenAI's `prompt_tokens_details.cached_tokens`, DeepSeek's `prompt_cache_hit_tokens`. Null where no tokens are told. */
function readUsage(usage: Record<string, unknown>): Usage | null {
  const promptTokens = countOf(usage.prompt_tokens);
  const completionTokens = countOf(usage.completion_tokens);
  if (promptTokens === null && completionTokens === null) return null;
  const details = isRecord(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const cached = countOf(details.cached_tokens) ?? countOf(usage.prompt_cache_hit_tokens) ?? 0;
  return {
    promptTokens: promptTokens ?? 0,
    cachedTokens: Math.min(cached, promptTokens ?? 0),
    completionTokens: completionTokens ?? 0,
    estimated: false,
  };
}

/** The error inside a 200, as vendors put it there; undefined: none. */
function errorIn(json: Record<string, unknown>): unknown {
  const { error } = json;
  // `error: "…"` with its kind beside it (text-generation-inference).
  if (typeof error === 'string' && error !== '')
    return { message: error, type: json.error_type ?? json.type, code: json.code };
  if (isRecord(error)) return error;
  if (error === true) return { ...json, error: undefined };
  if (typeof error === 'number') return { message: json.message, code: error };
  if (isFilledList(error)) return { errors: error, ...(isRecord(error[0]) ? {} : { message: textOf(error[0]) }) };
  // The error as the whole body (vLLM before 0.9; `type` as Anthropic has it).
  if (json.object === 'error' || json.type === 'error' || isFilledList(json.errors)) return json;
  // What has a code and a sentence, or only what FastAPI says, and nothing of an answer (DashScope, Xinference).
  if (!Array.isArray(json.choices) && isErrorAlone(json)) return json;
  if (isRecord(json.x_groq) && textOf(json.x_groq.error) !== null) return { message: json.x_groq.error };
  return errorInChoice(json.choices);
}

function isErrorAlone({ code, message, detail, usage }: Record<string, unknown>): boolean {
  if (isRecord(usage)) return false;
  const hasCode = textOf(code) !== null || (typeof code === 'number' && code !== 0);
  return (hasCode && textOf(message) !== null) || textOf(detail) !== null || isFilledList(detail);
}

function isFilledList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}

/** OpenRouter ends a choice with `finish_reason: "error"`, mostly with the error beside it. */
function errorInChoice(choices: unknown): unknown {
  if (!Array.isArray(choices)) return undefined;
  for (const choice of choices) {
    if (!isRecord(choice)) continue;
    if (isRecord(choice.error)) return choice.error;
    if (choice.finish_reason === 'error') return { message: 'The provider ended the answer with an error.' };
  }
  return undefined;
}
