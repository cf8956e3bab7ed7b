import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Place, Roster } from '../../server/core/roster.ts';

test('a roster has whom a set would have, however they come and go', () => {
  const steps = fc.array(fc.record({ adds: fc.boolean(), at: fc.nat(20) }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (taken) => {
      const roster = new Roster<number>();
      const members = new Set<number>();
      const places: Place<number>[] = [];
      for (const [number, { adds, at }] of taken.entries()) {
        const place = places[at];
        if (adds || !place) {
          places.push(roster.add(number));
          members.add(number);
        } else {
          // Some of them for the second time.
          roster.remove(place);
          members.delete(place.member);
        }
        expect(new Set(roster.list())).toEqual(members);
        expect(roster.size).toBe(members.size);
      }
    }),
  );
});

test('whoever is listed may leave while the list is walked', () => {
  const roster = new Roster<string>();
  const places = ['a', 'b', 'c'].map((name) => roster.add(name));
  const seen: string[] = [];
  for (const name of roster.list()) {
    seen.push(name);
    for (const place of places) roster.remove(place);
  }
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(roster.size).toBe(0);
});
