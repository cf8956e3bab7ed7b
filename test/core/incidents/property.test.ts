import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCauses } from '../../../server/core/circuit/types.ts';
import { fromTheBeginning, goOnFrom, incidentsOf } from '../../../server/core/incidents/incidents.ts';
import type { Incident, TroubleRecord } from '../../../server/core/incidents/types.ts';
import { minutes, RecordMaker } from './record.ts';

const length = 400;
const providers = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];

/** A made-up day of outages, errors and slow minutes. */
const records = fc
  .record({
    outages: fc.array(
      fc.record({
        provider: fc.constantFrom(...providers),
        gap: fc.integer({ min: 1, max: 60 }),
        open: fc.double({ min: 0.1, max: 20, noNaN: true }),
        cause: fc.constantFrom(...openCauses),
        failedProbes: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 15 },
    ),
    odd: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: length }),
        lasts: fc.integer({ min: 1, max: 12 }),
        of: fc.constantFrom({ errors: 3 }, { errors: 40 }, { fallbacks: 60 }, { firstTokenMs: 3_000 }, { requests: 4 }),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ outages, odd }): TroubleRecord => {
    const maker = new RecordMaker();
    const next = new Map<string, number>();
    for (const { provider, gap, open, cause, failedProbes } of outages) {
      const from = (next.get(provider) ?? 0) + gap;
      maker.outage(provider, { from, to: from + open, cause, failedProbes });
      next.set(provider, from + open);
    }
    maker.chain('lucy', [0, length], (at) =>
      Object.assign({}, ...odd.filter((one) => at >= one.at && at < one.at + one.lasts).map(({ of }) => of)),
    );
    return maker.make();
  });

const whole = (record: TroubleRecord, until = minutes(length)): Incident[] =>
  incidentsOf(record, { ...fromTheBeginning, until });

function shuffled<Row>(rows: readonly Row[], seed: number): Row[] {
  return [...rows]
    .map((row, index) => ({ row, key: ((index + 1) * 7_919 * (seed + 1)) % 104_729 }))
    .sort((one, other) => one.key - other.key)
    .map(({ row }) => row);
}

test('the same record gives the same incidents, whatever its order, and however often a row was read', () => {
  fc.assert(
    fc.property(records, fc.nat(1_000), (record, seed) => {
      const read = {
        ...record,
        events: [...record.events, ...record.events.slice(0, 5)],
        chains: [...record.chains, ...record.chains],
      };
      const mixed = { ...read, events: shuffled(read.events, seed), chains: shuffled(read.chains, seed) };
      expect(whole(mixed)).toEqual(whole(record));
    }),
    { numRuns: 60 },
  );
});

test('what is told while it happens ends as what is told of it at once: also when each look begins at the eldest open one', () => {
  fc.assert(
    fc.property(
      records,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 12, maxLength: 30 }),
      (record, steps) => {
        const kept = new Map<string, Incident>();
        let until = 0;
        let from = fromTheBeginning;
        for (const step of [...steps, length]) {
          until = Math.min(length, until + step);
          for (const incident of incidentsOf(record, { ...from, until: minutes(until) })) {
            const before = kept.get(incident.key);
            if (before?.state === 'resolved') expect(incident).toEqual(before);
            kept.set(incident.key, incident);
          }
          from = goOnFrom([...kept.values()], minutes(until));
        }
        expect([...kept.values()]).toEqual(whole(record));
      },
    ),
    { numRuns: 100 },
  );
});

test('of two incidents the earlier was quiet before the later was detected; each trouble is in one, within its time', () => {
  fc.assert(
    fc.property(records, (record) => {
      const incidents = whole(record);
      for (const [index, incident] of incidents.entries()) {
        const next = incidents[index + 1];
        if (next) expect(incident.quietUntil ?? Number.POSITIVE_INFINITY).toBeLessThan(next.detectedAt);
        for (const trouble of incident.troubles) {
          expect(trouble.beganAt).toBeGreaterThanOrEqual(incident.beganAt);
          expect(trouble.detectedAt).toBeGreaterThanOrEqual(incident.detectedAt);
          expect(trouble.beganAt).toBeLessThanOrEqual(trouble.detectedAt);
          if (incident.endedAt !== null) expect(trouble.endedAt).toBeLessThanOrEqual(incident.endedAt);
        }
      }
      const keys = incidents.flatMap(({ troubles }) => troubles.map(({ key }) => key));
      expect(new Set(keys).size).toBe(keys.length);
    }),
    { numRuns: 60 },
  );
});
