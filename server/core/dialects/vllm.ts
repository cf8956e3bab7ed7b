import { billsNothing } from './common.ts';
import type { Dialect } from './types.ts';

export const vllm: Dialect = {
  name: 'vllm',
  hosts: [],
  checkedOn: '2026-11-22',
  checkedBy: 'partly',
  sources: ['https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html'],
  errors: [
    // The engine is gone: that is no prompt's doing.
    { status: [500], words: /^enginecore encountered an issue|engine ?dead/, means: 'serverError', ambiguous: false },
    { codes: ['enginedeaderror'], means: 'serverError', ambiguous: false },
    { status: [404], codes: ['notfounderror'], words: /^the model /, means: 'model' },
  ],
  limits: [],
  waitWords: null,
  // `continue_final_message` needs a chat template that allows it: to be declared in the config.
  prefill: null,
  abort: billsNothing,
};
