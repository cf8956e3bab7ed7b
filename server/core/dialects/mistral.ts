import { writesOnWhenLeft } from './common.ts';
import type { Dialect } from './types.ts';

const minute = { windowMs: 60_000, refill: 'unknown' } as const;

export const mistral: Dialect = {
  name: 'mistral',
  hosts: ['api.mistral.ai', 'codestral.mistral.ai'],
  checkedOn: '2026-11-22',
  checkedBy: 'pages',
  sources: [
    'https://docs.mistral.ai/deployment/ai-studio/tier',
    'https://docs.mistral.ai/capabilities/completion/usage',
    'headers as recorded by clients of it in public, 2026-06 to 2026-09',
  ],
  errors: [
    // A key without any allowance is told to slow down for ever.
    { status: [429], headers: { 'x-ratelimit-limit-req-minute': '0' }, means: 'balance' },
    { status: [429], headers: { 'x-ratelimit-remaining-tokens-month': '0' }, means: 'balance' },
    { codes: ['service_tier_capacity_exceeded', 'rate_limited'], means: 'throttled' },
    { status: [400], codes: ['invalid_model'], means: 'model' },
    { codes: ['unreachable_backend'], means: 'serverError' },
  ],
  limits: [
    {
      counts: 'requests',
      limit: 'x-ratelimit-limit-req-minute',
      remaining: 'x-ratelimit-remaining-req-minute',
      reset: null,
      ...minute,
    },
    {
      counts: 'tokens',
      limit: 'x-ratelimit-limit-tokens-minute',
      remaining: 'x-ratelimit-remaining-tokens-minute',
      reset: null,
      ...minute,
    },
    {
      counts: 'tokens',
      limit: 'ratelimitbysize-limit',
      remaining: 'ratelimitbysize-remaining',
      reset: 'ratelimitbysize-reset',
      refill: 'unknown',
    },
  ],
  waitWords: null,
  prefill: { message: { prefix: true }, body: {}, baseUrl: null },
  abort: writesOnWhenLeft,
};
