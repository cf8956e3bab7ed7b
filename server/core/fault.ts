import { type FaultWord, faultVocabulary, isFaultWord, ruleFor } from './faultWords.ts';

/** What a provider is asked to do with its calls: one thing, or a plan that picks one for each call. */
export type Fault =
  | SimpleFault
  /** Good for `upMs`, then `fault` for `downMs`, and so on from the moment it was set. */
  | { readonly kind: 'flap'; readonly upMs: number; readonly downMs: number; readonly fault: SimpleFault }
  /** One call each; the last stays. */
  | { readonly kind: 'sequence'; readonly faults: readonly SimpleFault[] }
  /** `fault` for this share of the calls, 0 to 1, `otherwise` for the rest. */
  | { readonly kind: 'share'; readonly share: number; readonly fault: SimpleFault; readonly otherwise: SimpleFault };

export interface SimpleFault {
  readonly kind: 'simple';
  /** As it was asked for. */
  readonly text: string;
  /** `status`: an HTTP status that has no word of its own. */
  readonly word: FaultWord | 'status';
  readonly status: number | null;
  /** `max-tokens` of `402/max-tokens`. */
  readonly variant: string | null;
  /** Tokens sent before it strikes; null: the word has no such moment. */
  readonly afterTokens: number | null;
  /** Null: as the provider would. */
  readonly pace: { readonly delayMs: number | null; readonly tokens: number | null; readonly gapMs: number | null };
  readonly retryAfter: RetryAfter | null;
  /** The code inside an error that comes with status 200. */
  readonly code: number | null;
}

/** How a 429 says when to come back. `date` is two seconds on, as an HTTP date. */
export type RetryAfter =
  | { readonly form: 'seconds'; readonly seconds: number }
  | { readonly form: 'milliseconds'; readonly ms: number }
  | { readonly form: 'date' }
  | { readonly form: 'reset'; readonly ms: number };

export interface FaultProblem {
  readonly error: string;
}

export const FAULT_TEXT_MAX = 1_000;
export const SEQUENCE_MAX = 100;
export const TOKENS_MAX = 100_000;
const WAIT_MAX_MS = 24 * 60 * 60 * 1_000;

/**
 * Reads a fault by its name: `cut@12`, `429/retry-after=2`, `ok/delay=250ms/tokens=40/gap=20ms`, `flap/up=10s/down=20s:503`,
 * `sequence:503,503,ok`, `share=0.3:503`. Never throws; an error names what was wrong and the whole vocabulary.
 */
export function parseFault(text: string): Fault | FaultProblem {
  if (text.length > FAULT_TEXT_MAX) return problem(`is longer than ${FAULT_TEXT_MAX} characters`);
  const asked = text.trim();
  const [head = '', tail] = splitOnce(asked, ':');
  if (head === 'sequence') return parseSequence(tail ?? '');
  if (head === 'flap' || head.startsWith('flap/')) return parseFlap(head, tail);
  if (head === 'share' || head.startsWith('share=')) return parseShare(head, tail);
  return parseSimple(asked);
}

export function isProblem(parsed: Fault | FaultProblem): parsed is FaultProblem {
  return 'error' in parsed;
}

/** The plain good answer. */
export const okFault: SimpleFault = blank('ok', 'ok');

function parseSequence(list: string): Fault | FaultProblem {
  const texts = list.split(',');
  if (texts.length > SEQUENCE_MAX) return problem(`is a sequence of more than ${SEQUENCE_MAX}`);
  const faults: SimpleFault[] = [];
  for (const one of texts) {
    const parsed = parseSimple(one.trim());
    if (isProblem(parsed)) return parsed;
    faults.push(parsed);
  }
  return { kind: 'sequence', faults };
}

function parseFlap(head: string, tail: string | undefined): Fault | FaultProblem {
  const fault = parseSimple(tail ?? '503');
  if (isProblem(fault)) return fault;
  const times = { up: 10_000, down: 20_000 };
  for (const part of head.split('/').slice(1)) {
    const [name, value] = splitOnce(part, '=');
    const ms = readDuration(value ?? '');
    if ((name !== 'up' && name !== 'down') || ms === null || ms < 1) {
      return problem(`has "${part}", and flap takes up=10s and down=20s`);
    }
    times[name] = ms;
  }
  return { kind: 'flap', upMs: times.up, downMs: times.down, fault };
}

