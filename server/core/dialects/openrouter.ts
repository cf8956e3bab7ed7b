import type { Dialect } from './types.ts';

export const openrouter: Dialect = {
  name: 'openrouter',
  hosts: ['openrouter.ai'],
  checkedOn: '2026-11-22',
  checkedBy: 'pages',
  sources: [
    'https://openrouter.ai/docs/api-reference/errors',
    'https://openrouter.ai/docs/api-reference/limits',
    'https://openrouter.ai/docs/features/zero-completion-insurance',
  ],
  errors: [
    // The calls in flight have the rest of the balance set aside for them: soon there is some again.
    { status: [402], codes: ['in_flight_budget_exhausted'], means: 'throttled' },
    { status: [402], codes: ['weight_exceeds_budget'], means: 'requestRefused', next: 'always' },
    { status: [402], words: /fewer max_tokens|can only afford/, means: 'requestRefused' },
    { status: [402], means: 'balance' },
    { status: [403], words: /^key limit exceeded/, means: 'balance' },
    { status: [401], words: /^(user not found|no auth credentials found)/, means: 'credentials' },
    // It has the model, and nobody behind it would take this request.
    { status: [404], words: /no endpoints found that (support|can handle)|data policy/, means: 'requestRefused' },
  ],
  // Only with a 429; the reset is a moment in ms.
  limits: [
    {
      counts: 'requests',
      limit: 'x-ratelimit-limit',
      remaining: 'x-ratelimit-remaining',
      reset: 'x-ratelimit-reset',
      refill: 'unknown',
    },
  ],
  waitWords: null,
  // Documented (a last assistant message), but up to the model behind it, and some begin afresh.
  prefill: null,
  // An empty answer is not charged for. What hanging up costs depends on who was asked behind it.
  abort: {
    promptShare: null,
    failedShare: 0,
    writesOn: null,
    source: 'https://openrouter.ai/docs/features/zero-completion-insurance',
  },
};
