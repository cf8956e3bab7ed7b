import { expect, test } from 'vitest';
import type { Storage, WrittenIncident, WrittenNote } from '../../db/storage.ts';
import type { IncidentReport } from '../../server/core/incidents/report.ts';
import { auditRow, noon } from './support/records.ts';

type Open = () => Promise<{ storage: Storage } & AsyncDisposable>;

/** What every storage does with incidents and what people write on them. */
export function keepsIncidents(open: Open): void {
  test('an incident comes back as it was written, numbered from 1 in the order of writing', async () => {
    await using opened = await open();
    await opened.storage.writeIncidents([written('first'), written('second')]);
    const { row, report } = written('second');
    expect(await opened.storage.getIncident(2)).toEqual({
      key: 'second',
      row: { id: 2, ...row },
      report,
      notes: [],
      stars: [],
    });
    expect(await opened.storage.getIncident(3)).toBeNull();
  });

  test('one that goes on is written anew, also under another key; one that is over stays as it is', async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.writeIncidents([written('first')]);
    await storage.writeIncidents([written('earlier', { was: 'first', title: 'it began sooner' })]);
    await storage.writeIncidents([written('earlier', { title: 'it is over', state: 'resolved' })]);
    await storage.writeIncidents([written('earlier', { title: 'once more' })]);
    expect((await storage.listIncidents({ limit: 10 })).rows.map(({ id, title }) => [id, title])).toEqual([
      [1, 'it is over'],
    ]);
  });

  test('those that are not over come first, then the newest, page by page', async () => {
    await using opened = await open();
    const { storage } = opened;
    const states = ['resolved', 'open', 'resolved', 'watching', 'resolved'] as const;
    await storage.writeIncidents(states.map((state, index) => written(`${index}`, { state })));
    const list = async (filter: object) =>
      (await storage.listIncidents({ limit: 10, ...filter })).rows.map(({ id }) => id);
    expect(await list({})).toEqual([4, 2, 5, 3, 1]);
    expect(await list({ unresolved: true })).toEqual([4, 2]);
    expect(await list({ provider: 'qwen-72b' })).toEqual([]);
    expect(await list({ provider: 'deepseek-v3' })).toHaveLength(5);
    const { next } = await storage.listIncidents({ limit: 3 });
    expect(await list({ before: next })).toEqual([3, 1]);
    await expect(list({ before: 'nonsense' })).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('a note keeps both of its times and who wrote it, with an audit row; a star is set and taken off again', async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.writeIncidents([written('first')]);
    expect(await storage.writeNote(note({ text: 'later', at: noon + 5 }))).toBe(1);
    expect(await storage.writeNote(note({ text: 'sooner', at: noon + 1, starred: true }))).toBe(2);
    await storage.writeNote(note({ rowId: 'first', text: null, starred: true }));
    await storage.writeNote(note({ rowId: 'first', text: null, starred: false }));
    const found = await storage.getIncident(1);
    expect(found?.notes).toEqual([
      { id: 2, text: 'sooner', at: noon + 1, notedAt: noon + 9, who: 'ada', starred: true },
      { id: 1, text: 'later', at: noon + 5, notedAt: noon + 9, who: 'ada', starred: false },
    ]);
    expect(found?.stars).toEqual([{ rowId: 'first', starred: false }]);
    expect((await storage.listAudit({ limit: 10 })).rows).toHaveLength(4);
  });
}

let audits = 0;

function note(changes: Partial<WrittenNote>): WrittenNote {
  audits += 1;
  const usual = { incidentId: 1, rowId: null, text: 'a note', at: noon, notedAt: noon + 9, who: 'ada', starred: false };
  return { ...usual, audit: auditRow(`note${audits}`), ...changes };
}

interface Changes {
  was?: string;
  title?: string;
  state?: IncidentReport['state'];
}

/** An incident as it is written; what is not said of it is made up. */
export function written(key: string, { was, title = key, state = 'open' }: Changes = {}): WrittenIncident {
  const milestones = {
    ...{ beganAt: noon, detectedAt: noon + 1, mitigatedAt: null, mitigatedBy: null, backAt: null, backBy: null },
    ...{ resolvedAt: state === 'resolved' ? noon + 9 : null, detectedBy: 'after 1 ms', endedBy: '' },
  };
  const impact: IncidentReport['impact'] = {
    ...{
      from: noon,
      to: noon + 9,
      requests: 3,
      answered: 2,
      moved: 1,
      errors: 1,
      others: 0,
      byChain: [],
      savings: null,
    },
    addedWait: { medianMs: 2.5, worstMs: null },
  };
  const shared = { title, quietUntil: null, providers: ['deepseek-v3'], chains: ['lucy'] };
  const report = {
    ...{ ...shared, asOf: noon + 9, state, milestones, impact, troubles: [], lanes: [], timeline: [], failures: [] },
    ...{ window: { from: noon, to: noon + 9 }, ours: null },
  };
  const { beganAt, detectedAt, mitigatedAt, backAt, resolvedAt } = milestones;
  const row = { ...shared, state, beganAt, detectedAt, mitigatedAt, backAt, resolvedAt, errors: 1, openings: 2 };
  return { key, was: was ?? null, row, report };
}
