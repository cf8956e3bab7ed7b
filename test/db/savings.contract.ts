import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Storage } from '../../db/storage.ts';
import { mergeTallies } from '../../server/core/savings/tally.ts';
import { countSlowly } from '../support/savingsCount.ts';
import { anyRecord, spanMs } from '../support/savingsRecords.ts';
import { attempt, auditRow, batch, event, noon, requests, skip, stored } from './support/records.ts';

type Open = () => Promise<{ storage: Storage } & AsyncDisposable>;

/** What every storage does with what savings are made of, and with billing shares. */
export function countsSavings(open: Open): void {
  const whole = { from: noon, to: noon + spanMs + 1_000, zone: 'UTC' };
  const sorted = <Row>(rows: Row[]): Row[] =>
    [...rows].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));

  test('what savings are made of is what whole records say, of the whole time and of a part of it', async () => {
    for (const record of fc.sample(anyRecord, { numRuns: 3, seed: 11 })) {
      await using opened = await open();
      const events = record.events.map((each) => ({ event: each, stored: stored(each.epoch) }));
      await opened.storage.append(batch({ requests: record.requests, events, probes: record.probes }));
      for (const span of [whole, { from: noon + spanMs / 3, to: noon + spanMs / 2, zone: 'Asia/Tokyo' }]) {
        const { openings, tallies, trips, until } = await opened.storage.countSavings(span);
        const slowly = countSlowly(record, span);
        expect(until).toBe(span.to);
        expect(sorted(tallies.skips)).toEqual(sorted(slowly.tallies.skips));
        expect(sorted(tallies.leftOut)).toEqual(sorted(slowly.tallies.leftOut));
        expect(sorted(tallies.probes)).toEqual(sorted(slowly.tallies.probes));
        expect(trips).toEqual(sorted(slowly.trips));
        const used = new Set(slowly.tallies.skips.map(({ opening }) => opening));
        expect(openings.filter(({ id }) => used.has(id))).toEqual(slowly.openings.filter(({ id }) => used.has(id)));
      }
    }
  });

  test('a busy span is counted in slices that meet without gap or double', async () => {
    await using opened = await open();
    const many = requests('m', 300).map((each, at) => ({
      ...each,
      startedAt: noon + Math.floor(at / 3),
      attempts: [
        { ...skip(0, 'deepseek-v3'), startedAt: noon + Math.floor(at / 3) },
        attempt({ ordinal: 1, provider: 'qwen-72b' }),
      ],
      servedBy: 'qwen-72b',
    }));
    await opened.storage.append(batch({ requests: many, events: [{ event: event(1), stored: stored(1) }] }));
    const slices = [];
    for (let from = noon; from < whole.to; ) {
      const slice = await opened.storage.countSavings({ ...whole, from, limit: 100 });
      slices.push(slice.tallies);
      from = slice.until;
    }
    expect(slices.length).toBeGreaterThan(1);
    const { skips, leftOut } = mergeTallies(slices);
    // Those of the first millisecond came before the circuit opened.
    expect(leftOut).toEqual([{ provider: 'deepseek-v3', day: '2025-10-09', reason: 'unknown', skips: 3 }]);
    expect(skips.reduce((sum, tally) => sum + tally.skips, 0)).toBe(many.length - 3);
  });

  test('a billing share is written with its audit row, stands in the place of the one before, and is taken away again', async () => {
    await using opened = await open();
    const share = {
      ...{ provider: 'deepseek-v3', kind: 'timeout' as const, promptShare: 1, outputShare: null, by: 'ada', at: noon },
      ...{ source: 'https://vendor.example/billing', dated: '2026-11-25', reason: 'the invoice says so' },
    };
    const act = {
      event: null,
      stored: null,
      audit: auditRow('a1', { what: 'savings.setShare' }),
      share: { put: share },
    };
    await opened.storage.act(act);
    await opened.storage.act(act);
    expect(await opened.storage.listBillingShares()).toEqual([share]);
    const better = { ...share, promptShare: 0.5, source: null, dated: null };
    await opened.storage.act({ ...act, audit: auditRow('a2'), share: { put: better } });
    expect(await opened.storage.listBillingShares()).toEqual([better]);
    await opened.storage.act({ ...act, audit: auditRow('a3'), share: { drop: share } });
    expect(await opened.storage.listBillingShares()).toEqual([]);
    expect((await opened.storage.listAudit({ limit: 10 })).rows).toHaveLength(3);
  });
}
