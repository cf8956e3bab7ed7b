import { stopsWhenLeft, usualLimits } from './common.ts';
import type { Dialect } from './types.ts';

const minute = { windowMs: 60_000, refill: 'unknown' } as const;

export const fireworks: Dialect = {
  name: 'fireworks',
  hosts: ['api.fireworks.ai'],
  checkedOn: '2026-11-22',
  checkedBy: 'pages',
  sources: [
    'https://docs.fireworks.ai/guides/inference-error-codes',
    'https://docs.fireworks.ai/serverless/rate-limits',
  ],
  errors: [
    // Its 412 is about the account; the same for a model of one's own that cannot be loaded.
    { status: [412], words: /spending limit|invoice|billing|payment/, means: 'balance' },
    { status: [412], words: /\blora\b|\bmodel\b|deployment/, means: 'model' },
    { status: [412], means: 'credentials' },
  ],
  limits: [
    ...usualLimits,
    {
      counts: 'tokens',
      limit: 'x-ratelimit-limit-tokens-prompt',
      remaining: 'x-ratelimit-remaining-tokens-prompt',
      reset: null,
      ...minute,
    },
    {
      counts: 'answerTokens',
      limit: 'x-ratelimit-limit-tokens-generated',
      remaining: 'x-ratelimit-remaining-tokens-generated',
      reset: null,
      ...minute,
    },
  ],
  waitWords: null,
  prefill: null,
  abort: stopsWhenLeft,
};
