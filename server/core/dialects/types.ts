import type { Meaning } from '../meaning.ts';
import type { PrefillSettings } from '../settings.ts';

export const dialectNames = [
  'openai',
  'deepseek',
  'groq',
  'together',
  'fireworks',
  'openrouter',
  'mistral',
  'azure',
  'anthropic',
  'gemini',
  'vllm',
  'ollama',
] as const;
export type DialectName = (typeof dialectNames)[number];

/** What one vendor says in its own way, as data: what it leaves out is judged by the general rules. */
export interface Dialect {
  name: DialectName;
  /** Host names of its public address; one that begins with a dot stands for every host that ends so. */
  hosts: readonly string[];
  /** When what follows was last held against its sources, as a date. */
  checkedOn: string;
  /** `pages`: against the vendor's own; `partly`: some of it against excerpts, issue threads and recorded answers only. */
  checkedBy: 'pages' | 'partly';
  /** The vendor's own pages, or where else it can be read. */
  sources: readonly string[];
  /** The first that fits decides; where none does, the general rules do. */
  errors: readonly ErrorRule[];
  /** What it tells of its limits with each answer. */
  limits: readonly LimitHeaders[];
  /** A time to come back that stands in its sentences only (lower case); the first group is the span, such as `7m12s`. */
  waitWords: RegExp | null;
  /** How a begun answer is handed to it, if its documentation says so in a way that no model of it ignores; null: not known. */
  prefill: PrefillSettings | null;
  abort: AbortBilling;
  /** An answer to a JSON schema is not streamed: it can only be asked for whole. */
  schemasOnlyWhole?: true;
}

/** An error as the vendor writes it. Everything that is given must hold. */
export interface ErrorRule {
  status?: readonly number[];
  /** One of them: the vendor's own codes and types, lower case. */
  codes?: readonly string[];
  /**
   * In its sentences, lower case. They may echo the caller, who must not be able to open a circuit: a rule that opens one by
   * words names a status that no caller can bring about, or holds them to the beginning of a sentence.
   */
  words?: RegExp;
  /** Headers that have exactly this value. */
  headers?: Readonly<Record<string, string>>;
  means: Meaning;
  /** Whether the next provider is asked, where the meaning alone would say otherwise. */
  next?: 'always';
  /** False: a 500 that is no prompt's fault. */
  ambiguous?: false;
}

export interface LimitHeaders {
  /** `answerTokens` are only known afterwards, so a call takes none of them in advance. */
  counts: 'requests' | 'tokens' | 'answerTokens';
  /** Names of headers, lower case. */
  limit: string | null;
  remaining: string;
  reset: string | null;
  /** Where no header says when it is whole again: how long it takes at most, ms. */
  windowMs?: number;
  /**
   * `steady`: comes back bit by bit, and the reset is the time until all of it is back. `unknown`: bit by bit, or all at once.
   */
  refill: 'steady' | 'unknown';
}

/** What a call that ends early is billed, as far as anybody has written it down. Shares from 0 to 1; null: not known. */
export interface AbortBilling {
  /** Of the prompt, when we hang up before any content. */
  promptShare: number | null;
  /** Of the prompt, when the vendor took the call (2xx) and then failed by itself before any content. */
  failedShare: number | null;
  /** Whether it writes on to the end, and bills that, after we have hung up. */
  writesOn: boolean | null;
  source: string | null;
}
