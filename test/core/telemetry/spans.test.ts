import { expect, test } from 'vitest';
import type { AttemptRecord, RequestRecord } from '../../../server/core/records.ts';
import type { RequestTrace, ToldInShort } from '../../../server/core/telemetry/requestTrace.ts';
import { spansOf, type TracedProvider } from '../../../server/core/telemetry/spans.ts';
import { attemptOf, requestOf } from '../../support/recordOf.ts';

const trace: RequestTrace = {
  traceId: 'a'.repeat(32),
  spanId: '00000000000000f0',
  parentId: null,
  sampled: true,
  state: null,
  told: new Map(),
};
const provider = (name: string, baseUrl = `https://${name}.example/v1`): TracedProvider => ({
  ...{ name, baseUrl, dialect: 'openai', model: `model-of-${name}`, assemble: name !== 'second' },
});
const providers = new Map(['first', 'second'].map((name) => [name, provider(name)]));
const at = 1_760_000_000_000;
const usage = { promptTokens: 7, cachedTokens: 4, completionTokens: 3, estimated: true };

const spans = (changes: Partial<RequestRecord>, known = providers, told: RequestTrace['told'] = new Map()) =>
  spansOf(requestOf(changes), { ...trace, told }, known);
const attempts = (...steps: Partial<AttemptRecord>[]) =>
  steps.map((step, ordinal) => attemptOf({ ordinal, startedAt: at + ordinal * 100, ...step }));

test('a failover: one span for the request, one for each attempt inside it, and an event for what was passed over', () => {
  const [request, failed, served, ...more] = spans({
    usage,
    stream: false,
    costNanoUsd: 42,
    servedBy: 'second',
    attempts: attempts(
      { provider: 'third', outcome: 'skipped', word: 'open', permit: null, until: at + 60_000, circuitState: 'open' },
      { provider: 'first', outcome: 'failed', word: '503', status: 503, failureKind: 'server' },
      { provider: 'second', waitMs: 250, usage, firstTokenMs: 90 },
    ),
  });
  expect(more).toEqual([]);
  expect(request).toMatchObject({
    ...{ name: 'POST /v1/chat/completions', kind: 'server', spanId: trace.spanId, parentId: null, error: null },
    ...{ startedAt: at, endedAt: at + 900 },
    attributes: {
      ...{ 'http.response.status_code': 200, 'recloser.served_by': 'second', 'recloser.cost.nano_usd': 42 },
      ...{ 'recloser.usage.input_tokens': 7, 'recloser.usage.output_tokens': 3, 'recloser.usage.estimated': true },
    },
    events: [
      {
        ...{ name: 'recloser.skip', at },
        attributes: {
          ...{ 'recloser.provider': 'third', 'recloser.skip.reason': 'open', 'recloser.circuit.state': 'open' },
          'recloser.skip.until': new Date(at + 60_000).toISOString(),
        },
      },
    ],
  });
  expect(failed).toMatchObject({
    ...{ name: 'chat model-of-first', kind: 'client', parentId: trace.spanId, error: '503', startedAt: at + 100 },
    attributes: { 'server.address': 'first.example', 'server.port': 443, 'error.type': '503' },
  });
  expect(failed?.attributes).toMatchObject({ 'gen_ai.request.stream': true });
  expect(served?.attributes).not.toHaveProperty('gen_ai.request.stream');
  expect(served).toMatchObject({
    ...{ name: 'chat model-of-second', kind: 'client', parentId: trace.spanId, error: null },
    attributes: { 'recloser.wait_ms': 250, 'recloser.first_token_ms': 90, 'gen_ai.request.model': 'model-of-second' },
  });
  expect(new Set([request, failed, served].map((span) => span?.spanId)).size).toBe(3);
});

test.each<[string, Partial<RequestRecord>, string | null]>([
  ['an answer', {}, null],
  ['nobody could', { outcome: 'failed', status: 503, errorCode: 'all_providers_failed' }, 'all_providers_failed'],
  ['an answer that broke', { outcome: 'interrupted', status: 200, errorCode: 'stream_broken' }, 'stream_broken'],
  ['a status without a code', { outcome: 'failed', status: 502, errorCode: null }, '502'],
  ['a bad request', { outcome: 'failed', status: 400, errorCode: 'bad_request' }, null],
  ['a caller who left', { outcome: 'cancelled', status: 499, errorCode: null }, null],
])('the request of %s: error %#', (_name, changes, error) => {
  const [request] = spans(changes);
  expect([request?.error, request?.attributes['error.type'] ?? null]).toEqual([error, error]);
});

test.each<[string, Partial<AttemptRecord>, string | null]>([
  ['an answer', {}, null],
  ['a status', { outcome: 'failed', status: 429, word: '429' }, '429'],
  ['a word, where the status was good', { outcome: 'failed', status: 200, word: 'firstToken' }, 'firstToken'],
  ['a word, where there was no status', { outcome: 'failed', status: null, word: 'connect' }, 'connect'],
  ['an attempt that was given up', { outcome: 'cancelled', status: null, word: 'cancelled' }, null],
])('the attempt of %s: error %#', (_name, changes, error) => {
  const [, attempt] = spans({ attempts: attempts({ provider: 'first', ...changes }) });
  expect([attempt?.error, attempt?.attributes['error.type'] ?? null]).toEqual([error, error]);
});

