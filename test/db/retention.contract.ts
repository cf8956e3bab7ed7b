import { expect, test } from 'vitest';
import type { LetGoAsk, Storage } from '../../db/storage.ts';
import type { KeptKind } from '../../server/core/retention.ts';
import { written } from './incidents.contract.ts';
import { auditRow, batch, event, failure, noon, probeRow, request, requests, stored } from './support/records.ts';

type Open = () => Promise<{ storage: Storage } & AsyncDisposable>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function ask(kind: KeptKind, before: number, limit = 100): LetGoAsk {
  return { kind, before, limit, at: noon + 9_999 };
}

async function keptOf(storage: Storage, kind: KeptKind) {
  return (await storage.listKept()).find((each) => each.kind === kind);
}

/** What every storage does with rows that are too old. */
export function letsGo(open: Open): void {
  test('of requests so many are let go as is asked, the eldest first, with their attempts, and it is noted', async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.append(
      batch({ requests: requests('r', 25).map((each) => ({ ...each, attempts: [failure(0, 'a')] })) }),
    );
    expect(await storage.letGo(ask('requests', noon + 20, 8))).toEqual({ rows: 8, more: true });
    expect(await storage.letGo(ask('requests', noon + 20, 8))).toEqual({ rows: 8, more: true });
    expect(await storage.letGo(ask('requests', noon + 20, 8))).toEqual({ rows: 4, more: false });
    expect(await storage.letGo(ask('requests', noon + 20, 8))).toEqual({ rows: 0, more: false });
    const { rows } = await storage.listRequests({ limit: 50 });
    expect(rows.map(({ id }) => id).reverse()).toEqual(['r0020', 'r0021', 'r0022', 'r0023', 'r0024']);
    const span = { provider: 'a', from: noon - minuteMs, to: noon + minuteMs, limit: 100 };
    expect((await storage.listAttempts(span)).map(({ id }) => id.slice(0, 5)).sort()[0]).toBe('r0020');
    expect(await keptOf(storage, 'requests')).toEqual({
      ...{ kind: 'requests', eldestAt: noon + 20, letGoBefore: noon + 20, letGoRows: 20, letGoAt: noon + 9_999 },
    });
    // What they were counted in outlives them.
    const minutes = await storage.listChainMinutes({ from: noon - minuteMs, to: noon + minuteMs });
    expect(minutes.rows.reduce((sum, minute) => sum + minute.requests, 0)).toBe(25);
  });

  test('minutes go by whole hours, with those of providers and of filters, and none is shown once its hour begins to go', async () => {
    await using opened = await open();
    const { storage } = opened;
    const hour = noon - (noon % hourMs);
    const given = [-62, -61, 1, 2, 61].map((minute) => request(`r${minute}`, { startedAt: hour + minute * minuteMs }));
    await storage.append(batch({ requests: given }));
    const span = { from: hour - 2 * hourMs, to: hour + 2 * hourMs };
    const shown = async (): Promise<number[]> => {
      const { rows } = await storage.listChainMinutes(span);
      const { counts } = await storage.countRequests({});
      expect(counts.chain).toEqual({ lucy: rows.length });
      return rows.map(({ at }) => (at - hour) / minuteMs);
    };
    // In the middle of an hour: of that one nothing goes.
    await storage.letGo(ask('minutes', hour + 2 * minuteMs, 1));
    expect(await shown()).toEqual([1, 2, 61]);
    for (let more = true; more; ) ({ more } = await storage.letGo(ask('minutes', hour + 62 * minuteMs, 3)));
    expect(await shown()).toEqual([61]);
    expect((await storage.listProviderMinutes(span)).rows.length).toBeLessThanOrEqual(1);
  });

  test('of transitions the newest of each provider and of each node stays, however old', async () => {
    await using opened = await open();
    const { storage } = opened;
    const given = [
      event(1),
      event(2),
      event(3, { provider: 'qwen-72b' }),
      event(7, { node: 'b' }),
      event(8, { node: 'b', provider: 'qwen-72b', at: noon }),
    ];
    await storage.append(batch({ events: given.map((each) => ({ event: each, stored: stored(each.epoch) })) }));
    expect(await storage.letGo(ask('transitions', noon + 1_000))).toEqual({ rows: 2, more: false });
    const { rows } = await storage.listEvents({ limit: 10 });
    expect(rows.map(({ node, seq }) => `${node}${seq}`).sort()).toEqual(['a3', 'b7', 'b8']);
    expect((await storage.restore('a')).lastSeq).toBe(3);
    expect((await storage.restore('b')).lastSeq).toBe(8);
  });

  test('probes and audit rows go by their time alone', async () => {
    await using opened = await open();
    const { storage } = opened;
    const probes = [0, 1, 2].map((at) => probeRow(`p${at}`, { at: noon + at }));
    await storage.append(batch({ probes, audit: [0, 1, 2].map((at) => auditRow(`a${at}`, { at: noon + at })) }));
    expect(await storage.letGo(ask('probes', noon + 2))).toEqual({ rows: 2, more: false });
    expect(await storage.letGo(ask('audit', noon + 1))).toEqual({ rows: 1, more: false });
    expect((await storage.listProbes({ provider: 'qwen-72b', limit: 9 })).rows.map(({ id }) => id)).toEqual(['p2']);
    expect((await storage.listAudit({ limit: 9 })).rows.map(({ id }) => id)).toEqual(['a2', 'a1']);
    expect((await storage.listKept()).map(({ kind, letGoRows }) => [kind, letGoRows])).toEqual([
      ...[['requests', 0] as const, ['probes', 2] as const, ['transitions', 0] as const],
      ...[['minutes', 0] as const, ['audit', 1] as const, ['incidents', 0] as const],
    ]);
  });

  test('an incident that goes on stays; one that is over goes with its notes, and its number never comes again', async () => {
    await using opened = await open();
    const { storage } = opened;
    await storage.writeIncidents([written('over', { state: 'resolved' }), written('going')]);
    expect(await storage.letGo(ask('incidents', noon + 1_000_000))).toEqual({ rows: 1, more: false });
    expect(await storage.getIncident(1)).toBeNull();
    await storage.writeIncidents([written('next')]);
    expect((await storage.listIncidents({ limit: 9 })).rows.map(({ id }) => id)).toEqual([3, 2]);
  });
}
