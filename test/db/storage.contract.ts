import { describe, expect, test } from 'vitest';
import type { RequestFilter, Storage } from '../../db/storage.ts';
import { keepsAlerts } from './alerts.contract.ts';
import { keepsIncidents } from './incidents.contract.ts';
import { listsMinutes } from './minutes.contract.ts';
import { listsOfProviders } from './providers.contract.ts';
import { letsGo } from './retention.contract.ts';
import { countsSavings } from './savings.contract.ts';
import { attempt, auditRow, batch, event, failure, noon, request, requests, skip, stored } from './support/records.ts';

export interface StorageUnderTest extends AsyncDisposable {
  storage: Storage;
}

/**
 * What every storage does, whatever it is made of. `open` gives an empty one. `short`: only writing, and reading it again, where
 * the rest is the same code on the same kind of database.
 */
export function storageContract(
  name: string,
  open: () => Promise<StorageUnderTest>,
  { short = false }: { short?: boolean } = {},
): void {
  describe(name, () => {
    writes(open);
    restores(open);
    if (short) return;
    listsRequests(open);
    listsTheRest(open);
    listsMinutes(open);
    listsOfProviders(open);
    keepsAlerts(open);
    keepsIncidents(open);
    letsGo(open);
    countsSavings(open);
  });
}

type Open = () => Promise<StorageUnderTest>;

function writes(open: Open): void {
  test('a request comes back as it was given, with every attempt and skip in order', async () => {
    await using opened = await open();
    const given = request('r1', {
      servedBy: 'qwen-72b',
      attempts: [failure(0, 'deepseek-v3'), skip(1, 'llama-3.3-70b'), attempt({ ordinal: 2, provider: 'qwen-72b' })],
    });
    await opened.storage.append(batch({ requests: [given] }));
    expect(await opened.storage.getRequest('r1')).toEqual(given);
  });

  test('what is not known comes back as null, not as 0', async () => {
    await using opened = await open();
    const given = request('r1', { usage: null, costNanoUsd: null, servedBy: null, client: null, attempts: [] });
    await opened.storage.append(batch({ requests: [given] }));
    expect(await opened.storage.getRequest('r1')).toEqual(given);
    expect(await opened.storage.getRequest('nobody')).toBeNull();
  });

  test('a batch given twice is written once, and leaves what is there', async () => {
    await using opened = await open();
    const first = batch({
      requests: [request('r1')],
      events: [{ event: event(1), stored: stored(1) }],
      audit: [auditRow('a1')],
    });
    await opened.storage.append(first);
    await opened.storage.append({ ...first, requests: [request('r1', { chain: 'another' })] });
    expect((await opened.storage.listRequests({ limit: 10 })).rows.map((row) => [row.id, row.chain])).toEqual([
      ['r1', 'lucy'],
    ]);
    expect((await opened.storage.listEvents({ limit: 10 })).rows).toHaveLength(1);
    expect((await opened.storage.listAudit({ limit: 10 })).rows).toHaveLength(1);
  });

  test('a batch with a row that cannot be stored is refused whole, as bad_request', async () => {
    await using opened = await open();
    const broken = request('r2', { status: Object('a status that is no number') });
    const given = batch({ requests: [request('r1'), broken] });
    await expect(opened.storage.append(given)).rejects.toMatchObject({ name: 'StorageError', code: 'bad_request' });
    expect(await opened.storage.getRequest('r1')).toBeNull();
    expect(opened.storage.status().state).toBe('ok');
  });

  test('an act writes its event, its circuit and its audit row', async () => {
    await using opened = await open();
    const act = {
      event: event(1, { to: 'tripped', by: 'ada', cause: 'trip' as const }),
      stored: stored(1, { override: 'tripped', by: 'ada' }),
      audit: auditRow('a1'),
    };
    await opened.storage.act(act);
    await opened.storage.act(act);
    expect((await opened.storage.listEvents({ limit: 10 })).rows).toEqual([act.event]);
    expect((await opened.storage.listAudit({ limit: 10 })).rows).toEqual([act.audit]);
    expect((await opened.storage.restore('a')).circuits).toEqual([act.stored]);
  });

  test('a refused act writes its audit row alone', async () => {
    await using opened = await open();
    const audit = auditRow('a1', { outcome: 'refused', before: null, after: null, reason: null, from: null });
    await opened.storage.act({ event: null, stored: null, audit });
    expect((await opened.storage.listAudit({ limit: 10 })).rows).toEqual([audit]);
    expect((await opened.storage.restore('a')).circuits).toEqual([]);
  });

  test('after close everything is refused as unavailable', async () => {
    await using opened = await open();
    await opened.storage.close(1_000);
    const refused = { name: 'StorageError', code: 'unavailable' };
    await expect(opened.storage.append(batch())).rejects.toMatchObject(refused);
    await expect(opened.storage.act({ event: null, stored: null, audit: auditRow('a1') })).rejects.toMatchObject(
      refused,
    );
    await expect(opened.storage.getRequest('r1')).rejects.toMatchObject(refused);
  });
}

