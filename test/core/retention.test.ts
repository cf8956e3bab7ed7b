import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeOfId } from '../../server/core/idTime.ts';
import { keptFrom, keptKinds } from '../../server/core/retention.ts';
import { newId, realClock } from '../../server/world.ts';

const hour = 3_600_000;
const settings = {
  ...{ requestsMs: 10 * hour, probesMs: 20 * hour, transitionsMs: 30 * hour },
  ...{ minutesMs: 40 * hour, auditMs: 50 * hour, incidentsMs: 60 * hour },
};
const now = 1_000 * hour;

test('each kind is kept for its own time', () => {
  expect(keptFrom(settings, { now, heldFrom: null })).toEqual({
    ...{ requests: now - 10 * hour, probes: now - 20 * hour, transitions: now - 30 * hour },
    ...{ minutes: now - 40 * hour, audit: now - 50 * hour, incidents: now - 60 * hour },
  });
});

test('what an incident that goes on is told from stays until it is over, and never for more than twice its time', () => {
  expect(keptFrom(settings, { now, heldFrom: now - 12 * hour }).requests).toBe(now - 13 * hour);
  expect(keptFrom(settings, { now, heldFrom: now - 500 * hour })).toMatchObject({
    ...{ requests: now - 20 * hour, audit: now - 50 * hour },
  });
});

test('minutes outlive the requests they find, whatever the settings, and nothing younger than its time goes', () => {
  const ms = fc.integer({ min: hour, max: 900 * hour });
  const record = fc.record({
    requestsMs: ms,
    probesMs: ms,
    transitionsMs: ms,
    minutesMs: ms,
    auditMs: ms,
    incidentsMs: ms,
  });
  fc.assert(
    fc.property(record, fc.option(fc.integer({ min: 0, max: now })), (given, heldFrom) => {
      const from = keptFrom(given, { now, heldFrom });
      expect(from.minutes).toBeLessThanOrEqual(from.requests);
      for (const kind of keptKinds) expect(from[kind]).toBeLessThanOrEqual(now - given[`${kind}Ms`]);
    }),
  );
});

test('an id says when it was drawn, and what is none says nothing', () => {
  const before = realClock.wall();
  const at = timeOfId(newId());
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(realClock.wall());
  for (const none of ['', 'r1', 'I'.repeat(26), 'Z'.repeat(26)]) expect(timeOfId(none)).toBeNull();
});
