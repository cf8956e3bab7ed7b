import { expect, test } from 'vitest';
import {
  attemptSpanId,
  type RequestTrace,
  readTraceParent,
  traceParentOf,
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

test('each attempt has a span of its own, also past the last number', () => {
  const trace: RequestTrace = { traceId: a, spanId: 'fffffffffffffffe', parentId: null, sampled: false, state: null };
  const ids = [0, 1, 2].map((ordinal) => attemptSpanId(trace, ordinal));
  expect(ids).toEqual(['ffffffffffffffff', '8000000000000000', '0000000000000001']);
  expect(traceParentOf(trace, 2)).toBe(`00-${a}-0000000000000001-00`);
});
