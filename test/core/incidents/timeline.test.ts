import { expect, test } from 'vitest';
import { fromTheBeginning, incidentsOf } from '../../../server/core/incidents/incidents.ts';
import type { IncidentFacts, Milestones } from '../../../server/core/incidents/report.ts';
import { maxRows, timelineOf } from '../../../server/core/incidents/timeline.ts';
import { minutes, RecordMaker } from './record.ts';

const nothing: IncidentFacts = {
  called: [],
  ticks: [],
  failures: [],
  first: null,
  probes: [],
  backs: [],
  mitigation: null,
  firstError: null,
  impact: {
    requests: 0,
    answered: 0,
    moved: 0,
    errors: 0,
    others: 0,
    addedWait: { medianMs: null, worstMs: null },
    byChain: [],
  },
};

/** An outage of ten hours in which somebody trips and releases another provider all the time. */
function busyTimeline(trips: number) {
  const maker = new RecordMaker().outage('deepseek-v3', { from: 0, to: 600 });
  for (let trip = 0; trip < trips; trip += 1) maker.trip('qwen-72b', { from: 1 + trip, to: 1.5 + trip });
  const record = maker.make();
  const [incident] = incidentsOf(record, { ...fromTheBeginning, until: minutes(610) });
  if (!incident) throw new Error('An outage is an incident.');
  const milestones = {
    beganAt: incident.beganAt,
    resolvedAt: null,
    mitigatedAt: null,
    mitigatedBy: null,
  } as Milestones;
  return timelineOf({ incident, milestones, events: record.events, facts: nothing });
}

test('a timeline of more rows than fit says how many it leaves out, and still tells the end', () => {
  // Opened and closed, and two acts a trip.
  expect(busyTimeline(199).map(({ kind }) => kind)).not.toContain('rest');
  const rows = busyTimeline(250);
  expect(rows).toHaveLength(maxRows);
  expect(rows.at(-2)).toMatchObject({ kind: 'rest', at: minutes(199.5), until: minutes(250.5), starred: true });
  expect(rows.at(-2)?.said).toEqual([
    `${2 + 500 - maxRows + 1} more rows of this time: a timeline has ${maxRows} at most.`,
  ]);
  expect(rows.at(-1)?.kind).toBe('closed');
});
