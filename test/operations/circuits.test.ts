import { describe, expect, it } from 'vitest';
import { hold, release, reset, trip } from '../../server/operations/circuits.ts';
import { OperationError } from '../../server/operations/errors.ts';
import { probe } from '../../server/operations/probe.ts';
import { breakProvider, testOperations } from '../support/control.ts';

const caller = { who: 'token:admin', role: 'admin', from: '127.0.0.1' } as const;
const aimed = { provider: 'deepseek-v3', reason: 'regional outage' };

async function refusalOf(act: Promise<unknown>): Promise<OperationError> {
  const error = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OperationError)) throw new Error(`expected a refusal, got ${error}`);
  return error;
}

describe('acts by hand', () => {
  it('a trip takes effect and is stored with its event, its circuit and its audit row', async () => {
    const { operations, board, storage } = testOperations();
    const entry = await trip(operations, caller, { ...aimed, for: 900_000 });
    expect(entry).toMatchObject({ provider: 'deepseek-v3', state: 'tripped', by: 'token:admin', durable: true });
    expect(entry.until).toBe(operations.clock.wall() + 900_000);
    expect(board.look('deepseek-v3')?.state).toBe('tripped');
    expect(storage.acts).toHaveLength(1);
    expect(storage.acts[0]).toMatchObject({
      event: { cause: 'trip', from: 'closed', to: 'tripped', reason: 'regional outage' },
      stored: { provider: 'deepseek-v3', override: 'tripped' },
      audit: { what: 'circuits.trip', who: 'token:admin', subject: 'deepseek-v3', outcome: 'done', from: '127.0.0.1' },
    });
    expect(storage.acts[0]?.audit).toMatchObject({ before: { state: 'closed' }, after: { state: 'tripped' } });
  });

  it('a trip without a time lasts until somebody acts', async () => {
    const { operations } = testOperations();
    expect((await trip(operations, caller, aimed)).until).toBeNull();
  });

  it('hold, release and reset do what they say', async () => {
    const { operations, board } = testOperations();
    breakProvider(board, 'deepseek-v3');
    expect((await hold(operations, caller, { ...aimed, for: 60_000 })).state).toBe('heldClosed');
    expect((await release(operations, caller, aimed)).state).toBe('open');
    expect((await reset(operations, caller, { ...aimed, to: 'halfOpen' })).state).toBe('halfOpen');
    expect((await reset(operations, caller, { ...aimed, to: 'closed' })).state).toBe('closed');
  });

  it('an epoch that has moved on is a conflict with the circuit as it stands, and changes nothing', async () => {
    const { operations, board, audit, storage } = testOperations();
    const seen = board.look('deepseek-v3');
    breakProvider(board, 'deepseek-v3');
    const refusal = await refusalOf(trip(operations, caller, { ...aimed, epoch: seen?.epoch }));
    expect(refusal).toMatchObject({ code: 'conflict', entry: { state: 'open' } });
    expect(board.look('deepseek-v3')?.state).toBe('open');
    expect(storage.acts).toHaveLength(0);
    expect(audit).toMatchObject([
      { what: 'circuits.trip', outcome: 'refused', before: { state: 'open' }, after: null },
    ]);
  });

  it('releasing what nobody holds is refused with what to do instead', async () => {
    const { operations, audit } = testOperations();
    const refusal = await refusalOf(release(operations, caller, aimed));
    expect(refusal.code).toBe('conflict');
    expect(refusal.message).toContain('neither tripped nor held');
    expect(audit).toMatchObject([{ what: 'circuits.release', outcome: 'refused' }]);
  });

  it('an unknown provider is refused with the names there are', async () => {
    const { operations, audit } = testOperations();
    const refusal = await refusalOf(trip(operations, caller, { ...aimed, provider: 'deepsek' }));
    expect(refusal.code).toBe('not_found');
    expect(refusal.message).toBe('There is no provider "deepsek". There are: deepseek-v3, llama-3.3-70b, qwen-72b.');
    expect(audit).toMatchObject([{ subject: 'deepsek', outcome: 'refused' }]);
  });
});

describe('an act and the disk', () => {
  it('an act that is not on disk within a second says so, and is written later', async () => {
    const { operations, board, clock, storage, logged } = testOperations();
    storage.disk = 'stuck';
    const acting = trip(operations, caller, aimed);
    expect(board.look('deepseek-v3')?.state).toBe('tripped');
    clock.advance(1_000);
    expect(await acting).toMatchObject({ state: 'tripped', durable: false });
    expect(logged).toMatchObject([{ level: 'error' }]);
    expect(logged[0]?.sentence).toContain('not on disk yet');
    expect(storage.acts).toHaveLength(0);
    storage.unstick();
    await expect.poll(() => logged.at(-1)).toMatchObject({ level: 'info' });
    expect(storage.acts).toHaveLength(1);
  });

  it('an act is not acknowledged before the disk has it or the second is over', async () => {
    const { operations, clock, storage } = testOperations();
    storage.disk = 'stuck';
    let answered = false;
    const acting = trip(operations, caller, aimed).then((entry) => {
      answered = true;
      return entry;
    });
    clock.advance(999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    storage.unstick();
    expect((await acting).durable).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('an act that the storage gives up is logged, and its rows go the way of the journal', async () => {
    const { operations, audit, transitions, storage, logged } = testOperations();
    storage.disk = 'broken';
    expect(await trip(operations, caller, aimed)).toMatchObject({ state: 'tripped', durable: false });
    expect(audit).toMatchObject([{ what: 'circuits.trip', outcome: 'done' }]);
    expect(transitions).toMatchObject([{ cause: 'trip', to: 'tripped' }]);
    expect(logged).toMatchObject([{ level: 'error' }]);
  });
});

describe('a probe by hand', () => {
  it('says how the provider answered and leaves an audit row', async () => {
    const { operations, storage } = testOperations();
    const probed = await probe(operations, caller, aimed);
    expect(probed).toMatchObject({ ok: true, word: 'ok', status: 200, ms: 12, costNanoUsd: 30, durable: true });
    expect(probed.entry.provider).toBe('deepseek-v3');
    expect(storage.acts).toMatchObject([
      { event: null, stored: null, audit: { what: 'circuits.probe', outcome: 'done', after: { answer: 'ok' } } },
    ]);
  });

  it('a provider that is being asked is not asked a second time', async () => {
    const { operations } = testOperations();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow = {
      probeNow: async () => {
        await answered;
        return { ok: false, word: '503', status: 503, ms: 5, costNanoUsd: null };
      },
    };
    const first = probe({ ...operations, recheck: slow }, caller, aimed);
    expect((await refusalOf(probe(operations, caller, aimed))).code).toBe('conflict');
    answer();
    expect((await first).word).toBe('503');
    expect((await probe(operations, caller, aimed)).ok).toBe(true);
  });

  it('a probe that throws gives its turn back', async () => {
    const { operations } = testOperations();
    const thrown = new Error('no such thing');
    const failing = { probeNow: () => Promise.reject(thrown) };
    await expect(probe({ ...operations, recheck: failing }, caller, aimed)).rejects.toBe(thrown);
    expect((await probe(operations, caller, aimed)).ok).toBe(true);
  });
});