function restores(open: Open): void {
  test('an empty record restores to nothing, and event number 0', async () => {
    await using opened = await open();
    expect(await opened.storage.restore('a')).toEqual({ circuits: [], lastSeq: 0 });
  });

  test('the last event number is that of the node', async () => {
    await using opened = await open();
    const ofAnother = event(40, { node: 'b' });
    await opened.storage.append(
      batch({ events: [event(1), event(2), ofAnother].map((each) => ({ event: each, stored: stored(each.epoch) })) }),
    );
    expect((await opened.storage.restore('a')).lastSeq).toBe(2);
    expect((await opened.storage.restore('b')).lastSeq).toBe(40);
    expect((await opened.storage.restore('c')).lastSeq).toBe(0);
  });

  test('a circuit of an older epoch does not overwrite a newer one, and one of the same epoch does', async () => {
    await using opened = await open();
    await opened.storage.act({ event: event(2), stored: stored(2, { override: 'tripped' }), audit: auditRow('a1') });
    await opened.storage.append(batch({ events: [{ event: event(1), stored: stored(1) }] }));
    expect((await opened.storage.restore('a')).circuits).toEqual([stored(2, { override: 'tripped' })]);
    await opened.storage.append(batch({ events: [{ event: event(3, { epoch: 2 }), stored: stored(2) }] }));
    expect((await opened.storage.restore('a')).circuits).toEqual([stored(2)]);
  });

  test('the last of many circuits in one batch stands', async () => {
    await using opened = await open();
    const events = [1, 2, 3].map((epoch) => ({ event: event(epoch), stored: stored(epoch) }));
    const other = { event: event(4, { provider: 'qwen-72b' }), stored: stored(1, { provider: 'qwen-72b' }) };
    await opened.storage.append(batch({ events: [...events, other] }));
    const { circuits } = await opened.storage.restore('a');
    expect(circuits.map(({ provider, epoch }) => `${provider} ${epoch}`).sort()).toEqual([
      'deepseek-v3 3',
      'qwen-72b 1',
    ]);
  });
}

function listsRequests(open: Open): void {
  test('pages of requests are newest first and meet without gap or double, also where many began at once', async () => {
    await using opened = await open();
    const given = requests('r', 25).map((each, at) => ({ ...each, startedAt: noon + Math.floor(at / 10) }));
    await opened.storage.append(batch({ requests: given }));
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await opened.storage.listRequests({ limit: 7, before });
      seen.push(...page.rows.map(({ id }) => id));
      before = page.next ?? undefined;
      // A row that comes in meanwhile is newer than every page that follows.
      await opened.storage.append(batch({ requests: [request(`new${seen.length}`, { startedAt: noon + 1_000 })] }));
    } while (before !== undefined);
    expect(seen).toEqual(given.map(({ id }) => id).reverse());
  });

  test('the row of a list has its trail inline', async () => {
    await using opened = await open();
    const trail = [failure(0, 'deepseek-v3'), attempt({ ordinal: 1, provider: 'qwen-72b' })];
    await opened.storage.append(batch({ requests: [request('r1', { servedBy: 'qwen-72b', attempts: trail })] }));
    const [row] = (await opened.storage.listRequests({ limit: 10 })).rows;
    expect(row?.attempts).toEqual(
      trail.map(({ ordinal, provider, outcome, word, failureKind, status, ...rest }) => {
        const { durationMs, firstTokenMs, permit, raced, way } = rest;
        return { ordinal, provider, outcome, word, failureKind, status, durationMs, firstTokenMs, permit, raced, way };
      }),
    );
  });

  const day = [
    request('plain', { startedAt: noon }),
    request('rescued', {
      startedAt: noon + 1,
      client: 'other-app',
      servedBy: 'qwen-72b',
      attempts: [failure(0, 'deepseek-v3'), skip(1, 'llama-3.3-70b'), attempt({ ordinal: 2, provider: 'qwen-72b' })],
    }),
    request('lost', {
      startedAt: noon + 2,
      chain: 'coder',
      outcome: 'failed',
      servedBy: null,
      attempts: [failure(0, 'deepseek-v3', 'connect'), failure(1, 'qwen-72b')],
    }),
    request('mistaken', { startedAt: noon + 5, outcome: 'refused', status: 400 }),
    request('broken', { startedAt: noon + 3, outcome: 'interrupted' }),
    request('goneOnWith', { startedAt: noon + 4, rescued: true }),
  ];
  const cases: [what: string, filter: Omit<RequestFilter, 'limit'>, ids: string[]][] = [
    ['from is inclusive and to exclusive', { from: noon + 1, to: noon + 3 }, ['lost', 'rescued']],
    ['by chain', { chain: 'coder' }, ['lost']],
    ['by client', { client: 'other-app' }, ['rescued']],
    ['by outcome', { outcome: 'interrupted' }, ['broken']],
    ['by who served', { servedBy: 'qwen-72b' }, ['rescued']],
    ['by a provider tried or skipped', { provider: 'llama-3.3-70b' }, ['rescued']],
    ['by what failed', { failureKind: 'serverError' }, ['lost', 'rescued']],
    ['by what failed at a provider', { failureKind: 'serverError', provider: 'qwen-72b' }, ['lost']],
    ['only fallbacks', { fallback: true }, ['rescued']],
    ['only those that were gone on with', { rescued: true }, ['goneOnWith']],
    ['only what callers felt', { felt: true }, ['broken', 'lost']],
    ['several at once', { felt: true, provider: 'qwen-72b', from: noon }, ['lost']],
  ];
  test('requests are filtered', async () => {
    await using opened = await open();
    await opened.storage.append(batch({ requests: day }));
    for (const [what, filter, ids] of cases) {
      const { rows } = await opened.storage.listRequests({ ...filter, limit: 10 });
      expect(
        rows.map(({ id }) => id),
        what,
      ).toEqual(ids);
    }
  });

  test('a page of no rows, of too many or of a part of one is refused', async () => {
    await using opened = await open();
    for (const limit of [0, 501, 1.5, Number.NaN]) {
      await expect(opened.storage.listRequests({ limit }), `${limit}`).rejects.toMatchObject({ code: 'bad_request' });
    }
  });
}

