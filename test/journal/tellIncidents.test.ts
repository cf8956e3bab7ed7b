import { expect, test } from 'vitest';
import type { Storage } from '../../db/storage.ts';
import type { KeptIncident } from '../../server/core/incidents/report.ts';
import { IncidentTeller } from '../../server/journal/tellIncidents.ts';
import { TestDatabase } from '../db/support/database.ts';
import { request } from '../db/support/records.ts';
import { moments, storyOf } from '../support/incidentStory.ts';

const start = Date.UTC(2026, 10, 17, 14, 0, 0);
const minuteMs = 60_000;

/** What is in the record at a moment: requests come at their end. */
async function appendBetween(storage: Storage, from: number, to: number): Promise<void> {
  const { requests, events } = storyOf(start);
  await storage.append({
    requests: requests.filter(
      ({ startedAt, durationMs }) => startedAt + durationMs > from && startedAt + durationMs <= to,
    ),
    events: events.filter(({ event }) => event.at > from && event.at <= to),
    audit: [],
    probes: [],
  });
}

const emptyBatch = { requests: [], events: [], audit: [], probes: [] };

const tellerOf = (storage: Storage) => new IncidentTeller({ storage, savings: async () => null, now: () => 0 });

test('an outage is one incident, its times kept apart, its figures those of the record', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  await appendBetween(storage, 0, start + moments.ends);
  await tellerOf(storage).look(start + moments.ends);
  const [row, ...others] = (await storage.listIncidents({ limit: 10 })).rows;
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    ...{
      id: 1,
      title: 'deepseek-v3 stopped answering',
      state: 'resolved',
      providers: ['deepseek-v3'],
      chains: ['lucy'],
    },
    ...{ beganAt: start + 90_000, detectedAt: start + moments.opened, mitigatedAt: start + 120_000 },
    ...{ backAt: start + moments.closed, resolvedAt: start + moments.closed + 2_000, errors: 0, openings: 1 },
  });
  const report = (await storage.getIncident(1))?.report;
  expect(report?.impact).toMatchObject({ requests: 486, answered: 486, moved: 486, errors: 0 });
  expect(report?.lanes.map(({ provider, troubled }) => [provider, troubled])).toEqual([
    ['deepseek-v3', true],
    ['llama-3.3-70b', false],
    ['qwen-72b', false],
  ]);
  expect(report?.timeline.map(({ kind }) => kind)).toContain('probes');
});

test('told as it happens, also over restarts, it ends as the same told at once: number, text and figures', async () => {
  await using stepwise = new TestDatabase();
  await using atOnce = new TestDatabase();
  const [live, whole] = [await stepwise.open(), await atOnce.open()];
  let teller = tellerOf(live);
  const steps = [8.5, 1, 3, 0.5, 9, 1, 14, 7, 2, 5, 11, 30, 40, 10, 8].map((minutes) => minutes * minuteMs);
  let at = start - 10 * minuteMs;
  const states: (string | undefined)[] = [];
  for (const [index, step] of steps.entries()) {
    const to = Math.min(at + step, start + moments.ends);
    await appendBetween(live, index === 0 ? 0 : at, to);
    at = to;
    if (index % 4 === 3) teller = tellerOf(live);
    await teller.look(at);
    states.push((await live.listIncidents({ limit: 1 })).rows[0]?.state);
  }
  expect([...new Set(states)]).toEqual([undefined, 'open', 'watching', 'resolved']);
  await appendBetween(whole, 0, start + moments.ends);
  await tellerOf(whole).look(at);
  const [first, second] = [await live.getIncident(1), await whole.getIncident(1)];
  expect(first?.report.asOf).toBeLessThanOrEqual(second?.report.asOf ?? 0);
  expect({ ...first, report: { ...first?.report, asOf: 0 } }).toEqual({
    ...second,
    report: { ...second?.report, asOf: 0 },
  });
  expect((await live.listIncidents({ limit: 10 })).rows).toHaveLength(1);
});

test('what is over is not counted again, and stays as it was told', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  await appendBetween(storage, 0, start + moments.ends);
  await tellerOf(storage).look(start + moments.ends);
  const told = await storage.getIncident(1);
  expect(await tellerOf(storage).look(start + moments.ends + minuteMs)).toMatchObject({ written: false, more: false });
  expect(await storage.getIncident(1)).toEqual(told);
});

