import type { ChatRequest } from './body.ts';
import { estimateTextTokens } from './estimate.ts';
import { countOf, isRecord } from './json.ts';
import { tailOf } from './seam.ts';
import type { PrefillSettings, ProviderSettings } from './settings.ts';

/** Parameters that bound the length of an answer. */
const lengthFields = ['max_tokens', 'max_completion_tokens'] as const;

/**
 * The request that makes a provider go on with a begun answer, and the provider as it is to be called for it (at
 * `prefill.baseUrl`, where it has one). Neither of those given is changed. `sent` holds more than white space.
 */
export function prefilled(
  request: ChatRequest,
  sent: string,
  provider: ProviderSettings & { prefill: PrefillSettings },
): { request: ChatRequest; provider: ProviderSettings } {
  const { message, body } = provider.prefill;
  const content = sent.slice(0, sent.length - tailOf(sent).length);
  const sentTokens = estimateTextTokens(content);
  const messages = Array.isArray(request.body.messages) ? request.body.messages : [];
  const begun = { ...message, role: 'assistant', content };
  return {
    request: {
      ...request,
      body: { ...lessened(request.body, sentTokens), messages: [...messages, begun] },
      facts: { ...request.facts, promptTokens: request.facts.promptTokens + sentTokens },
    },
    provider: { ...provider, set: { ...lessened(provider.set, sentTokens), ...body } },
  };
}

/** Whether the caller itself has begun the answer: nobody can tell then where its part ends. */
export function isBegunByCaller(request: ChatRequest): boolean {
  const { messages } = request.body;
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return isRecord(last) && last.role === 'assistant';
}

/** What is left of the length that was asked for, and never less than one token: the provider says itself that it is over. */
function lessened(fields: Record<string, unknown>, sentTokens: number): Record<string, unknown> {
  const left = { ...fields };
  for (const name of lengthFields) {
    const most = countOf(fields[name]);
    if (most !== null) left[name] = Math.max(1, most - sentTokens);
  }
  return left;
}
