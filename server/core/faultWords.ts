/** What a word of the vocabulary may be asked with, beside the pace (`delay`, `tokens`, `gap`), which every word takes. */
export interface FaultRule {
  /** Tokens sent before it strikes, where `@n` is not given; absent: the word takes no `@n`. */
  readonly at?: number;
  readonly variants?: readonly string[];
  readonly parameters?: readonly string[];
  /** For people who choose from a list. */
  readonly about: string;
}

const statusRules = {
  '400': { variants: ['context-length', 'content-filter'], about: 'the request is refused' },
  '401': { variants: ['key'], about: 'the key is refused (`key`: and echoed whole in the error)' },
  '402': { variants: ['max-tokens'], about: 'no balance left (`max-tokens`: not enough for this request)' },
  '403': { variants: ['key', 'region'], about: 'not allowed (`key`, `region`: to anyone with this key, from here)' },
  '404': { about: 'no such model' },
  '408': { about: 'the provider gave up waiting' },
  '413': { about: 'the body is too large for it' },
  '422': { about: 'the request has the wrong shape' },
  '429': {
    variants: ['quota'],
    parameters: ['retry-after', 'retry-after-ms', 'reset'],
    about: 'throttled (`retry-after=2`, `retry-after=date`, `retry-after-ms=1500`, `reset=2s`, `quota`)',
  },
  '500': { about: 'an error of the server' },
  '502': { about: 'a bad gateway, in HTML' },
  '503': { parameters: ['retry-after'], about: 'too busy' },
  '504': { about: 'a gateway time-out, in HTML' },
  '529': { about: 'overloaded' },
} as const satisfies Record<string, FaultRule>;

/** Every fault by name. Statuses of 400 to 599 that are not listed are taken too, with a general body. */
export const faultRules = {
  ok: { about: 'a good answer' },
  slow: { about: 'a good answer, its first token after 8 s' },
  reasoning: { about: 'a good answer after reasoning' },
  refusal: { about: 'the model declines in the field for it' },
  'tool-call': { variants: ['cut'], at: 3, about: 'a tool call (`cut`: closed amid its arguments)' },
  'prefill-refused': { about: 'a begun answer is refused, anything else answered' },
  ...statusRules,
  refuse: { about: 'no connection' },
  silent: { about: 'takes the request and sends nothing' },
  'headers-only': { about: 'status and headers, then nothing' },
  'role-only': { about: 'the opening chunk without content, then nothing' },
  pings: { about: 'comments for ever, never content' },
  reset: { at: 0, about: 'the connection is reset, before the headers or after n tokens' },
  cut: { at: 12, about: 'the connection closes after n tokens' },
  'multibyte-cut': { at: 5, about: 'the connection closes within one character after n tokens' },
  stall: { at: 12, about: 'silence after n tokens' },
  error: { at: 12, parameters: ['code'], about: 'an error event after n tokens' },
  'error-inside': { parameters: ['code'], about: 'status 200 with an error for a body or first event' },
  'no-done': { about: 'ends after the finish reason, without [DONE]' },
  'no-finish': { variants: ['done'], about: 'ends without a finish reason, and without [DONE] (`done`: with it)' },
  malformed: { at: 0, about: 'not JSON; after n tokens: one bad chunk among good ones' },
  empty: { about: 'status 200 and no byte' },
  'empty-choices': { about: 'an answer with no choices' },
  html: { about: 'status 200 with a page' },
  'json-for-stream': { about: 'one JSON body where a stream was asked for' },
  'stream-for-json': { about: 'a stream where one JSON body was asked for' },
  gzip: { about: 'a good answer, compressed' },
  crlf: { about: 'a good answer with CRLF line ends' },
  split: { about: 'a good answer, each byte written by itself' },
} as const satisfies Record<string, FaultRule>;

export type FaultWord = keyof typeof faultRules;

/** The rule for a word or a status, or null when there is no such word. */
export function ruleFor(word: string): FaultRule | null {
  if (isFaultWord(word)) return faultRules[word];
  return /^[45]\d\d$/.test(word) ? { about: 'the status, with a general body' } : null;
}

export function isFaultWord(word: string): word is FaultWord {
  return Object.hasOwn(faultRules, word);
}

/** All that can be asked for, in one line, for an error message or a help text. */
export function faultVocabulary(): string {
  const words = Object.entries<FaultRule>(faultRules).map(([word, rule]) => {
    const at = rule.at === undefined ? '' : '[@n]';
    const variants = rule.variants ? `[/${rule.variants.join('|/')}]` : '';
    const parameters = (rule.parameters ?? []).map((name) => `[/${name}=…]`).join('');
    return `${word}${at}${variants}${parameters}`;
  });
  return `${words.join(', ')}, each with [/delay=250ms][/tokens=40][/gap=20ms]; flap/up=10s/down=20s[:503], sequence:503,503,ok, share=0.3:503[,ok]`;
}