function parseShare(head: string, tail: string | undefined): Fault | FaultProblem {
  const share = readNumber(head.slice('share='.length), /^(0|1|0?\.\d{1,6}|1\.0{1,6})$/);
  if (share === null || tail === undefined) return problem('is not a share like share=0.3:503 (a number from 0 to 1)');
  const [first = '', second] = splitOnce(tail, ',');
  const fault = parseSimple(first.trim());
  if (isProblem(fault)) return fault;
  const otherwise = second === undefined ? okFault : parseSimple(second.trim());
  if (isProblem(otherwise)) return otherwise;
  return { kind: 'share', share, fault, otherwise };
}

function parseSimple(text: string): SimpleFault | FaultProblem {
  const [head = '', ...parts] = text.split('/');
  const [word = '', at] = splitOnce(head, '@');
  const rule = ruleFor(word);
  if (!rule) return problem(`"${clip(text)}" is not known`);
  let fault: SimpleFault = { ...blank(word, text), afterTokens: rule.at ?? null };
  if (at !== undefined) {
    const afterTokens = rule.at === undefined ? null : readCount(at);
    if (afterTokens === null) return problem(`has "@${clip(at)}", and ${word} takes no such number of tokens`);
    fault = { ...fault, afterTokens };
  }
  for (const part of parts) {
    const next = withPart(fault, part, word);
    if (!next) return problem(`has "/${clip(part)}", which ${word} does not take`);
    fault = next;
  }
  return fault;
}

/** The fault with one more `/part`, or null if it does not take it. */
function withPart(fault: SimpleFault, part: string, word: string): SimpleFault | null {
  const rule = ruleFor(word);
  const [name = '', value] = splitOnce(part, '=');
  if (value === undefined) return rule?.variants?.includes(name) && !fault.variant ? { ...fault, variant: name } : null;
  if (name === 'tokens') {
    const tokens = readCount(value);
    return tokens ? { ...fault, pace: { ...fault.pace, tokens } } : null;
  }
  if (name === 'delay' || name === 'gap') {
    const ms = readDuration(value);
    return ms === null ? null : { ...fault, pace: { ...fault.pace, [name === 'delay' ? 'delayMs' : 'gapMs']: ms } };
  }
  if (!rule?.parameters?.includes(name)) return null;
  if (name === 'code') {
    const code = readNumber(value, /^[45]\d\d$/);
    return code === null ? null : { ...fault, code };
  }
  const retryAfter = readRetryAfter(name, value);
  return retryAfter && { ...fault, retryAfter };
}

function readRetryAfter(name: string, value: string): RetryAfter | null {
  if (name === 'retry-after' && value === 'date') return { form: 'date' };
  if (name === 'retry-after') {
    const seconds = readNumber(value, /^\d{1,5}(\.\d{1,3})?$/);
    return seconds === null ? null : { form: 'seconds', seconds };
  }
  if (name === 'retry-after-ms') {
    const ms = readNumber(value, /^\d{1,8}$/);
    return ms === null ? null : { form: 'milliseconds', ms };
  }
  const ms = readDuration(value);
  return ms === null ? null : { form: 'reset', ms };
}

function blank(word: string, text: string): SimpleFault {
  return {
    kind: 'simple',
    text,
    word: isFaultWord(word) ? word : 'status',
    status: /^\d{3}$/.test(word) ? Number(word) : null,
    variant: null,
    afterTokens: null,
    pace: { delayMs: null, tokens: null, gapMs: null },
    retryAfter: null,
    code: null,
  };
}

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000 };

/** Milliseconds of `250ms`, `2s`, `1.5s`, `1m`; null when it is none, or longer than a day. */
function readDuration(text: string): number | null {
  const match = /^(\d{1,8}(?:\.\d{1,3})?)(ms|s|m)$/.exec(text);
  const ms = Number(match?.[1]) * (unitMs[match?.[2] ?? ''] ?? Number.NaN);
  return ms <= WAIT_MAX_MS ? ms : null;
}

function readCount(text: string): number | null {
  const count = readNumber(text, /^\d{1,6}$/);
  return count !== null && count <= TOKENS_MAX ? count : null;
}

function readNumber(text: string, shape: RegExp): number | null {
  return shape.test(text) ? Number(text) : null;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function problem(what: string): FaultProblem {
  return { error: `The fault ${what}. Use one of: ${faultVocabulary()}.` };
}
