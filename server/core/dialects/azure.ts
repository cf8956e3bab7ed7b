import { stopsWhenLeft, usualLimits } from './common.ts';
import type { Dialect } from './types.ts';

export const azure: Dialect = {
  name: 'azure',
  hosts: ['.openai.azure.com', '.services.ai.azure.com', '.cognitiveservices.azure.com'],
  checkedOn: '2026-11-22',
  checkedBy: 'partly',
  sources: [
    'https://learn.microsoft.com/azure/ai-services/openai/how-to/quota',
    'https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter',
  ],
  errors: [
    { status: [400], codes: ['content_filter', 'responsibleaipolicyviolation'], means: 'contentFilter' },
    { status: [404], codes: ['deploymentnotfound'], means: 'model' },
    // "Resource not found": the address or the api-version is wrong.
    { status: [404], codes: ['404'], words: /^resource not found/, means: 'model' },
    { status: [400, 404], words: /^api version not supported/, means: 'model' },
    { status: [401], codes: ['401', 'permissiondenied'], means: 'credentials' },
    { status: [403], words: /virtual network|firewall|public access is disabled/, means: 'credentials' },
    { status: [403], words: /^out of call volume quota/, means: 'balance' },
    { status: [429], codes: ['429', 'ratelimitreached', 'too_many_requests'], means: 'throttled' },
  ],
  limits: usualLimits,
  waitWords: /retry after (\d+) seconds/,
  prefill: null,
  abort: stopsWhenLeft,
};
