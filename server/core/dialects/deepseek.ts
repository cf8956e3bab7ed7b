import { stopsWhenLeft } from './common.ts';
import type { Dialect } from './types.ts';

export const deepseek: Dialect = {
  name: 'deepseek',
  hosts: ['api.deepseek.com'],
  checkedOn: '2026-11-22',
  checkedBy: 'pages',
  sources: [
    'https://api-docs.deepseek.com/quick_start/error_codes',
    'https://api-docs.deepseek.com/quick_start/rate_limit',
    'https://api-docs.deepseek.com/guides/chat_prefix_completion',
  ],
  errors: [
    { status: [402], means: 'balance' },
    { status: [400], words: /^content exists risk/, means: 'contentFilter' },
    { status: [400], words: /^model not exist/, means: 'model' },
  ],
  // It has none: it bounds the calls in flight, and says so with a bare 429.
  limits: [],
  waitWords: null,
  prefill: { message: { prefix: true }, body: {}, baseUrl: 'https://api.deepseek.com/beta' },
  abort: stopsWhenLeft,
};