test('what was in flight when its provider came back is counted when it has ended, while the incident is watched', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const closed = start + moments.closed;
  await appendBetween(storage, 0, closed + 1_000);
  const teller = tellerOf(storage);
  await teller.look(closed + 1_000);
  const before = await storage.getIncident(1);
  const late = request('late', { chain: 'lucy', startedAt: closed - 500, durationMs: 8_000 });
  await storage.append({ ...emptyBatch, requests: [late] });
  await teller.look(closed + minuteMs);
  const after = await storage.getIncident(1);
  expect([before?.row.state, after?.row.state]).toEqual(['watching', 'watching']);
  expect((after?.report.impact.requests ?? 0) - (before?.report.impact.requests ?? 0)).toBe(1);
});

const later = start + 9 * 24 * 60 * minuteMs;

/** Until now is reached; how many incidents went on after each look. */
async function tellAll(storage: Storage): Promise<number[]> {
  const teller = tellerOf(storage);
  const going: number[] = [];
  for (let more = true; more; ) {
    more = (await teller.look(later)).more;
    going.push((await storage.listIncidents({ unresolved: true, limit: 9 })).rows.length);
  }
  return going;
}

test('a record of days ago that nobody has told is told from its beginning, as if it had been told when it happened', async () => {
  await using live = new TestDatabase();
  await using brought = new TestDatabase();
  const [told, storage] = [await live.open(), await brought.open()];
  for (const each of [told, storage]) await appendBetween(each, 0, start + moments.ends);
  await tellerOf(told).look(start + moments.ends);
  const going = await tellAll(storage);
  expect(going).toEqual(Array.from({ length: 10 }, () => 0));
  const [first, second] = [await told.getIncident(1), await storage.getIncident(1)];
  expect(first?.row.state).toBe('resolved');
  expect({ ...second, report: { ...second?.report, asOf: 0 } }).toEqual({
    ...first,
    report: { ...first?.report, asOf: 0 },
  });
});

test('killed after each part of it, also in the middle of an outage, the same incidents are told as without', async () => {
  await using whole = new TestDatabase();
  await using killed = new TestDatabase();
  const told: KeptIncident[] = [];
  for (const database of [whole, killed]) {
    let storage = await database.open();
    // The first part ends a quarter of an hour after the outage began.
    await storage.append({
      ...emptyBatch,
      requests: [request('eldest', { startedAt: start - 23.75 * 60 * minuteMs })],
    });
    await appendBetween(storage, 0, start + moments.ends);
    let teller = tellerOf(storage);
    for (let more = true; more; ) {
      more = (await teller.look(later)).more;
      if (database === whole) continue;
      await storage.close(5_000);
      storage = await database.open();
      teller = tellerOf(storage);
    }
    const { rows } = await storage.listIncidents({ limit: 9 });
    expect(rows).toHaveLength(1);
    const incident = await storage.getIncident(1);
    if (incident) told.push({ ...incident, report: { ...incident.report, asOf: 0 } });
  }
  expect(told[1]).toEqual(told[0]);
  expect(told[0]?.row).toMatchObject({ state: 'resolved', beganAt: start + 90_000 });
});

test('what happened between the last look and a kill is told at a start nine days later, and nothing is told twice', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  await appendBetween(storage, 0, start);
  await tellerOf(storage).look(start);
  await appendBetween(storage, start, start + moments.ends);
  await tellAll(storage);
  const [row] = (await storage.listIncidents({ limit: 9 })).rows;
  expect(row).toMatchObject({ id: 1, state: 'resolved', detectedAt: start + moments.opened });
  expect(await storage.incidentsToldUntil()).toBe(later);
  expect(await tellerOf(storage).look(later)).toEqual({ written: false, more: false, until: later });
});

test('an old one that has not ended to this day goes on only when now is reached, with its beginning', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  await appendBetween(storage, 0, start + moments.opened);
  expect((await tellAll(storage)).slice(-2)).toEqual([0, 1]);
  const { rows } = await storage.listIncidents({ limit: 9 });
  expect(rows).toMatchObject([{ state: 'open', beganAt: start + 90_000, detectedAt: start + moments.opened }]);
});
