import { expect, test } from 'vitest';
import { auditFilterOf, readAuditSearch } from '../../web/audit/filter.ts';
import { actWord, changedOf, changeInShort, isTime } from '../../web/audit/words.ts';

const circuit = { state: 'closed', epoch: 3, since: 1_790_000_000_000, reason: null };

test('an address of the audit is read whole, and what it does not understand is left out', () => {
  const search = { who: 'ada', what: 'circuits.trip', subject: 'qwen-72b', refused: true, last: '1h' } as const;
  expect(readAuditSearch({ ...search, more: 1 })).toEqual(search);
  expect(readAuditSearch({ who: '', what: 7, refused: 'yes', last: '9y', from: -1, to: 1.5 })).toEqual({});
  expect(auditFilterOf(search, 7_200_000)).toMatchObject({ outcome: 'refused', from: 3_600_000 });
});

test('a change is said thing by thing, and what stayed as it was is left out', () => {
  const after = { ...circuit, state: 'tripped', epoch: 4, reason: 'planned work' };
  expect(changedOf(circuit, after)).toEqual([
    { name: 'state', before: 'closed', after: 'tripped' },
    { name: 'epoch', before: 3, after: 4 },
    { name: 'reason', before: null, after: 'planned work' },
  ]);
  expect(changeInShort(circuit, after)).toBe('closed → tripped');
});

test.each([
  [null, null, ''],
  [circuit, null, ''],
  [circuit, circuit, ''],
  [null, { name: 'ada', role: 'viewer' }, 'viewer'],
  [{ role: 'viewer' }, { role: 'operator' }, 'viewer → operator'],
  [{ seenAt: 1, name: 'ada' }, { seenAt: 2, name: 'ada' }, 'seenAt'],
])('%j and %j in short: %s', (before, after, said) => {
  expect(changeInShort(before, after)).toBe(said);
});

test('moments are told from counts by their names, and an act without words keeps its name', () => {
  expect([isTime('since', circuit.since), isTime('revokedAt', circuit.since), isTime('epoch', 4)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(isTime('until', null)).toBe(false);
  expect(actWord('circuits.trip')).toBe('trip');
  expect(actWord('toString')).toBe('toString');
});
