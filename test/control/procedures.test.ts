import { describe, expect, it } from 'vitest';
import { breakProvider, call, procedures, startControl, testToken } from '../support/control.ts';

const aimed = { provider: 'deepseek-v3', reason: 'regional outage' };

describe('procedures', () => {
  it('circuits.list shows every circuit, when it is now, and the number of the last event', async () => {
    await using control = await startControl();
    breakProvider(control.board, 'deepseek-v3');
    const { status, body } = await call(control, 'circuits.list');
    expect(status).toBe(200);
    expect(body.result?.data).toMatchObject({
      now: control.clock.wall(),
      seq: 1,
      circuits: [
        { provider: 'deepseek-v3', state: 'open', cause: 'failures' },
        { provider: 'llama-3.3-70b', state: 'closed', carries: ['lucy'] },
        { provider: 'qwen-72b', state: 'closed' },
      ],
    });
  });

  it('circuits.trip answers with the new entry, and it is durable', async () => {
    await using control = await startControl();
    const { status, body } = await call(control, 'circuits.trip', { post: true, input: { ...aimed, for: '15m' } });
    expect(status).toBe(200);
    expect(body.result?.data).toMatchObject({ state: 'tripped', by: 'token:admin', reason: 'regional outage' });
    expect(body.result?.data).toMatchObject({ durable: true, until: control.clock.wall() + 900_000 });
  });

  it('an old epoch is a 409 with the current entry in error.data.entry', async () => {
    await using control = await startControl();
    const epoch = control.board.look('deepseek-v3')?.epoch;
    breakProvider(control.board, 'deepseek-v3');
    const { status, body } = await call(control, 'circuits.trip', { post: true, input: { ...aimed, epoch } });
    expect(status).toBe(409);
    expect(body.error?.data).toMatchObject({ code: 'CONFLICT', entry: { provider: 'deepseek-v3', state: 'open' } });
  });

  it('an unknown provider is a 404 with the names there are', async () => {
    await using control = await startControl();
    const { status, body } = await call(control, 'circuits.trip', { post: true, input: { ...aimed, provider: 'x' } });
    expect(status).toBe(404);
    expect(body.error?.message).toContain('deepseek-v3, llama-3.3-70b, qwen-72b');
  });

  it.each([
    ['circuits.trip', { provider: 'deepseek-v3' }, 'reason: say why'],
    ['circuits.trip', { provider: 'deepseek-v3', reason: ' \n ' }, 'reason: say why'],
    ['circuits.trip', { ...aimed, reason: 'x'.repeat(501) }, 'reason: at most 500 characters'],
    ['circuits.trip', { ...aimed, for: '15' }, 'for: give a number with a unit'],
    ['circuits.trip', { ...aimed, for: 900_000 }, 'for: give a number with a unit'],
    ['circuits.trip', { ...aimed, for: '8d' }, 'from 1s to 7d'],
    ['circuits.trip', { ...aimed, for: '999ms' }, 'from 1s to 7d'],
    ['circuits.trip', { ...aimed, epcoh: 3 }, 'epcoh'],
    ['circuits.hold', aimed, 'for: give a number with a unit'],
    ['circuits.reset', { ...aimed, to: 'open' }, 'to: '],
  ])('%s with %j is refused with a sentence, and nothing changes', async (path, input, sentence) => {
    await using control = await startControl();
    const { status, body } = await call(control, path, { post: true, input });
    expect(status).toBe(400);
    expect(body.error?.message).toContain(sentence);
    expect(control.board.lastSeq).toBe(0);
  });

  it('a body that is not JSON is refused as such', async () => {
    await using control = await startControl();
    const response = await fetch(`${control.url}/trpc/circuits.trip`, {
      method: 'POST',
      body: '{"provider": ',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${testToken}` },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('The input is not JSON');
  });

  it('a request that is not in the record is a 404, and a wrong cursor a 400', async () => {
    await using control = await startControl();
    expect((await call(control, 'requests.get', { input: { id: 'r-1' } })).status).toBe(404);
    const wrong = await call(control, 'requests.list', { input: { before: 'nonsense' } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.error?.message).toBe('This cursor is of no page.');
    expect((await call(control, 'requests.list', { input: { limit: 501 } })).status).toBe(400);
  });

  it('lists need no input, and audit.list shows what was done', async () => {
    await using control = await startControl();
    await call(control, 'circuits.trip', { post: true, input: aimed });
    expect((await call(control, 'requests.list')).body.result?.data).toEqual({ rows: [], next: null });
    expect((await call(control, 'audit.list')).body.result?.data.rows).toMatchObject([{ what: 'circuits.trip' }]);
    expect((await call(control, 'events.list')).body.result?.data.rows).toMatchObject([{ cause: 'trip' }]);
  });

  it('a record that cannot be read is a 503 with the reason', async () => {
    await using control = await startControl();
    control.storage.disk = 'broken';
    const { status, body } = await call(control, 'requests.list');
    expect(status).toBe(503);
    expect(body.error?.message).toContain('The disk is full.');
  });

  it('what nobody foresaw is logged whole and shown as a general sentence', async () => {
    const secret = new Error('a secret of the inside');
    await using control = await startControl({ recheck: { probeNow: () => Promise.reject(secret) } });
    const { status, body } = await call(control, 'circuits.probe', { post: true, input: aimed });
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(JSON.stringify(body)).not.toContain('stack');
    expect(control.logged).toMatchObject([{ level: 'error', context: { path: 'circuits.probe', error: secret } }]);
  });
});

describe('who may call', () => {
  it('the walk below sees every procedure', () => {
    expect(procedures.map(({ path }) => path).sort()).toEqual([
      'about.get',
      'access.addPerson',
      'access.changePassword',
      'access.changePerson',
      'access.createToken',
      'access.endSession',
      'access.endSessions',
      'access.invitePerson',
      'access.mySessions',
      'access.people',
      'access.revokeToken',
      'access.sessions',
      'access.tokens',
      'alerts.list',
      'alerts.test',
      'audit.counts',
      'audit.get',
      'audit.list',
      'circuits.get',
      'circuits.ghosts',
      'circuits.hold',
      'circuits.list',
      'circuits.preview',
      'circuits.probe',
      'circuits.release',
      'circuits.reset',
      'circuits.trace',
      'circuits.trip',
      'config.get',
      'config.inForce',
      'config.reload',
      'events.list',
      'incidents.annotate',
      'incidents.export',
      'incidents.get',
      'incidents.list',
      'incidents.telling',
      'live.events',
      'overview.get',
      'overview.hour',
      'providers.get',
      'providers.probes',
      'record.kept',
      'record.place',
      'requests.counts',
      'requests.evidence',
      'requests.get',
      'requests.list',
      'savings.dropShare',
      'savings.setShare',
      'savings.shares',
      'savings.summary',
    ]);
  });

  it.each(procedures)(
    '$path answers nobody without credentials, with a wrong token, or with an unknown session',
    async ({ path, type }) => {
      await using control = await startControl();
      const post = type === 'mutation';
      const input = { ...aimed, for: '1m', id: 'x', ids: ['x/0'], limit: 1 };
      for (const headers of [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: testToken },
        { cookie: 'recloser_session=no' },
      ]) {
        const { status, body } = await call(control, path, { input, post, headers: headers as Record<string, string> });
        expect(status).toBe(401);
        expect(body.error?.data.code).toBe('UNAUTHORIZED');
        expect(body.error?.message).toContain('RECLOSER_TOKEN');
      }
      expect(control.board.lastSeq).toBe(0);
    },
  );

  it('with no token set, no token is right', async () => {
    await using control = await startControl({ token: null });
    for (const token of ['', 'null', 'undefined']) {
      expect((await call(control, 'circuits.list', { headers: { authorization: `Bearer ${token}` } })).status).toBe(
        401,
      );
    }
  });

  it('twenty different wrong tokens in a minute shut an address out until the minute is over, but for tokens too long to be guessed; one repeated does not', async () => {
    const short = 'short-one';
    await using control = await startControl({ token: short });
    const headers = { authorization: `Bearer ${short}` };
    const made = await call(control, 'access.createToken', {
      post: true,
      input: { name: 'x', role: 'viewer' },
      headers,
    });
    const drawn = String(made.body.result?.data.secret);
    const attempt = (token: string) =>
      call(control, 'circuits.list', { headers: { authorization: `Bearer ${token}` } });
    for (let again = 0; again < 25; again += 1) expect((await attempt('same')).status).toBe(401);
    expect((await attempt(short)).status).toBe(200);
    for (let guess = 0; guess < 19; guess += 1) expect((await attempt(`guess-${guess}`)).status).toBe(401);
    expect((await attempt(short)).status).toBe(429);
    expect((await attempt(drawn)).status).toBe(200);
    control.clock.advance(60_000);
    expect((await attempt(short)).status).toBe(200);

    await using other = await startControl({ token: testToken });
    for (let guess = 0; guess < 21; guess += 1)
      await call(other, 'circuits.list', { headers: { authorization: `Bearer ${guess}` } });
    expect((await call(other, 'circuits.list')).status).toBe(200);
  });
});
