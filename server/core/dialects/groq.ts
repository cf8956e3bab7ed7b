import { tryAgainWords, usualLimitsThatRefill, writesOnWhenLeft } from './common.ts';
import type { Dialect } from './types.ts';

export const groq: Dialect = {
  name: 'groq',
  hosts: ['api.groq.com'],
  checkedOn: '2026-11-22',
  checkedBy: 'pages',
  sources: [
    'https://console.groq.com/docs/errors',
    'https://console.groq.com/docs/rate-limits',
    'https://console.groq.com/docs/structured-outputs',
  ],
  errors: [
    { status: [413], codes: ['rate_limit_exceeded'], means: 'contextLength' },
    { codes: ['organization_restricted', 'project_restricted'], means: 'credentials' },
    {
      codes: ['model_terms_required', 'model_permission_blocked_org', 'model_permission_blocked_project'],
      means: 'model',
    },
    { codes: ['spend_limit_reached', 'blocked_api_access'], means: 'balance' },
    // What the model wrote was no call of the tool, or not the JSON that was asked for: another model may do better.
    { status: [400], codes: ['tool_use_failed', 'json_validate_failed'], means: 'requestRefused', next: 'always' },
  ],
  // Requests are of a day, tokens of a minute. Its own example (14370 of 14400 left, 2m59.56s) is six seconds a request.
  limits: usualLimitsThatRefill('steady'),
  waitWords: tryAgainWords,
  prefill: null,
  abort: writesOnWhenLeft,
  schemasOnlyWhole: true,
};
