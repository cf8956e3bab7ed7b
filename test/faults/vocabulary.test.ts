import { describe, expect, test } from 'vitest';
import { type FaultWord, faultRules } from '../../server/core/faultWords.ts';
import { drill } from '../support/faultsVocabulary.ts';

/** The trail of a streamed request, and that of a plain one where it differs. */
type Trails = readonly [stream: string, plain?: string];

const well: Trails = ['a=ok'];
const next = (word: string): Trails => [`a=${word}, b=ok`];
/** After its first content a stream is given up, and a plain answer is asked for afresh. */
const broken = (word: string): Trails => [`a=${word}`, `a=${word}, b=ok`];
const callers = (status: number): Trails => [`a=${status}`];

/** Every word of the vocabulary, with its variants: a new one has to say here what becomes of it. */
const trails = {
  ok: { ok: well, 'ok/gap=1s': well, 'ok/delay=9s': well },
  slow: { slow: well },
  reasoning: { reasoning: well },
  refusal: { refusal: well },
  'tool-call': { 'tool-call': well, 'tool-call/cut': broken('cut') },
  'prefill-refused': { 'prefill-refused': well },
  '400': { '400': callers(400), '400/context-length': next('400'), '400/content-filter': callers(400) },
  '401': { '401': next('401'), '401/key': next('401') },
  '402': { '402': next('402'), '402/max-tokens': callers(402) },
  '403': { '403': callers(403), '403/key': next('403'), '403/region': next('403') },
  '404': { '404': next('404') },
  '408': { '408': next('408') },
  '413': { '413': callers(413) },
  '422': { '422': callers(422) },
  '429': {
    '429': next('429'),
    '429/retry-after=2': next('429'),
    '429/retry-after=date': next('429'),
    '429/retry-after-ms=1500': next('429'),
    '429/reset=2s': next('429'),
    '429/quota': next('429'),
  },
  '500': { '500': next('500') },
  '502': { '502': next('502') },
  '503': { '503': next('503'), '503/retry-after=1': next('503') },
  '504': { '504': next('504') },
  '529': { '529': next('529') },
  refuse: { refuse: next('connect') },
  silent: { silent: next('firstToken') },
  'headers-only': { 'headers-only': next('firstToken') },
  'role-only': { 'role-only': next('firstToken') },
  pings: { pings: next('firstToken') },
  reset: { reset: next('reset'), 'reset@1': broken('cut'), 'reset@12': broken('cut') },
  cut: { cut: broken('cut'), 'cut@0': next('cut'), 'cut@1': broken('cut') },
  'multibyte-cut': { 'multibyte-cut': broken('cut'), 'multibyte-cut@0': next('cut') },
  stall: { stall: broken('idle'), 'stall@0': next('firstToken'), 'stall@1': broken('idle') },
  error: { error: broken('503'), 'error@0': next('503'), 'error@3/code=429': broken('429') },
  'error-inside': { 'error-inside': next('503'), 'error-inside/code=500': next('500') },
  'no-done': { 'no-done': well },
  'no-finish': { 'no-finish': broken('cut'), 'no-finish/done': well },
  malformed: { malformed: next('malformed'), 'malformed@3': well },
  empty: { empty: next('empty') },
  'empty-choices': { 'empty-choices': next('empty') },
  html: { html: next('malformed') },
  'json-for-stream': { 'json-for-stream': well },
  'stream-for-json': { 'stream-for-json': well },
  gzip: { gzip: well },
  crlf: { crlf: well },
  split: { split: well },
} satisfies Record<FaultWord, Record<string, Trails>>;

const cases = Object.values(trails).flatMap((variants) => Object.entries<Trails>(variants));

describe.each([true, false])('a fault by its name (stream: %s)', (stream) => {
  test.each(cases)('%s', async (fault, [streamed, plain = streamed]) => {
    const { trail, breaches, body, status, firstEnd } = await drill(fault, stream);
    expect(breaches).toEqual([]);
    expect(trail).toBe(stream ? streamed : plain);
    const isPassedOn = /^a=4\d\d$/.test(trail) && !fault.startsWith('error');
    expect(status).toBe(isPassedOn ? Number(trail.slice(2)) : 200);
    // Whoever is silent is let go by us; nobody else is.
    const isLetGo = /firstToken|idle/.test(trail);
    if (fault !== 'refuse') expect(firstEnd === 'callerLeft').toBe(isLetGo);
    if (stream && !isPassedOn) expect(body.endsWith('data: [DONE]\n\n')).toBe(trail.endsWith('=ok'));
  });
});

test('every word of the vocabulary is played', () => {
  expect(Object.keys(trails).sort()).toEqual(Object.keys(faultRules).sort());
});
