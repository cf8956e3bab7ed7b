import type { ChatRequest, ToolAsked } from './request.ts';
import { isRecord } from './request.ts';
import { hash, reasonTokens, refusalTokens, sayTokens } from './text.ts';

/** A whole answer, from which streams and plain bodies are cut. */
export interface Answer {
  id: string;
  /** Seconds since 1970. */
  created: number;
  model: string;
  choices: Choice[];
  usage: Record<string, unknown>;
  /** Unknown fields of the request, when the caller asked to see them. */
  echo: Record<string, unknown> | null;
}

export interface Choice {
  /** The `delta` of each token. */
  deltas: Record<string, unknown>[];
  message: Record<string, unknown>;
  finish: 'stop' | 'length' | 'tool_calls';
}

export interface AnswerOptions {
  request: ChatRequest;
  voice: string;
  model: string;
  id: string;
  created: number;
  /** Tokens of a natural answer. */
  tokens: number;
  /** Share of the prompt that is read from the cache, 0 to 1. */
  cachedShare: number;
  style: 'text' | 'reasoning' | 'refusal' | 'tool-call';
  echo: boolean;
}

export function composeAnswer(options: AnswerOptions): Answer {
  const { request, id, created, model } = options;
  const choices = Array.from({ length: request.choices }, (_, index) => composeChoice(options, index));
  const completionTokens = choices.reduce((sum, choice) => sum + choice.deltas.length, 0);
  const cachedTokens = Math.floor(request.promptTokens * options.cachedShare);
  const usage = {
    prompt_tokens: request.promptTokens,
    completion_tokens: completionTokens,
    total_tokens: request.promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
  return { id, created, model, choices, usage, echo: options.echo ? request.unknown : null };
}

function composeChoice(options: AnswerOptions, index: number): Choice {
  const { request, style } = options;
  if (style === 'refusal') {
    const deltas = refusalTokens.map((refusal) => ({ refusal }));
    return { deltas, message: { content: null, refusal: refusalTokens.join('') }, finish: 'stop' };
  }
  const tool = request.tool ?? (style === 'tool-call' ? { name: 'look_up', parameters: null } : null);
  if (tool) return composeToolCall(tool, options);
  return composeText(options, index);
}

function composeText({ request, style, voice, tokens }: AnswerOptions, index: number): Choice {
  const prompt = index === 0 ? request.prompt : `${request.prompt}\n${index}`;
  const said = wordsOf(request.begun ?? '');
  const natural = Math.max(said + 1, tokens);
  const all = sayTokens({ voice, prompt, tokens: natural }).slice(said);
  const words = all.slice(0, request.maxTokens ?? all.length);
  // A begun answer that ends in white space has the space of the next word already.
  if (request.begun && /\s$/.test(request.begun)) words[0] = (words[0] ?? '').trimStart();
  const reasons = style === 'reasoning' ? reasonTokens(voice) : [];
  const content = words.join('');
  return {
    deltas: [...reasons.map((word) => ({ reasoning_content: word })), ...words.map((word) => ({ content: word }))],
    message: reasons.length > 0 ? { content, reasoning_content: reasons.join('') } : { content },
    finish: words.length < all.length ? 'length' : 'stop',
  };
}

const ARGUMENT_PIECE = 8;

function composeToolCall(tool: ToolAsked, { voice, request }: AnswerOptions): Choice {
  const id = `call_${hash(`${voice}${request.prompt}${tool.name}`).toString(36)}`;
  const text = JSON.stringify(argumentsFor(tool.parameters, request.prompt));
  const pieces = text.match(new RegExp(`.{1,${ARGUMENT_PIECE}}`, 'gsu')) ?? [];
  const opening = { index: 0, id, type: 'function', function: { name: tool.name, arguments: '' } };
  return {
    deltas: [
      { tool_calls: [opening] },
      ...pieces.map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
    ],
    message: { content: null, tool_calls: [{ id, type: 'function', function: { name: tool.name, arguments: text } }] },
    finish: 'tool_calls',
  };
}

/** Arguments that fit the top level of a JSON Schema. */
function argumentsFor(schema: unknown, prompt: string): Record<string, unknown> {
  if (!isRecord(schema) || !isRecord(schema.properties)) return { query: prompt.slice(0, 80) };
  const values = Object.entries(schema.properties).map(([name, property]) => [name, valueFor(property, prompt)]);
  return Object.fromEntries(values);
}

function valueFor(property: unknown, prompt: string): unknown {
  if (!isRecord(property)) return null;
  if (Array.isArray(property.enum)) return property.enum[0];
  switch (property.type) {
    case 'string':
      return prompt.slice(0, 40);
    case 'number':
    case 'integer':
      return hash(prompt) % 100;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return null;
  }
}

function wordsOf(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
