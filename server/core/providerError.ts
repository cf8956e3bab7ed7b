import { isRecord, textOf } from './json.ts';
import { scrub } from './scrub.ts';

/** Characters of a provider's sentence that a caller is shown. */
const maxMessageCharacters = 500;
/** Characters of a type, code or param. */
const maxNameCharacters = 100;
/** Characters in which words are looked for. */
const maxWordsCharacters = 4_000;

/** What a provider said in an error, whatever the vendor's shape. */
export interface ProviderError {
  /** For the caller: without keys and bounded, as the next three; null: it said nothing that can be read. */
  message: string | null;
  type: string | null;
  code: string | null;
  param: string | null;
  /** Codes, types and status words of all levels, lower case. The provider alone chooses them. */
  codes: ReadonlySet<string>;
  /** Lower-case sentences, bounded. A caller's own words may be echoed in them. */
  words: string;
  /** The status that the error itself names, or null. */
  status: number | null;
  /** A time to come back that stands in the body as data (Gemini's `RetryInfo`), as written, or null. */
  retryDelay: string | null;
  /** A page instead of data: something on the way answered, not the provider. */
  html: boolean;
}

/** Reads the body of an answer that is an error: JSON of any vendor, plain text, or a page. */
export function readErrorBody(body: string, secrets: readonly string[] = []): ProviderError {
  const text = body.trim();
  if (/^<(!doctype|html|head|body|\?xml|center|h1)/i.test(text)) return { ...readError(null), html: true };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = text;
  }
  return readError(json, secrets);
}

/** Reads an error that has been parsed: the whole body, or what stood under its `error`. */
export function readError(json: unknown, secrets: readonly string[] = []): ProviderError {
  const levels = levelsOf(json);
  const sentences = levels.flatMap(sentencesOf);
  const shown = (text: string | null, maxCharacters: number): string | null =>
    text === null ? null : scrub(text, secrets).slice(0, maxCharacters);
  const named = (...keys: string[]): string | null => shown(firstName(levels, keys), maxNameCharacters);
  return {
    message: shown(sentences[0] ?? null, maxMessageCharacters),
    type: named('type', 'error_type', 'status'),
    code: named('code', 'error_code'),
    param: named('param'),
    codes: new Set(levels.flatMap(codesOf)),
    words: sentences.join('\n').slice(0, maxWordsCharacters).toLowerCase(),
    status: levels.map(statusIn).find((status) => status !== null) ?? null,
    retryDelay: levels.map(retryDelayIn).find((delay) => delay !== null) ?? null,
    html: false,
  };
}

/** The objects that tell of the error, the innermost of the plain nesting first. */
function levelsOf(json: unknown): Record<string, unknown>[] {
  // Gemini wraps the answer in a list.
  const root: unknown = Array.isArray(json) ? json[0] : json;
  if (typeof root === 'string') return root === '' ? [] : [{ message: root }];
  if (!isRecord(root)) return [];
  const listed: unknown = Array.isArray(root.errors) ? root.errors[0] : undefined;
  const inner = isRecord(root.error) ? root.error : listed;
  if (!isRecord(inner)) return [root, ...beside(root)];
  const innermost = isRecord(inner.error) ? [inner.error] : [];
  return [...innermost, inner, ...beside(inner), root];
}

/** What stands beside a message and says more of it: Azure's `innererror`, OpenRouter's `metadata`, Gemini's `details`. */
function beside(error: Record<string, unknown>): Record<string, unknown>[] {
  const more: Record<string, unknown>[] = [];
  if (isRecord(error.innererror)) more.push({ code: error.innererror.code });
  if (isRecord(error.metadata)) {
    const { raw, reasons } = error.metadata;
    // `reasons` are why a prompt was flagged; the flagged text beside them is the caller's and stays out.
    more.push({ message: raw, reason: Array.isArray(reasons) ? 'moderation' : undefined });
  }
  if (Array.isArray(error.details)) {
    for (const detail of error.details.slice(0, 8)) if (isRecord(detail)) more.push({ reason: detail.reason });
  }
  return more;
}

function sentencesOf(level: Record<string, unknown>): string[] {
  const { message, detail, error, msg, error_description: description } = level;
  const sentence = textOf(message) ?? textOf(detail) ?? textOf(error) ?? textOf(msg) ?? textOf(description);
  if (sentence !== null) return [sentence];
  return validationSentence(Array.isArray(detail) ? detail : Array.isArray(message) ? message : []);
}

/** FastAPI's list of what is wrong: `[{loc: ['body', 'messages'], msg: 'field required'}]`. */
function validationSentence(list: unknown[]): string[] {
  const said: string[] = [];
  for (const item of list.slice(0, 4)) {
    if (!isRecord(item) || typeof item.msg !== 'string') continue;
    const place = Array.isArray(item.loc) ? `${item.loc.filter(isPlain).join('.')}: ` : '';
    said.push(`${place}${item.msg}`);
  }
  return said.length === 0 ? [] : [said.join('; ')];
}

function isPlain(part: unknown): boolean {
  return typeof part === 'string' || typeof part === 'number';
}

function firstName(levels: Record<string, unknown>[], keys: string[]): string | null {
  for (const level of levels) {
    for (const key of keys) {
      const name = level[key];
      // vLLM and OpenRouter give the status as the code.
      if (typeof name === 'number' && key === 'code') return String(name);
      if (typeof name === 'string' && name !== '') return name;
    }
  }
  return null;
}

function codesOf(level: Record<string, unknown>): string[] {
  const codes: string[] = [];
  for (const key of ['code', 'type', 'status', 'error_type', 'error_code', 'reason']) {
    const code = level[key];
    if (typeof code === 'string' || typeof code === 'number') codes.push(String(code).toLowerCase());
  }
  return codes;
}

/** Gemini's `details` hold `{retryDelay: '46s'}`. */
function retryDelayIn(level: Record<string, unknown>): string | null {
  if (!Array.isArray(level.details)) return null;
  for (const detail of level.details.slice(0, 8)) {
    if (isRecord(detail) && typeof detail.retryDelay === 'string') return detail.retryDelay;
  }
  return null;
}

function statusIn(level: Record<string, unknown>): number | null {
  for (const key of ['code', 'status', 'status_code', 'statusCode', 'http_status']) {
    const told = level[key];
    const status = typeof told === 'string' ? Number(told) : told;
    if (typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  return null;
}
