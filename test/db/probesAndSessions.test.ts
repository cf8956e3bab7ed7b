import { describe, expect, test } from 'vitest';
import type { PersonRecord, TokenRecord } from '../../server/core/access.ts';
import type { RequestRecord, SessionRecord } from '../../server/core/records.ts';
import { TestDatabase } from './support/database.ts';
import { auditRow, batch, noon, probeRow as probe, request } from './support/records.ts';

function session(hash: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  const times = { openedAt: noon, seenAt: noon, endsAt: noon + 1_000 };
  return { hash, who: 'operator', role: 'operator', owner: null, way: 'link', from: null, ...times, ...changes };
}

describe('probes', () => {
  test('the newest probe of each kind of each provider comes back as it was given', async () => {
    await using database = new TestDatabase();
    const storage = await database.open();
    const newest = probe('p2', { at: noon + 5, ok: false, word: '401', status: 401, costNanoUsd: null });
    const other = probe('p4', { provider: 'llama-3.3-70b', kind: 'hand', by: 'ada' });
    const byHand = probe('p5', { kind: 'hand', by: 'ada' });
    await storage.append(batch({ probes: [probe('p1'), newest, probe('p3', { at: noon - 5 }), other, byHand] }));
    await storage.append(batch({ probes: [newest] }));
    expect(await storage.lastProbes()).toEqual([other, byHand, newest]);
  });
});

describe('what a request needs', () => {
  test('comes back as it was given, and as null from a row that is older than it', async () => {
    await using database = new TestDatabase();
    const storage = await database.open();
    const needs = { images: true, tools: false, jsonSchema: true, promptTokens: 12_345 };
    await storage.append(batch({ requests: [request('r1', { needs }), request('r0', { needs: null })] }));
    const { rows } = await storage.listRequests({ limit: 10 });
    expect(rows.map((row) => [row.id, row.needs])).toEqual([
      ['r1', needs],
      ['r0', null],
    ]);
  });
});

describe('the most carried', () => {
  const ended = (id: string, at: number, changes: Partial<RequestRecord> = {}) =>
    request(id, { startedAt: at - 2_000, durationMs: 2_000, ...changes });

  test('is counted over any sixty seconds, by the moment at which requests end', async () => {
    await using database = new TestDatabase();
    const storage = await database.open();
    const ends = [10_000, 30_000, 69_999, 70_000, 129_000, 300_000].map((ms) => noon + ms);
    const requests = ends.map((at, index) => ended(`r${index}`, at));
    const others = [
      ended('nobody', noon + 30_000, { servedBy: null, outcome: 'failed' }),
      ended('q', noon + 30_000, { servedBy: 'qwen-72b' }),
    ];
    await storage.append(batch({ requests: [...requests, ...others] }));
    const all = await storage.mostCarried({ from: noon, to: noon + 3_600_000 });
    expect(all).toEqual([
      { provider: 'deepseek-v3', requests: 3 },
      { provider: 'qwen-72b', requests: 1 },
    ]);
  });

  test('of a span counts the sixty seconds that reach into it from before', async () => {
    await using database = new TestDatabase();
    const storage = await database.open();
    const requests = [-50_000, -40_000, 5_000].map((ms, index) => ended(`r${index}`, noon + ms));
    await storage.append(batch({ requests }));
    expect(await storage.mostCarried({ from: noon, to: noon + 60_000 })).toEqual([
      { provider: 'deepseek-v3', requests: 3 },
    ]);
    expect(await storage.mostCarried({ from: noon + 3_600_000, to: noon + 7_200_000 })).toEqual([]);
  });
});

describe('sessions', () => {
  test('are there after the database was closed and opened, until they end', async () => {
    await using database = new TestDatabase();
    const first = await database.open();
    const late = session('late', { openedAt: noon + 1, endsAt: noon + 2_000 });
    await first.writeSessions({ put: [late, session('early')], drop: [] });
    await first.close(1_000);
    const second = await database.open();
    expect(await second.listSessions(noon)).toEqual([session('early'), late]);
    expect(await second.listSessions(noon + 1_000)).toEqual([late]);
  });

  test('are changed in place, and ended by their hash; an unknown one is ended already', async () => {
    await using database = new TestDatabase();
    const storage = await database.open();
    await storage.writeSessions({ put: [session('one'), session('two')], drop: [] });
    await storage.writeSessions({ put: [session('one', { seenAt: noon + 500 })], drop: ['two', 'three'] });
    expect(await storage.listSessions(noon)).toEqual([session('one', { seenAt: noon + 500 })]);
  });
});

describe('tokens and people', () => {
  const token: TokenRecord = {
    ...{ id: 't1', name: 'ci', hash: 'abc', role: 'operator', scopes: ['circuits'], createdAt: noon, createdBy: 'ada' },
    ...{ expiresAt: noon + 5, lastUsedAt: null, revokedAt: null },
  };
  const person: PersonRecord = {
    ...{
      id: 'p1',
      name: 'ada',
      role: 'admin',
      passwordHash: null,
      subject: null,
      inviteHash: 'def',
      inviteEndsAt: noon,
    },
    ...{ createdAt: noon, createdBy: 'operator', seenAt: null, disabledAt: null },
  };

  test('are written with the act that made them, changed in place, and seen without an act', async () => {
    await using database = new TestDatabase();
    const first = await database.open();
    await first.act({
      event: null,
      stored: null,
      audit: auditRow('a1'),
      access: { tokens: [token], people: [person] },
    });
    const joined = { ...person, passwordHash: 'h', inviteHash: null, inviteEndsAt: null };
    await first.act({ event: null, stored: null, audit: auditRow('a2'), access: { tokens: [], people: [joined] } });
    const seen = { tokens: [{ id: 't1', at: noon + 7 }], people: [{ id: 'p1', at: noon + 8 }] };
    await first.writeSessions({ put: [], drop: [], seen });
    await first.close(1_000);
    const second = await database.open();
    expect(await second.listAccess()).toEqual({
      tokens: [{ ...token, lastUsedAt: noon + 7 }],
      people: [{ ...joined, seenAt: noon + 8 }],
    });
    expect((await second.listAudit({ limit: 10 })).rows.map(({ id }) => id).sort()).toEqual(['a1', 'a2']);
  });
});
