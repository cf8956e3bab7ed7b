import { stopsWhenLeft } from './common.ts';
import type { Dialect, LimitHeaders } from './types.ts';

/** Buckets that fill steadily; the reset is the moment when one is full again. */
function bucket(name: string, counts: LimitHeaders['counts']): LimitHeaders {
  const header = `anthropic-ratelimit-${name}`;
  return {
    counts,
    limit: `${header}-limit`,
    remaining: `${header}-remaining`,
    reset: `${header}-reset`,
    refill: 'steady',
  };
}

export const anthropic: Dialect = {
  name: 'anthropic',
  hosts: ['api.anthropic.com'],
  checkedOn: '2026-11-22',
  checkedBy: 'partly',
  sources: [
    'https://docs.anthropic.com/en/api/errors',
    'https://docs.anthropic.com/en/api/rate-limits',
    'https://docs.anthropic.com/en/api/openai-sdk',
  ],
  errors: [
    // Both come as a 400.
    { words: /^your credit balance is too low/, means: 'balance' },
    { words: /^you have reached your specified (workspace )?(api )?usage limits/, means: 'balance' },
    { codes: ['enforced_spend_limit_reached', 'billing_error'], means: 'balance' },
    { status: [413], codes: ['request_too_large'], means: 'contextLength' },
    { status: [404], codes: ['not_found_error'], words: /^model:/, means: 'model' },
    { codes: ['overloaded_error', 'timeout_error'], means: 'serverError' },
  ],
  limits: [
    bucket('requests', 'requests'),
    bucket('tokens', 'tokens'),
    bucket('input-tokens', 'tokens'),
    bucket('output-tokens', 'answerTokens'),
  ],
  waitWords: null,
  // By a last assistant message, but its newer models answer 400 to that.
  prefill: null,
  abort: stopsWhenLeft,
};
