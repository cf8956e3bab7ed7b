import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayIn } from '../../../server/core/savings/days.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Havana',
];

it('a day is the one that the calendar of its zone shows, also where clocks change', () => {
  const plain = new Map(
    zones.map((timeZone) => [
      timeZone,
      new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }),
    ]),
  );
  const days = new Map(zones.map((zone) => [zone, dayIn(zone)]));
  const moments = fc.integer({ min: Date.parse('2012-01-01'), max: Date.parse('2036-01-01') });
  const changes = ['2026-03-29', '2026-10-25', '2026-11-01', '2026-03-08', '2026-04-05', '2026-10-04'].map(Date.parse);
  const near = fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -130_000_000, max: 130_000_000 }));
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.oneof(
        moments,
        near.map(([at, ms]) => at + ms),
      ),
      (zone, at) => {
        expect(days.get(zone)?.(at)).toBe(plain.get(zone)?.format(at));
      },
    ),
    { numRuns: 3_000 },
  );
});
