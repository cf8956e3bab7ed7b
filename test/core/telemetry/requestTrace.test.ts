import { expect, test } from 'vitest';
import {
  attemptSpanId,
  type RequestTrace,
  readTraceParent,
  tellTrace,
  traceHeadersOf,
} from '../../../server/core/telemetry/requestTrace.ts';

const a = 'a'.repeat(32);
const b = 'b'.repeat(16);

test.each([
  [`00-${a}-${b}-01`, true],
  [`00-${a}-${b}-00`, false],
  [`00-${a}-${b}-03`, true],
  [`cc-${a}-${b}-01-more`, true],
])('%s is read', (traceparent, sampled) => {
  expect(readTraceParent({ traceparent, tracestate: 'v=1' })).toEqual({
    traceId: a,
    parentId: b,
    sampled,
    state: 'v=1',
  });
});

test.each([
  undefined,
  '',
  `00-${a}-${b}`,
  `00-${a}-${b}-01-more`,
  `ff-${a}-${b}-01`,
  `00-${'0'.repeat(32)}-${b}-01`,
  `00-${a}-${'0'.repeat(16)}-01`,
  `00-${a.toUpperCase()}-${b}-01`,
])('%s begins a trace of its own', (traceparent) => {
  expect(readTraceParent({ traceparent })).toBeNull();
});

const traceOf = (spanId: string): RequestTrace => ({
  ...{ traceId: a, spanId, parentId: null, sampled: false, state: null, told: new Map() },
});

test('each attempt has a span of its own, also past the last number', () => {
  const trace = traceOf('fffffffffffffffe');
  const ids = [0, 1, 2].map((ordinal) => attemptSpanId(trace, ordinal));
  expect(ids).toEqual(['ffffffffffffffff', '8000000000000000', '0000000000000001']);
  expect(traceHeadersOf(trace, 2)).toEqual({ traceparent: `00-${a}-0000000000000001-00` });
  expect(traceHeadersOf({ ...trace, state: 'v=1' }, 2)).toMatchObject({ tracestate: 'v=1' });
});

test.each<[string | string[] | undefined, string | null]>([
  [undefined, null],
  ['', null],
  [' v=1,w=2 ', 'v=1,w=2'],
  ['v=é', null],
  [`v=${'x'.repeat(510)}`, `v=${'x'.repeat(510)}`],
  [`v=${'x'.repeat(511)}`, null],
  [['v=1', 'w=2'], null],
])('a tracestate of %j is kept as %j', (tracestate, state) => {
  expect(readTraceParent({ traceparent: `00-${a}-${b}-01`, tracestate })?.state).toBe(state);
});

test.each<[string, string | null, [number, string][], object]>([
  ['an answer', 'm-1', [[0, 'stop']], { model: 'm-1', finishReasons: ['stop'] }],
  [
    'choices that end in any order',
    'm-1',
    [
      [1, 'length'],
      [0, 'stop'],
    ],
    { finishReasons: ['stop', 'length'] },
  ],
  ['an answer that broke before its end', null, [], { model: null, finishReasons: [] }],
  [
    'a name without end',
    'x'.repeat(9_999),
    [[0, 'y'.repeat(9_999)]],
    { model: 'x'.repeat(128), finishReasons: ['y'.repeat(128)] },
  ],
])('what %s says of itself is noted, cut to what a span may hold', (_name, model, reasons, told) => {
  const trace = traceOf(b);
  tellTrace(trace, 2, { model, finishReasons: new Map(reasons) });
  expect([...trace.told]).toEqual([[2, expect.objectContaining(told)]]);
});