test('a race and a rescue are told apart from a plain attempt', () => {
  const [, hedge, rescue] = spans({
    rescued: true,
    attempts: attempts(
      { provider: 'first', raced: 'hedge', permit: 'closed' },
      { provider: 'second', way: 'prefill', drill: 'cut@12' },
    ),
  });
  expect(hedge?.attributes).toMatchObject({ 'recloser.raced': 'hedge' });
  expect(hedge?.attributes).not.toHaveProperty('recloser.rescue');
  expect(rescue?.attributes).toMatchObject({ 'recloser.rescue': 'prefill', 'recloser.drill': 'cut@12' });
});

test.each<[string, ToldInShort | null, object]>([
  ['a whole answer', { model: 'm-1', finishReasons: ['stop'] }, { model: 'm-1', reasons: ['stop'] }],
  ['two choices', { model: null, finishReasons: ['stop', 'length'] }, { reasons: ['stop', 'length'] }],
  ['an answer that broke', { model: null, finishReasons: [] }, {}],
  ['no answer', null, {}],
])('the attempt of %s says what model answered, and why it ended, where that is known', (_name, told, said) => {
  const [request, ...tried] = spans(
    { attempts: attempts({ provider: 'first' }, { provider: 'second' }) },
    providers,
    new Map(told ? [[1, told]] : []),
  );
  const responses = [request, ...tried].map((span) => ({
    ...(span && {
      model: span.attributes['gen_ai.response.model'],
      reasons: span.attributes['gen_ai.response.finish_reasons'],
    }),
  }));
  expect(responses.slice(1)).toEqual([{}, said]);
});

test.each<[string, Partial<RequestRecord>, Partial<AttemptRecord>[], object]>([
  [
    'a failover',
    { servedBy: 'second' },
    [{ provider: 'first', outcome: 'failed' }, { provider: 'second' }],
    { model: 'm-1', reasons: ['r-1'] },
  ],
  [
    'a rescue',
    { servedBy: 'second', rescued: true },
    [
      { provider: 'first', outcome: 'failed' },
      { provider: 'second', way: 'prefill' },
    ],
    { model: 'm-1', reasons: ['r-1'] },
  ],
  [
    'a second try on the same provider',
    { servedBy: 'first' },
    [{ provider: 'first', outcome: 'failed' }, { provider: 'first' }],
    { model: 'm-1', reasons: ['r-1'] },
  ],
  [
    'a race that another lost',
    { servedBy: 'first' },
    [{ provider: 'first' }, { provider: 'second', word: 'raced' }],
    { model: 'm-0', reasons: ['r-0'] },
  ],
  ['no answer at all', { servedBy: null, outcome: 'failed' }, [{ provider: 'first', outcome: 'failed' }], {}],
])('the request of %s says what model its caller heard, and why it ended', (_name, changes, steps, said) => {
  const told = new Map(steps.map((_, at) => [at, { model: `m-${at}`, finishReasons: [`r-${at}`] }]));
  const [request] = spans({ ...changes, attempts: attempts(...steps) }, providers, told);
  const { 'gen_ai.response.model': model, 'gen_ai.response.finish_reasons': reasons } = request?.attributes ?? {};
  expect({ ...(model && { model }), ...(reasons && { reasons }) }).toEqual(said);
});

test('what is not known is left out: no usage, no price, a provider that is in the config no more', () => {
  const [request, attempt] = spans({ attempts: attempts({ provider: 'gone' }) });
  for (const { attributes } of [request, attempt].map((span) => span ?? { attributes: {} })) {
    expect(Object.values(attributes)).not.toContain(null);
    expect(Object.keys(attributes).filter((key) => key.startsWith('gen_ai.usage'))).toEqual([]);
  }
  expect(attempt).toMatchObject({ name: 'chat', attributes: { 'recloser.provider': 'gone' } });
  expect(attempt?.attributes).not.toHaveProperty('server.address');
});

test('tokens are said under the names of the conventions once, by whoever used them, with those that were read from a cache', () => {
  const tokens = { 'gen_ai.usage.input_tokens': 7, 'gen_ai.usage.cache_read.input_tokens': 4 };
  const [request, attempt] = spans({
    usage,
    stream: true,
    attempts: attempts({ provider: 'first', usage, firstTokenMs: 90 }),
  });
  expect(attempt?.attributes).toMatchObject({ ...tokens, 'gen_ai.usage.output_tokens': 3 });
  expect(attempt?.attributes).toMatchObject({ 'gen_ai.response.time_to_first_chunk': 0.09 });
  expect(Object.keys(request?.attributes ?? {}).filter((key) => key.startsWith('gen_ai.usage'))).toEqual([]);
});

test.each([
  ['http://127.0.0.1:8080/v1', '127.0.0.1', 8080],
  ['http://models.example/v1', 'models.example', 80],
  ['https://models.example', 'models.example', 443],
])('%s is at %s, port %i', (baseUrl, address, port) => {
  const [, attempt] = spans(
    { attempts: attempts({ provider: 'first' }) },
    new Map([['first', provider('first', baseUrl)]]),
  );
  expect(attempt?.attributes).toMatchObject({ 'server.address': address, 'server.port': port });
});
