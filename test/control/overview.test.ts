import { describe, expect, it } from 'vitest';
import type { About } from '../../server/core/about.ts';
import { firstCall } from '../../server/core/firstCall.ts';
import type { Hour, Overview, TripPreview } from '../../server/core/overview.ts';
import { noon, request } from '../db/support/records.ts';
import { aboutTests, breakProvider, call, startControl } from '../support/control.ts';
import { MemoryStorage } from '../support/memoryStorage.ts';
import { live } from '../support/meterTraffic.ts';

/** A minute of requests that chose deepseek-v3 first, at the end of the meter's hour. */
const recent = Array.from({ length: 30 }, (_, at) =>
  request(`r${at}`, { startedAt: noon + 70 * 60_000 - 40_000 + at * 1_000, durationMs: 500 }),
);

async function ask<Answer>(control: Parameters<typeof call>[0], path: string, input?: object): Promise<Answer> {
  const { status, body } = await call(control, path, { input });
  expect(status).toBe(200);
  return body.result?.data as Answer;
}

describe('the figures of the live page', () => {
  it('overview.get has them all, and overview.hour has sixty minutes', async () => {
    await using control = await startControl({ overviews: live(recent, []).overviews });
    const overview = await ask<Overview>(control, 'overview.get');
    expect(overview.totals.felt).toMatchObject({ requests: 30, answered: 30, errors: 0 });
    expect(overview.chains[0]).toMatchObject({
      chain: 'lucy',
      carrier: 'deepseek-v3',
      ifCarrierGoes: { verdict: 'notProven', next: 'llama-3.3-70b' },
    });
    const { minutes } = await ask<Hour>(control, 'overview.hour');
    expect(minutes).toHaveLength(60);
    expect(minutes.reduce((sum, { answered }) => sum + (answered['deepseek-v3'] ?? 0), 0)).toBe(30);
  });

  it('circuits.preview counts, with the state and the epoch that were looked at, and changes nothing', async () => {
    await using control = await startControl({ overviews: live(recent, []).overviews });
    breakProvider(control.board, 'deepseek-v3');
    const before = control.board.list();
    const preview = await ask<TripPreview>(control, 'circuits.preview', { provider: 'deepseek-v3' });
    expect(preview).toMatchObject({ requests: 30, moved: [{ provider: 'llama-3.3-70b', requests: 30 }], nobody: 0 });
    expect(preview).toMatchObject({ state: 'open', automatic: 'open', epoch: before[0]?.epoch, beyondProven: 30 });
    expect(control.board.list()).toEqual(before);
    expect(control.audit).toEqual([]);
  });

  it('circuits.preview of a provider that is not there says which are', async () => {
    await using control = await startControl();
    const { status, body } = await call(control, 'circuits.preview', { input: { provider: 'nobody' } });
    expect(status).toBe(404);
    expect(body.error?.message).toContain('There are: deepseek-v3');
  });
});

describe('about.get', () => {
  it('says what program this is, who asks, and that nothing was ever asked of it', async () => {
    const storage = new MemoryStorage();
    await using control = await startControl({ storage });
    const about = await ask<About>(control, 'about.get');
    expect(about).toEqual({ ...aboutTests, who: 'token:admin', role: 'admin', empty: true });
    storage.requests.push(request('r1'));
    expect((await ask<About>(control, 'about.get')).empty).toBe(false);
    storage.disk = 'broken';
    expect((await ask<About>(control, 'about.get')).empty).toBe(false);
  });

  it('does not take a record that cannot be read for an empty one', async () => {
    const storage = new MemoryStorage();
    storage.disk = 'broken';
    await using control = await startControl({ storage });
    expect((await ask<About>(control, 'about.get')).empty).toBe(false);
  });
});

describe('the first call', () => {
  const gatewayUrl = 'http://127.0.0.1:4400';

  it('names the variable of a key, and never a key', () => {
    const open = firstCall({ gatewayUrl, chain: 'lucy', needsKey: false });
    expect(open).toBe(
      `curl -i http://127.0.0.1:4400/v1/chat/completions -H 'content-type: application/json' -d '{"model":"lucy","messages":[{"role":"user","content":"Hello"}]}'`,
    );
    expect(firstCall({ gatewayUrl, chain: 'lucy', needsKey: true })).toContain('Bearer $RECLOSER_CLIENT_KEY');
  });

  it('is one command even for a chain with a quote in its name', () => {
    expect(firstCall({ gatewayUrl, chain: "lucy's", needsKey: false })).toContain(`{"model":"lucy'\\''s"`);
  });
});
