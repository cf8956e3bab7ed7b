import { describe, expect, test } from 'vitest';
import { judge } from '../../server/core/outcome.ts';
import { readTrace } from '../../server/core/trace/readTrace.ts';
import { toldBy } from '../../server/core/trace/told.ts';
import { writeTrace } from '../../server/core/trace/trace.ts';
import { traceOf } from '../../server/core/trace/traceOf.ts';
import type { Seen } from '../../server/core/wire.ts';
import { defaults, providerNamed } from '../support/breaker.ts';
import { recordOf } from '../support/outages.ts';

const connectMs = 3_000;
const status = (code: number, body = ''): Seen => ({ seen: 'status', status: code, headers: {}, body });
const clock = (name: 'connect' | 'firstToken' | 'idle' | 'total' | 'answer'): Seen => ({
  seen: 'clock',
  clock: name,
  ms: connectMs,
});
const seen: Seen[] = [
  ...[400, 401, 402, 404, 408, 413, 429, 500, 502, 503, 504, 529].map((code) => status(code)),
  status(400, '{"error": {"code": "context_length_exceeded", "message": "too long"}}'),
  status(400, '{"error": {"code": "content_filter", "message": "no"}}'),
  ...(['connect', 'reset', 'malformed', 'empty', 'cut'] as const).map((kind) => ({ seen: kind, message: 'x' })),
  ...(['connect', 'firstToken', 'idle', 'total', 'answer'] as const).map(clock),
  { seen: 'callerLeft', contentSeen: false, waitedShare: 0.9 },
  { seen: 'callerLeft', contentSeen: true, waitedShare: 0.9 },
  ...(['evacuated', 'raced', 'mismatch', 'deadline', 'shutdown', 'tooLarge'] as const).map((kind) => ({ seen: kind })),
];

describe('what a trace says that a call told its circuit', () => {
  test.each(seen)('is what was judged when $seen was seen: $status $clock', (what) => {
    const { kind, circuit, status } = judge(what, 0);
    const durationMs = what.seen === 'clock' ? what.ms : 20;
    const { result, ambiguous = false } = toldBy(
      { outcome: 'failed', failureKind: kind, status, durationMs },
      connectMs,
    );
    const live = {
      neutral: () => ({ result: 'neutral', ambiguous: false }),
      throttled: () => ({ result: 'throttled', ambiguous: false }),
      refused: () => ({ result: 'cause' in circuit ? circuit.cause : '', ambiguous: false }),
      failure: () =>
        'timeout' in circuit && { result: circuit.timeout ? 'timeout' : 'failure', ambiguous: circuit.ambiguous },
    };
    expect({ result, ambiguous }).toEqual(live[circuit.result]());
  });
});

const provider = { ...providerNamed('deepseek-v3', defaults), apiKey: 'sk-secret', systemPrompt: 'Be Lucy.' };
const trace = traceOf(recordOf('hard outage'), provider);

test('a trace holds no id, no time of day, no name of a person and nothing of the config but the breaker', () => {
  const record = recordOf('hard outage');
  const by = { by: 'ana', reason: 'the status page says so', cause: 'trip' as const, to: 'tripped' as const };
  const [first] = record.events;
  const events = first ? [...record.events, { ...first, ...by }] : [];
  const text = writeTrace(traceOf({ ...record, events }, provider));
  for (const told of ['r1/', '"id"', 'ana', 'status page', 'sk-secret', 'Lucy', '176000', '127.0.0.1', 'node']) {
    expect(text).not.toContain(told);
  }
  expect(text).toContain('"do":"act","act":"trip"');
});

test('drills, skips for want of room, and skips by what the provider says of its limits are in no trace', () => {
  const [one] = recordOf('hard outage').attempts;
  if (!one) throw new Error('no attempt');
  const skip = { ...one, outcome: 'skipped' as const, permit: null };
  const attempts = [
    { ...one, drill: 'cut@12' },
    { ...skip, failureKind: 'busy' },
    { ...skip, failureKind: 'cannot_take' },
    { ...skip, failureKind: 'throttled', circuitState: 'closed' as const },
  ];
  expect(traceOf({ from: 0, to: 1, attempts, probes: [], events: [] }, provider).steps).toEqual([]);
});

const [head, tail] = [{ ...trace, steps: [] }, trace.steps.slice(0, 2)];
const bad: [what: string, text: string, said: string][] = [
  ['no JSON', '{"format": ', 'is not JSON, or not whole'],
  ['a list', '[]', 'is not a trace'],
  ['null', 'null', 'is not a trace'],
  ['another file', '{"name": "recloser"}', 'Traces are written by export-outage'],
  [
    'a later version',
    JSON.stringify({ ...head, version: 2 }),
    'is of version 2, and this program reads 1: take a newer',
  ],
  ['an unknown version', JSON.stringify({ ...head, version: 'x' }), 'write it anew'],
  ['an unknown key', JSON.stringify({ ...head, prompt: 'x' }), 'prompt'],
  ['no settings', JSON.stringify({ ...head, settings: {} }), 'settings.failures'],
  ['an unknown step', JSON.stringify({ ...head, steps: [{ at: 1, do: 'dance' }] }), 'steps.0'],
  ['a negative time', JSON.stringify({ ...head, steps: [{ ...tail[0], at: -1 }] }), 'steps.0.at'],
  ['steps out of order', JSON.stringify({ ...head, steps: [...tail].reverse() }), 'steps.1: is earlier'],
  ['a huge file', ' '.repeat(16_000_001), 'more than 16000000 characters'],
];

test.each(bad)('%s is refused with a sentence', (_what, text, said) => {
  const read = readTrace(text);
  expect(read.ok).toBe(false);
  expect(read.ok ? '' : read.problems.join('\n')).toContain(said);
});

test('of many problems the first five are told, and how many more there are', () => {
  const steps = Array.from({ length: 9 }, () => ({ at: 'x', do: 'skip', why: 'open' }));
  const read = readTrace(JSON.stringify({ ...head, steps }));
  expect(read.ok ? [] : read.problems).toHaveLength(6);
  expect(read.ok ? '' : read.problems.at(-1)).toBe('and 4 more');
});