function listsTheRest(open: Open): void {
  test('transitions come newest first, by provider and from a moment on', async () => {
    await using opened = await open();
    const given = [event(1), event(2, { provider: 'qwen-72b' }), event(3), event(4)];
    await opened.storage.append(batch({ events: given.map((each) => ({ event: each, stored: stored(each.epoch) })) }));
    const list = async (filter: object) =>
      (await opened.storage.listEvents({ limit: 10, ...filter })).rows.map(({ seq }) => seq);
    expect(await list({})).toEqual([4, 3, 2, 1]);
    expect(await list({ provider: 'deepseek-v3' })).toEqual([4, 3, 1]);
    expect(await list({ from: noon + 3 })).toEqual([4, 3]);
    expect(await list({ from: noon + 2, to: noon + 4 })).toEqual([3, 2]);
    const { next } = await opened.storage.listEvents({ limit: 2 });
    expect(await list({ before: next })).toEqual([2, 1]);
  });

  test('what each client has spent is summed between two moments, by what is known of it', async () => {
    await using opened = await open();
    const rows = [
      request('r1', { client: 'app', costNanoUsd: 5 }),
      request('r2', { client: 'app', costNanoUsd: null, attempts: [failure(1, 'a'), attempt({ costNanoUsd: 7 })] }),
      request('r3', { client: 'app', costNanoUsd: 100, startedAt: noon - 1 }),
      request('r4', { client: 'app', costNanoUsd: 100, startedAt: noon + 60_000 }),
      request('r5', { client: null, costNanoUsd: 9 }),
      request('r6', { client: 'batch', costNanoUsd: 3 }),
    ];
    await opened.storage.append(batch({ requests: rows }));
    const spent = await opened.storage.spentBetween({ from: noon, to: noon + 60_000 });
    expect(spent.map(({ client, costNanoUsd }) => `${client} ${costNanoUsd}`).sort()).toEqual(['app 12', 'batch 3']);
  });

  test('audit rows come newest first, by subject', async () => {
    await using opened = await open();
    const given = ['a1', 'a2', 'a3'].map((id, at) =>
      auditRow(id, { at: noon + at, subject: at === 1 ? null : 'qwen-72b' }),
    );
    await opened.storage.append(batch({ audit: given }));
    const { rows, next } = await opened.storage.listAudit({ limit: 2 });
    expect(rows.map(({ id }) => id)).toEqual(['a3', 'a2']);
    const rest = await opened.storage.listAudit({ limit: 2, before: next ?? undefined });
    expect(rest.rows.map(({ id }) => id)).toEqual(['a1']);
    expect(rest.next).toBeNull();
    const ofOne = await opened.storage.listAudit({ subject: 'qwen-72b', limit: 10 });
    expect(ofOne.rows.map(({ id }) => id)).toEqual(['a3', 'a1']);
    expect(await opened.storage.getAudit('a2')).toEqual(given[1]);
    expect(await opened.storage.getAudit('a4')).toBeNull();
  });

  test('a cursor of no page is refused with what to do', async () => {
    await using opened = await open();
    const elsewhere = Buffer.from(JSON.stringify([noon, 'a', 1, 2])).toString('base64url');
    const refused = { code: 'bad_request', message: expect.stringContaining('first page') };
    for (const before of ['nonsense', '', '%%%', elsewhere]) {
      await expect(opened.storage.listRequests({ limit: 1, before })).rejects.toMatchObject(refused);
      await expect(opened.storage.listEvents({ limit: 1, before })).rejects.toMatchObject(refused);
      await expect(opened.storage.listAudit({ limit: 1, before })).rejects.toMatchObject(refused);
    }
  });
}
