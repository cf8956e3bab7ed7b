import { expect, test } from 'vitest';
import type { Storage } from '../../db/storage.ts';
import { attempt, batch, failure, noon, probeRow, request, skip } from './support/records.ts';

type Open = () => Promise<AsyncDisposable & { storage: Storage }>;

/** What a storage tells of one provider: the part of the contract that the provider's page and its traces are made from. */
export function listsOfProviders(open: Open): void {
  test('attempts and skips at one provider come eldest first, with what bears on its circuit, up to a limit', async () => {
    await using opened = await open();
    const trail = [
      { ...failure(0, 'deepseek-v3'), startedAt: noon + 9 },
      attempt({ ordinal: 1, provider: 'qwen-72b' }),
    ];
    const before = request('r0', { attempts: [{ ...skip(0, 'deepseek-v3'), startedAt: noon + 3 }] });
    const drill = request('r2', { attempts: [attempt({ startedAt: noon + 20, drill: 'cut@12' })] });
    await opened.storage.append(batch({ requests: [request('r1', { attempts: trail }), before, drill] }));
    const span = { provider: 'deepseek-v3', from: noon + 3, to: noon + 20 };
    const listed = await opened.storage.listAttempts({ ...span, limit: 10 });
    expect(listed).toMatchObject([
      { id: 'r0/0', outcome: 'skipped', failureKind: 'open', circuitState: 'open', permit: null },
      { id: 'r1/0', outcome: 'failed', failureKind: 'serverError', status: 503, permit: 'closed', drill: null },
    ]);
    expect(await opened.storage.listAttempts({ ...span, limit: 1 })).toEqual(listed.slice(0, 1));
    const later = await opened.storage.listAttempts({ ...span, to: noon + 21, limit: 10 });
    expect(later[2]).toMatchObject({ id: 'r2/0', drill: 'cut@12', firstTokenMs: 210.5, durationMs: 1_900.25 });
    await expect(opened.storage.listAttempts({ ...span, limit: 0 })).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('calls of our own to one provider come newest first, by time, in pages', async () => {
    await using opened = await open();
    const of = (id: string, at: number, provider = 'qwen-72b') => probeRow(id, { at, provider });
    const given = [of('p1', noon), of('p2', noon + 5), of('p3', noon + 5), of('other', noon, 'deepseek-v3')];
    await opened.storage.append(batch({ probes: given }));
    const { rows, next } = await opened.storage.listProbes({ provider: 'qwen-72b', limit: 2 });
    expect(rows).toEqual([of('p3', noon + 5), of('p2', noon + 5)]);
    const rest = await opened.storage.listProbes({ provider: 'qwen-72b', limit: 2, before: next ?? undefined });
    expect(rest).toEqual({ rows: [of('p1', noon)], next: null });
    const inTime = await opened.storage.listProbes({ provider: 'qwen-72b', from: noon, to: noon + 5, limit: 9 });
    expect(inTime.rows.map(({ id }) => id)).toEqual(['p1']);
  });
}
