import { expect, test } from 'vitest';
import { countConnected, oursNow } from '../../server/journal/meterOurs.ts';
import { attempt, failure } from '../db/support/records.ts';

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
