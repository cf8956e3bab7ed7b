import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../db/sqlite/open.ts';
import type { RequestRecord } from '../../server/core/records.ts';
import { Live } from '../../server/journal/live.ts';
import { Recorder } from '../../server/journal/recorder.ts';
import { realClock } from '../../server/world.ts';
import { attempt } from '../db/support/records.ts';
import { breakProvider, call, startControl, testBoard, testOperations } from '../support/control.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { listen } from '../support/listen.ts';

const aimed = { provider: 'deepseek-v3', reason: 'regional outage' };

/** A control listener over SQLite, the recorder and live events, put together as the program does. */
async function startWhole() {
  const { log } = testOperations().operations;
  const storage = await openSqlite({ path: ':memory:', clock: realClock, log });
  const recorder = new Recorder({ storage, clock: realClock, log });
  const board = testBoard(new FakeClock());
  const live = new Live({
    boot: 'boot',
    clock: realClock,
    snapshot: () => ({ seq: board.lastSeq, circuits: board.list(), storage: storage.status() }),
  });
  board.onTransition((event) => {
    const entry = board.look(event.provider);
    if (entry) live.publish({ type: 'circuit', event, entry });
  });
  const control = await startControl({ storage, journal: recorder, board, live });
  const close = async () => {
    await control.server.close();
    await recorder.close(1_000);
    await storage.close(1_000);
  };
  return { ...control, recorder, storage, [Symbol.asyncDispose]: close };
}

const request: RequestRecord = {
  id: 'R1',
  node: 'a',
  chain: 'lucy',
  client: null,
  stream: false,
  needs: null,
  startedAt: 1_760_000_000_000,
  firstTokenMs: 210,
  durationMs: 1_234,
  outcome: 'succeeded',
  status: 200,
  errorCode: null,
  servedBy: 'qwen-72b',
  usage: null,
  costNanoUsd: null,
  costEstimated: false,
  rescued: false,
  attempts: [],
};

describe('the control plane over the real record', () => {
  it('an act that was acknowledged stands in audit and events at once', async () => {
    await using control = await startWhole();
    const acted = await call(control, 'circuits.trip', { post: true, input: { ...aimed, for: '15m' } });
    expect(acted.body.result?.data).toMatchObject({ state: 'tripped', durable: true });
    const audit = await call(control, 'audit.list', { input: { subject: 'deepseek-v3' } });
    expect(audit.body.result?.data.rows).toMatchObject([
      {
        what: 'circuits.trip',
        who: 'token:admin',
        reason: 'regional outage',
        outcome: 'done',
        before: { state: 'closed' },
      },
    ]);
    const events = await call(control, 'events.list', { input: { provider: 'deepseek-v3' } });
    expect(events.body.result?.data.rows).toMatchObject([{ seq: 1, cause: 'trip', from: 'closed', to: 'tripped' }]);
    const { circuits } = await control.storage.restore('a');
    expect(circuits).toMatchObject([{ provider: 'deepseek-v3', override: 'tripped' }]);
  });

  it('a refused act stands in the audit too', async () => {
    await using control = await startWhole();
    await call(control, 'circuits.release', { post: true, input: aimed });
    await expect
      .poll(async () => (await call(control, 'audit.list')).body.result?.data.rows)
      .toMatchObject([{ what: 'circuits.release', outcome: 'refused' }]);
  });

  it('requests are listed and read, and a wrong cursor is a 400', async () => {
    await using control = await startWhole();
    control.recorder.request(request);
    await expect.poll(async () => (await call(control, 'requests.get', { input: { id: 'R1' } })).status).toBe(200);
    const list = await call(control, 'requests.list', { input: { chain: 'lucy', limit: 1 } });
    expect(list.body.result?.data.rows).toMatchObject([{ id: 'R1', servedBy: 'qwen-72b' }]);
    expect((await call(control, 'requests.list', { input: { before: '!' } })).status).toBe(400);
  });

  it('evidence is told of the attempts that are in the record, and of no other', async () => {
    await using control = await startWhole();
    const ids = ['R1/0', 'R1/7', 'R2/0'];
    expect((await call(control, 'requests.evidence', { input: { ids } })).body.result?.data).toEqual([]);
    control.recorder.request({ ...request, attempts: [attempt({ outcome: 'failed', word: '503' })] });
    await expect
      .poll(async () => (await call(control, 'requests.evidence', { input: { ids } })).body.result?.data)
      .toEqual([{ id: 'R1/0', word: '503' }]);
    expect((await call(control, 'requests.evidence', { input: { ids: Array(21).fill('R1/0') } })).status).toBe(400);
  });

  it('a page that was away hears what it missed, once; one of another run gets a snapshot', async () => {
    await using control = await startWhole();
    const first = await listen(control);
    const snapshot = await first.next();
    expect(snapshot?.data).toMatchObject({ type: 'snapshot', seq: 0, circuits: [{ state: 'closed' }, {}, {}] });
    first.leave();
    breakProvider(control.board, 'qwen-72b');
    await call(control, 'circuits.trip', { post: true, input: aimed });

    const second = await listen(control, { lastEventId: snapshot?.id ?? '' });
    expect((await second.next())?.data).toMatchObject({ type: 'circuit', event: { seq: 1, cause: 'failures' } });
    expect((await second.next())?.data).toMatchObject({ type: 'circuit', event: { seq: 2, cause: 'trip' } });
    second.leave();

    const third = await listen(control, { lastEventId: 'earlier.7' });
    expect((await third.next())?.data).toMatchObject({
      type: 'snapshot',
      seq: 2,
      events: [
        { seq: 2, cause: 'trip' },
        { seq: 1, cause: 'failures' },
      ],
    });
    third.leave();
  });
});

describe('what was let go', () => {
  it('is told to who asks for it: a request by its id, an incident by its number, and of each kind what is kept why', async () => {
    const letGo = { letGoRows: 7, letGoAt: 1_760_000_000_000, eldestAt: null };
    const { storage } = testOperations().operations;
    storage.kept.push({ kind: 'requests', letGoBefore: 1_760_000_000_000, ...letGo });
    storage.kept.push({ kind: 'incidents', letGoBefore: 1_760_000_000_000, ...letGo });
    await using control = await startControl({ storage });
    const request = await call(control, 'requests.get', { input: { id: '01JAAAAAAAAAAAAAAAAAAAAAAA' } });
    expect(request.status).toBe(404);
    expect(request.body.error?.message).toMatch(/began 2024-10-.* were let go \(retention.requests\)/);
    const none = await call(control, 'requests.get', { input: { id: 'r-1' } });
    expect(none.body.error?.message).toContain('There is no request "r-1"');
    const incident = await call(control, 'incidents.get', { input: { id: 3 } });
    expect(incident.body.error?.message).toContain('Incident 3 was let go, with what people wrote on it');
    const { body } = await call(control, 'record.kept');
    expect(body.result?.data).toMatchObject([{ kind: 'requests', keptMs: 14 * 86_400_000, letGoRows: 7 }, {}]);
  });
});
