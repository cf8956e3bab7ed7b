import { stopsWhenLeft, tryAgainWords, usualLimits } from './common.ts';
import type { Dialect } from './types.ts';

export const openai: Dialect = {
  name: 'openai',
  hosts: ['api.openai.com', '.api.openai.com'],
  checkedOn: '2026-11-22',
  checkedBy: 'partly',
  sources: [
    'https://developers.openai.com/api/docs/guides/error-codes',
    'https://developers.openai.com/api/docs/guides/rate-limits',
  ],
  errors: [
    // "Slow down": the rate grew too quickly. It asks for less, it is not out. A 503 once, now a 429.
    { status: [429, 503], codes: ['slow_down'], means: 'throttled' },
    { status: [503], words: /^slow down\b/, means: 'throttled' },
    // The last four are codes under the type `insufficient_quota`.
    {
      codes: [
        'insufficient_quota',
        'billing_hard_limit_reached',
        'credit_balance_exhausted',
        'organization_spend_limit_exceeded',
        'project_spend_limit_exceeded',
        'organization_usage_limit_exceeded',
      ],
      means: 'balance',
    },
    { status: [401, 403], codes: ['ip_not_authorized', 'mismatched_organization'], means: 'credentials' },
    { status: [400], codes: ['string_above_max_length'], means: 'contextLength' },
  ],
  limits: usualLimits,
  waitWords: tryAgainWords,
  prefill: null,
  abort: stopsWhenLeft,
};
