import type { ProviderError } from '../providerError.ts';
import type { PrefillSettings } from '../settings.ts';
import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { deepseek } from './deepseek.ts';
import { fireworks } from './fireworks.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { mistral } from './mistral.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openrouter } from './openrouter.ts';
import { together } from './together.ts';
import type { Dialect, DialectName, ErrorRule } from './types.ts';
import { vllm } from './vllm.ts';

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  openai,
  deepseek,
  groq,
  together,
  fireworks,
  openrouter,
  mistral,
  azure,
  anthropic,
  gemini,
  vllm,
  ollama,
};

/** The vendor whose public host this address has; null: none that we know. */
export function dialectAt(baseUrl: string): DialectName | null {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  const found = Object.values(dialects).find(({ hosts }) => hosts.some((known) => isHost(host, known)));
  return found?.name ?? null;
}

/**
 * How a begun answer is handed to a provider whose config does not say; null: not at all. Another address of the vendor's own
 * is only used for a provider at the vendor: a key is sent nowhere else.
 */
export function prefillOf(name: DialectName, baseUrl: string): PrefillSettings | null {
  const { prefill } = dialects[name];
  const isOwn = prefill?.baseUrl == null || dialectAt(baseUrl) === name;
  return isOwn ? prefill : null;
}

/** The rule of a dialect that fits an error, or null. `headers` have lower-case names. */
export function ruleFor(
  dialect: Dialect,
  status: number,
  said: { error: ProviderError; headers: Readonly<Record<string, string>> },
): ErrorRule | null {
  return dialect.errors.find((rule) => fits(rule, status, said)) ?? null;
}

function isHost(host: string, known: string): boolean {
  return known.startsWith('.') ? host.endsWith(known) : host === known;
}

function fits(
  rule: ErrorRule,
  status: number,
  { error, headers }: { error: ProviderError; headers: Readonly<Record<string, string>> },
): boolean {
  if (rule.status && !rule.status.includes(status)) return false;
  if (rule.codes && !rule.codes.some((code) => error.codes.has(code))) return false;
  if (rule.words && !rule.words.test(error.words)) return false;
  return Object.entries(rule.headers ?? {}).every(([name, value]) => headers[name]?.trim() === value);
}
