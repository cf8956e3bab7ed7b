import { expect, test } from 'vitest';
import { countConnected, oursNow } from '../../server/journal/meterOurs.ts';
import { Traffic } from '../../server/journal/meterTraffic.ts';
import { attempt, failure, request } from '../db/support/records.ts';

type Step = [provider: string, how: 'answered' | 'connect' | 'serverError' | 'drilled'];

const slotMs = 10_000;
const now = 1_760_000_004_000;

/** Slots of ten seconds, the newest first. */
function seen(...slots: Step[][]) {
  const counted = slots.map((steps) => {
    const counts: Parameters<typeof countConnected>[0] = new Map();
    for (const [provider, how] of steps) {
      const made =
        how === 'answered' ? attempt({ provider }) : failure(0, provider, how === 'drilled' ? 'connect' : how);
      countConnected(counts, { ...made, drill: how === 'drilled' ? 'connect' : null });
    }
    return steps.length === 0 ? null : counts;
  });
  return oursNow(counted, { now, slotMs });
}

test('nobody could be connected to since the last answer: known within seconds, with its evidence', () => {
  const told = seen(
    [
      ['b', 'connect'],
      ['a', 'connect'],
    ],
    [],
    [['a', 'connect']],
    [
      ['a', 'answered'],
      ['b', 'connect'],
    ],
  );
  expect(told).toEqual({
    ...{ from: now - 4_000 - 2 * slotMs, to: now },
    providers: [
      { provider: 'a', attempts: 2, unconnected: 2 },
      { provider: 'b', attempts: 1, unconnected: 1 },
    ],
  });
});

test.each<[string, Step[][]]>([
  [
    'somebody has answered just now',
    [
      [
        ['a', 'connect'],
        ['b', 'connect'],
        ['c', 'answered'],
      ],
    ],
  ],
  [
    'one is reached and fails',
    [
      [
        ['a', 'connect'],
        ['b', 'serverError'],
      ],
    ],
  ],
  ['only one was called', [[['a', 'connect']], [['b', 'answered']]]],
  [
    'a drill plays it',
    [
      [
        ['a', 'drilled'],
        ['b', 'drilled'],
      ],
    ],
  ],
  ['nothing was called', [[], []]],
])('it is not ours where %s', (_why, slots) => {
  expect(seen(...slots)).toBeNull();
});

test('it is counted as requests end, and over with the first answer', () => {
  const traffic = new Traffic();
  const failed = (id: string) => {
    const attempts = [failure(0, 'a', 'connect'), failure(1, 'b', 'connect')];
    return request(id, { startedAt: now - 2_000, durationMs: 1_000, outcome: 'failed', servedBy: null, attempts });
  };
  traffic.request(request('well', { startedAt: now - 90_000, durationMs: 1_000 }), now);
  traffic.request(failed('one'), now);
  traffic.request(failed('two'), now);
  expect(traffic.ours(now)?.providers.map(({ unconnected }) => unconnected)).toEqual([2, 2]);
  traffic.request(request('back', { startedAt: now - 1_000, durationMs: 500 }), now);
  expect(traffic.ours(now)).toBeNull();
});
