import { expect, test } from 'vitest';
import type { Storage } from '../../db/storage.ts';
import { attempt, batch, failure, noon, request } from './support/records.ts';

type Open = () => Promise<AsyncDisposable & { storage: Storage }>;

/** What every storage counts of each minute; a part of the storage contract. */
export function listsMinutes(open: Open): void {
  const minuteMs = 60_000;
  const start = Math.ceil(noon / minuteMs) * minuteMs;
  const given = [
    request('plain', { startedAt: start }),
    request('coded', { startedAt: start + 1, chain: 'coder' }),
    request('moved', {
      startedAt: start + minuteMs,
      servedBy: 'qwen-72b',
      attempts: [failure(0, 'deepseek-v3'), attempt({ ordinal: 1, provider: 'qwen-72b' })].map((each) => ({
        ...each,
        startedAt: start + minuteMs,
      })),
    }),
  ];

  test('minutes are counted with the batch that is written, once, and given by time, chain and provider', async () => {
    await using opened = await open();
    await opened.storage.append(batch({ requests: given }));
    await opened.storage.append(batch({ requests: given }));
    const span = { from: start, to: start + 2 * minuteMs };
    const chains = await opened.storage.listChainMinutes(span);
    expect(chains.complete).toBe(true);
    expect(chains.rows.map(({ at, chain, requests, byFallback }) => [at - start, chain, requests, byFallback])).toEqual(
      [
        [0, 'coder', 1, 0],
        [0, 'lucy', 1, 0],
        [minuteMs, 'lucy', 1, 1],
      ],
    );
    const lucy = await opened.storage.listChainMinutes({ ...span, to: start + minuteMs, chain: 'lucy' });
    expect(lucy.rows).toHaveLength(1);
    const failed = await opened.storage.listProviderMinutes({
      ...span,
      from: start + minuteMs,
      provider: 'deepseek-v3',
    });
    expect(failed.rows).toMatchObject([{ attempts: 1, failed: 1, failures: { serverError: 1 }, skips: {} }]);
    const whole = await opened.storage.listChainMinutes({ ...span, stepMs: 60 * minuteMs, chain: 'lucy' });
    expect(whole.rows).toMatchObject([{ requests: 2, answeredBy: { 'deepseek-v3': 1, 'qwen-72b': 1 } }]);
  });

  test('steps that are no whole minutes are refused', async () => {
    await using opened = await open();
    const refused = opened.storage.listProviderMinutes({ from: start, to: start + 1, stepMs: 90_000 });
    await expect(refused).rejects.toMatchObject({ code: 'bad_request' });
  });
}
