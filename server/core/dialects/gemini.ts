import { tryAgainWords, writesOnWhenLeft } from './common.ts';
import type { Dialect } from './types.ts';

export const gemini: Dialect = {
  name: 'gemini',
  hosts: ['generativelanguage.googleapis.com', '.aiplatform.googleapis.com', 'aiplatform.googleapis.com'],
  checkedOn: '2026-11-22',
  checkedBy: 'partly',
  sources: [
    'https://ai.google.dev/gemini-api/docs/troubleshooting',
    'https://ai.google.dev/gemini-api/docs/openai',
    'https://cloud.google.com/apis/design/errors',
  ],
  errors: [
    // No quota at all for this model: waiting, though a time is named, does not help.
    { status: [429], words: /\blimit: 0\b/, means: 'balance' },
    { status: [402], means: 'balance' },
    { status: [429], codes: ['resource_exhausted'], means: 'throttled' },
    { status: [400], codes: ['failed_precondition'], words: /^user location/, means: 'credentials' },
    { status: [400], codes: ['failed_precondition'], words: /billing/, means: 'balance' },
    { codes: ['api_key_invalid', 'api_key_service_blocked', 'consumer_suspended'], means: 'credentials' },
    { status: [403], codes: ['permission_denied'], means: 'credentials' },
  ],
  // It tells of its limits in the error only: the time to come back is in `details`, and in the sentence.
  limits: [],
  waitWords: tryAgainWords,
  prefill: null,
  abort: writesOnWhenLeft,
};
