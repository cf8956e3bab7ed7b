import fc from 'fast-check';
import { expect, test } from 'vitest';
import { step } from '../../../server/core/alerts/step.ts';
import type { Alert, Told } from '../../../server/core/alerts/types.ts';
import type { IncidentRow } from '../../../server/core/incidents/report.ts';
import { chain, destination, incident, minute, second, start } from './support.ts';

const destinations = [
  destination({ name: 'team', errors: 2 }),
  destination({ name: 'pager', on: ['page'], errors: 1, holdMs: 0, remindMs: 5 * minute }),
  destination({ name: 'mail', on: ['notify'], remindMs: null }),
];

/** What happens between two looks. Two incidents open, close, hurt callers and end; a chain is at risk or not. */
const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 60, max: 4_000 })).map((s) => s * second),
    which: fc.constantFrom(1, 2),
    what: fc.constantFrom<Happening['what'][]>('nothing', 'open', 'open', 'close', 'end', 'hurt', 'risk', 'safe'),
    waits: fc.boolean(),
    restarts: fc.boolean(),
  }),
  { maxLength: 60 },
);

interface Happening {
  afterMs: number;
  which: number;
  what: 'nothing' | 'open' | 'close' | 'end' | 'hurt' | 'risk' | 'safe';
  waits: boolean;
  restarts: boolean;
}

class Story {
  now = start;
  readonly rows = new Map<number, IncidentRow>();
  isRisk = false;

  happen({ afterMs, which, what }: Happening): void {
    this.now += afterMs;
    const row = this.rows.get(which);
    const change = (changes: Partial<IncidentRow>): void => void (row && this.rows.set(which, { ...row, ...changes }));
    if (what === 'risk' || what === 'safe') this.isRisk = what === 'risk';
    if (row?.state === 'resolved') return;
    if (what === 'open' && !row) this.rows.set(which, incident({ id: which, detectedAt: this.now, beganAt: this.now }));
    else if (what === 'open') change({ state: 'open', quietUntil: null });
    else if (what === 'hurt') change({ errors: (row?.errors ?? 0) + 1 });
    else if (what === 'close') change({ state: 'watching', quietUntil: this.now + 45 * minute });
    else if (what === 'end') change({ state: 'resolved' });
  }

  look(alerts: Alert[], waits: boolean) {
    const kept = [...this.rows.values()].filter(({ id, state }) => {
      return state !== 'resolved' || alerts.some(({ incidentId }) => incidentId === id);
    });
    const waiting = waits ? new Map(alerts.map(({ key }) => [key, new Set(['team'])])) : new Map();
    const chains = [chain(this.isRisk ? 'nobody' : 'proven')];
    return step({ incidents: kept, chains, alerts, destinations, waiting, now: this.now });
  }
}

/** Everything that was told, by alert and destination, with every incident over at the end. */
function play(happened: readonly Happening[], { restarts }: { restarts: boolean }) {
  const story = new Story();
  let alerts: Alert[] = [];
  const told = new Map<string, (Told & { key: string })[]>();
  const keys = new Map<number, Set<string>>();
  const look = (waits: boolean): void => {
    const made = story.look(alerts, waits);
    for (const { alert, told: one } of made.due) {
      const name = `${alert.key} ${one.destination}`;
      told.set(name, [...(told.get(name) ?? []), { ...one, key: alert.key }]);
      if (alert.incidentId !== null)
        keys.set(alert.incidentId, (keys.get(alert.incidentId) ?? new Set<string>()).add(alert.key));
    }
    alerts = made.alerts.filter(({ done }) => !done).map(({ alert }) => alert);
  };
  for (const each of happened) {
    story.happen(each);
    look(each.waits);
    if (restarts && each.restarts) alerts = JSON.parse(JSON.stringify(alerts));
  }
  for (const which of [1, 2]) story.happen({ afterMs: second, which, what: 'end', waits: false, restarts: false });
  story.happen({ afterMs: second, which: 1, what: 'safe', waits: false, restarts: false });
  look(false);
  story.now += 6 * minute;
  look(false);
  return { told, keys, alerts };
}

test('every alert is opened once and resolved once, worse only once, never told twice, and nothing is left of it', () => {
  fc.assert(
    fc.property(happenings, (happened) => {
      const { told, keys, alerts } = play(happened, { restarts: false });
      expect(alerts).toEqual([]);
      for (const names of keys.values()) expect(names.size).toBe(1);
      for (const all of told.values()) {
        const words = all.map(({ sending }) => sending);
        expect(words[0]).toBe('opened');
        expect(words.at(-1)).toBe('resolved');
        for (const once of ['opened', 'resolved']) expect(words.filter((word) => word === once)).toHaveLength(1);
        expect(words.filter((word) => word === 'escalated').length).toBeLessThanOrEqual(1);
        expect(all.map(({ count }) => count)).toEqual(all.map((_, index) => index + 1));
        expect(words.filter((word) => word === 'returned').length).toBeLessThanOrEqual(
          words.filter((word) => word === 'recovered').length,
        );
      }
    }),
    { numRuns: 500 },
  );
});

test('a reminder comes no sooner than its interval after whatever was told before, and only to who wants it', () => {
  fc.assert(
    fc.property(happenings, (happened) => {
      for (const all of play(happened, { restarts: false }).told.values()) {
        for (const [index, { sending, at, destination: name }] of all.entries()) {
          const { remindMs = null, on = [] } = destinations.find((each) => each.name === name) ?? {};
          if (sending === 'opened') expect(on).toContain(all[index]?.severity);
          if (sending !== 'reminder') continue;
          expect(remindMs).not.toBeNull();
          expect(at - (all[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(remindMs ?? 0);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('a restart at any look tells the same as none', () => {
  fc.assert(
    fc.property(happenings, (happened) => {
      expect(play(happened, { restarts: true })).toEqual(play(happened, { restarts: false }));
    }),
    { numRuns: 200 },
  );
});
