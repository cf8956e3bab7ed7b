import { billsNothing } from './common.ts';
import type { Dialect } from './types.ts';

export const ollama: Dialect = {
  name: 'ollama',
  hosts: [],
  checkedOn: '2026-11-22',
  checkedBy: 'partly',
  sources: ['https://docs.ollama.com/api/openai-compatibility', 'https://docs.ollama.com/faq'],
  errors: [
    // Its queue is full: it asks for less, it is not out.
    { status: [503], words: /maximum pending requests exceeded/, means: 'throttled' },
    { status: [404], words: /^model .{1,200} not found/, means: 'model' },
    { status: [400], words: /does not support (tools|thinking|images)/, means: 'requestRefused', next: 'always' },
    // No memory for the model: no prompt's doing.
    { status: [500], words: /^model requires more system memory/, means: 'serverError', ambiguous: false },
  ],
  limits: [],
  waitWords: null,
  prefill: null,
  abort: billsNothing,
};
