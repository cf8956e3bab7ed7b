import { isRecord } from './json.ts';

/** Latin text has about four characters to a token; Chinese, Japanese and Korean about one. */
const charactersPerToken = 4;
/** A picture, whatever its size: what OpenAI charges for a middling one. */
const tokensPerImage = 765;
/** Role and separators around each message. */
const tokensPerMessage = 4;
/** Characters looked at in one text: a longer one is judged by an even sample of so many. */
const sampledCharacters = 4_096;
/** First character of the scripts in which a character is about a token (Hangul Jamo, then CJK and what follows). */
const firstDenseCharacter = 0x1100;
const [firstCjkCharacter, lastCjkCharacter] = [0x2e80, 0xffef];
const lastJamoCharacter = 0x11ff;

/** About how many tokens a chat request's prompt has: messages, tools and schema. Linear and cheap: it moves a clock and guards a context, no more. */
export function estimatePromptTokens(body: Record<string, unknown>): number {
  let tokens = 0;
  if (Array.isArray(body.messages)) {
    for (const message of body.messages) tokens += messageTokens(message);
  }
  for (const part of [body.tools, body.functions, body.response_format]) {
    if (part !== undefined && part !== null) tokens += estimateTokens(JSON.stringify(part).length);
  }
  return tokens;
}

/** What a provider counts against its limits before it answers: the larger of the two, as OpenAI documents it. */
export function tokensInAdvance(facts: { promptTokens: number; maxTokens: number | null }): number {
  return Math.max(facts.promptTokens, facts.maxTokens ?? 0);
}

/** About how many tokens so many characters of an answer are. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / charactersPerToken);
}

/** About how many tokens a text is, by its script. */
export function estimateTextTokens(text: string): number {
  const step = Math.max(1, Math.ceil(text.length / sampledCharacters));
  let looked = 0;
  let dense = 0;
  for (let index = 0; index < text.length; index += step) {
    looked += 1;
    if (isDense(text.charCodeAt(index))) dense += 1;
  }
  const denseCharacters = looked === 0 ? 0 : (text.length * dense) / looked;
  return Math.ceil(denseCharacters + (text.length - denseCharacters) / charactersPerToken);
}

function isDense(code: number): boolean {
  if (code < firstDenseCharacter) return false;
  return code <= lastJamoCharacter || (code >= firstCjkCharacter && code <= lastCjkCharacter);
}

function messageTokens(message: unknown): number {
  if (!isRecord(message)) return 0;
  let tokens = tokensPerMessage + contentTokens(message.content);
  if (message.tool_calls !== undefined && message.tool_calls !== null) {
    tokens += estimateTokens(JSON.stringify(message.tool_calls).length);
  }
  return tokens;
}

function contentTokens(content: unknown): number {
  if (typeof content === 'string') return estimateTextTokens(content);
  if (!Array.isArray(content)) return 0;
  let tokens = 0;
  for (const part of content) {
    if (!isRecord(part)) continue;
    if (typeof part.text === 'string') tokens += estimateTextTokens(part.text);
    else if (isImagePart(part)) tokens += tokensPerImage;
  }
  return tokens;
}

/** A content part that is a picture: `{type: 'image_url', …}` and its cousins. */
export function isImagePart(part: Record<string, unknown>): boolean {
  return part.type === 'image_url' || part.type === 'image' || part.type === 'input_image';
}
