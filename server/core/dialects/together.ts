import { stopsWhenLeft } from './common.ts';
import type { Dialect } from './types.ts';

export const together: Dialect = {
  name: 'together',
  hosts: ['api.together.xyz', 'api.together.ai'],
  checkedOn: '2026-11-22',
  checkedBy: 'pages',
  sources: ['https://docs.together.ai/docs/error-codes', 'https://docs.together.ai/docs/rate-limits'],
  errors: [
    { codes: ['dynamic_request_limited', 'dynamic_token_limited'], means: 'throttled' },
    { status: [402, 403], codes: ['credit_limit'], means: 'balance' },
    // Its 403 is for a prompt and `max_tokens` that are too long together.
    { status: [403], words: /token count|max_tokens|max_new_tokens|context length/, means: 'contextLength' },
  ],
  // Of a second, though advertised by the minute.
  limits: [
    {
      counts: 'requests',
      limit: 'x-ratelimit-limit',
      remaining: 'x-ratelimit-remaining',
      reset: 'x-ratelimit-reset',
      windowMs: 1_000,
      refill: 'unknown',
    },
    {
      counts: 'tokens',
      limit: 'x-tokenlimit-limit',
      remaining: 'x-tokenlimit-remaining',
      reset: 'x-tokenlimit-reset',
      windowMs: 1_000,
      refill: 'unknown',
    },
  ],
  waitWords: null,
  prefill: null,
  abort: stopsWhenLeft,
};
