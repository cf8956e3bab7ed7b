import { expect, test } from 'vitest';
import type { Storage } from '../../db/storage.ts';
import { IncidentTeller } from '../../server/journal/tellIncidents.ts';
import { TestDatabase } from '../db/support/database.ts';
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
  expect(await tellerOf(storage).look(start + moments.ends + minuteMs)).toBe(false);
  expect(await storage.getIncident(1)).toEqual(told);
});
