import type { ApiError } from './errors.ts';
import { estimatePromptTokens, isImagePart } from './estimate.ts';
import { type ExactField, exactFields } from './exactFields.ts';
import { countOf, isRecord, isTooDeep, maxJsonDepth } from './json.ts';
import type { RequestNeeds } from './records.ts';
import type { ProviderSettings } from './settings.ts';

/** What a request needs of a provider. */
export interface RequestFacts extends RequestNeeds {
  /** `max_completion_tokens` or `max_tokens`, or null. */
  maxTokens: number | null;
}

/** A chat request that was read and found fit to be passed on. */
export interface ChatRequest {
  /** As it came, fields we do not know included. Never changed: `upstreamBody` makes a copy for each provider. */
  body: Record<string, unknown>;
  /** Of its fields those that JavaScript would write with other digits than they came. */
  exact: ReadonlyMap<string, ExactField>;
  /** The chain that is asked for. */
  model: string;
  stream: boolean;
  /** Whether the caller wants the usage chunk of a stream. */
  includeUsage: boolean;
  facts: RequestFacts;
}

type Read<Value> = { ok: true } & Value;
type Refused = { ok: false; error: ApiError };

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads the body of `POST /v1/chat/completions`. What only a provider can judge is left to it. */
export function readRequest(body: Uint8Array): Read<{ request: ChatRequest }> | Refused {
  const parsed = parse(body);
  if (!parsed.ok) return parsed;
  const { json, text } = parsed;
  const error = refusalOf(json);
  if (error) return { ok: false, error };
  return {
    ok: true,
    request: {
      body: json,
      exact: exactFields(text, json),
      model: String(json.model),
      stream: json.stream === true,
      includeUsage: isRecord(json.stream_options) && json.stream_options.include_usage === true,
      facts: factsOf(json),
    },
  };
}

/**
 * The body for one provider, as JSON: its model name, its system prompt, what it drops, renames and sets. The caller's body is
 * left as it is.
 */
export function upstreamBody(
  request: ChatRequest,
  provider: Pick<ProviderSettings, 'model' | 'systemPrompt' | 'drop' | 'rename' | 'set'>,
  options: { stream: boolean },
): string {
  // A map and `fromEntries` make own properties of every name, `__proto__` too; assignment would not.
  const fields = new Map(Object.entries(request.body));
  const exact = new Map<string, ExactField | undefined>(request.exact);
  if (options.stream) {
    const asked = request.body.stream_options;
    // Usage is what the cost is counted from; its chunk is kept from callers who did not ask.
    fields.set('stream_options', { ...(isRecord(asked) ? asked : {}), include_usage: true });
  } else {
    fields.delete('stream_options');
  }
  for (const name of provider.drop) fields.delete(name);
  for (const [from, to] of Object.entries(provider.rename)) {
    if (!fields.has(from)) continue;
    if (!fields.has(to)) {
      fields.set(to, fields.get(from));
      exact.set(to, exact.get(from));
    }
    fields.delete(from);
  }
  for (const [name, value] of Object.entries(provider.set)) fields.set(name, value);
  fields.set('model', provider.model);
  fields.set('messages', messagesFor(request.body.messages, provider.systemPrompt));
  fields.set('stream', options.stream);
  return written(fields, exact);
}

/** As JSON: a field that is still what it was when it came goes out as it came, where `exact` has it. */
function written(fields: Map<string, unknown>, exact: ReadonlyMap<string, ExactField | undefined>): string {
  if (exact.size === 0) return JSON.stringify(Object.fromEntries(fields));
  const each = [...fields].map(([name, value]) => {
    const came = exact.get(name);
    return `${JSON.stringify(name)}:${came && Object.is(came.value, value) ? came.text : JSON.stringify(value)}`;
  });
  return `{${each.join(',')}}`;
}

/** How many choices an answer must have to be whole. What no provider should take (0, text) is for the provider to refuse. */
export function choicesAsked({ body: { n } }: Pick<ChatRequest, 'body'>): number {
  return typeof n === 'number' && Number.isInteger(n) && n > 1 ? n : 1;
}

/** Whether text is all that is asked for. Some providers give audio (but for `pcm16`) and images only whole, not as a stream. */
export function isTextOnly({ body: { modalities, audio } }: Pick<ChatRequest, 'body'>): boolean {
  return !isRecord(audio) && (!Array.isArray(modalities) || modalities.every((modality) => modality === 'text'));
}

function messagesFor(messages: unknown, systemPrompt: string | null): unknown {
  if (systemPrompt === null || !Array.isArray(messages)) return messages;
  return [{ role: 'system', content: systemPrompt }, ...messages];
}

function parse(body: Uint8Array): Read<{ json: Record<string, unknown>; text: string }> | Refused {
  let json: unknown;
  let text: string;
  try {
    text = decoder.decode(body);
    json = JSON.parse(text);
  } catch {
    const found = body.length === 0 ? 'It is empty' : 'It cannot be parsed';
    return refused('invalid_json', `The request body is not JSON. ${found}: send one JSON object encoded as UTF-8.`);
  }
  if (!isRecord(json)) {
    return refused('invalid_json', 'The request body is JSON, but not an object: send {"model": …, "messages": […]}.');
  }
  if (isTooDeep(json)) {
    return refused(
      'invalid_request',
      `The request body is nested deeper than ${maxJsonDepth} levels: send a flatter one.`,
    );
  }
  return { ok: true, json, text };
}

function refused(code: ApiError['code'], message: string): Refused {
  return { ok: false, error: { code, message } };
}

function refusalOf(json: Record<string, unknown>): ApiError | null {
  const about = (param: string, message: string): ApiError => ({ code: 'invalid_request', message, param });
  const { model, messages, stream, stream_options: streamOptions } = json;
  if (model === undefined || model === null || model === '') {
    return about('model', '`model` is missing: name the chain to ask, as GET /v1/models lists them.');
  }
  if (typeof model !== 'string') return about('model', '`model` must be text: the name of a chain.');
  if (messages === undefined || messages === null) {
    return about('messages', '`messages` is missing: send a list with at least one message.');
  }
  if (!Array.isArray(messages)) return about('messages', '`messages` must be a list of messages.');
  if (messages.length === 0) return about('messages', '`messages` is empty: send at least one message.');
  const odd = messages.findIndex((message) => !isRecord(message));
  if (odd !== -1) {
    return about(`messages[${odd}]`, `\`messages[${odd}]\` must be an object with \`role\` and \`content\`.`);
  }
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    return about('stream', '`stream` must be true or false.');
  }
  if (streamOptions !== undefined && streamOptions !== null && !isRecord(streamOptions)) {
    return about('stream_options', '`stream_options` must be an object, such as {"include_usage": true}.');
  }
  return null;
}

function factsOf(json: Record<string, unknown>): RequestFacts {
  const messages = Array.isArray(json.messages) ? json.messages.filter(isRecord) : [];
  return {
    images: messages.some(hasImage),
    tools: isFilled(json.tools) || isFilled(json.functions) || messages.some((message) => isFilled(message.tool_calls)),
    jsonSchema: isRecord(json.response_format) && json.response_format.type === 'json_schema',
    promptTokens: estimatePromptTokens(json),
    maxTokens: countOf(json.max_completion_tokens) ?? countOf(json.max_tokens),
  };
}

function hasImage(message: Record<string, unknown>): boolean {
  return Array.isArray(message.content) && message.content.some((part) => isRecord(part) && isImagePart(part));
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
