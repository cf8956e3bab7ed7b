import { describe, expect, it } from 'vitest';
import { scopeOf } from '../../server/core/access.ts';
import { covers, type Role, roles } from '../../server/core/roles.ts';
import { hashOf } from '../../server/operations/access/secret.ts';
import { act, as, bearer, cookieOf, post, tokenOf } from '../support/access.ts';
import { call, procedures, startControl } from '../support/control.ts';

const aimed = { provider: 'deepseek-v3', reason: 'regional outage' };

describe('tokens', () => {
  it('are shown once, and kept as a hash', async () => {
    await using control = await startControl();
    const secret = await tokenOf(control, 'operator');
    expect(secret).toMatch(/^rcl_[\w-]{43}$/);
    const kept = await control.storage.listAccess();
    expect(kept.tokens).toMatchObject([{ name: 'operator-token', hash: hashOf(secret), lastUsedAt: null }]);
    const listed = await call(control, 'access.tokens');
    expect(JSON.stringify([kept, listed, control.audit, control.storage.acts])).not.toContain(secret);
    expect(JSON.stringify([listed, control.storage.acts.map(({ audit }) => audit)])).not.toContain(hashOf(secret));
    expect(control.storage.acts.at(-1)?.audit).toMatchObject({
      ...{ what: 'tokens.create', who: 'token:admin', subject: 'operator-token', outcome: 'done' },
    });
  });

  it('act under their name until they are revoked', async () => {
    await using control = await startControl();
    const headers = bearer(await tokenOf(control, 'operator'));
    const tripped = await act(as(control, headers), 'circuits.trip', aimed);
    expect([tripped.status, tripped.data.by]).toEqual([200, 'token:operator-token']);
    const signedIn = await post(control, '/sign-in', { token: headers.authorization.slice(7) });
    const cookie = cookieOf(signedIn);
    expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(200);
    expect((await act(control, 'access.revokeToken', { id: 'operator-token' })).status).toBe(200);
    expect((await call(control, 'circuits.list', { headers })).status).toBe(401);
    expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(401);
    expect((await act(control, 'access.revokeToken', { id: 'operator-token' })).status).toBe(404);
  });

  it('expire by the clock', async () => {
    await using control = await startControl();
    const headers = bearer(await tokenOf(control, 'viewer', { expires: '1h' }));
    control.clock.advance(3_600_000 - 1);
    expect((await call(control, 'circuits.list', { headers })).status).toBe(200);
    control.clock.advance(1);
    expect((await call(control, 'circuits.list', { headers })).status).toBe(401);
    const { body } = await call(control, 'access.tokens');
    expect(body.result?.data).toMatchObject([{ state: 'expired', lastUsedAt: expect.any(Number) }]);
  });

  it('with scopes are for those alone', async () => {
    await using control = await startControl();
    const headers = bearer(await tokenOf(control, 'admin', { scopes: ['circuits'] }));
    for (const [path, status] of [
      ...(['circuits.list', 'overview.get', 'about.get'] as const).map((path) => [path, 200] as const),
      ...(['audit.list', 'requests.list', 'access.tokens'] as const).map((path) => [path, 403] as const),
    ]) {
      expect([path, (await call(control, path, { headers })).status]).toEqual([path, status]);
    }
    const made = await act(as(control, headers), 'access.createToken', { name: 'more', role: 'admin' });
    expect(made).toMatchObject({ status: 403, message: expect.stringContaining('is for circuits only') });
    expect(control.audit).toMatchObject([{ what: 'access.createToken', outcome: 'refused' }]);
  });

  it('with scopes let nobody in who would have more', async () => {
    await using control = await startControl();
    const headers = bearer(await tokenOf(control, 'admin', { scopes: ['access'] }));
    expect((await call(control, 'access.tokens', { headers })).status).toBe(200);
    for (const [path, input] of [
      ['access.createToken', { name: 'more', role: 'admin' }],
      ['access.addPerson', { name: 'ann', role: 'admin' }],
    ] as const) {
      const made = await act(as(control, headers), path, input);
      expect(made).toMatchObject({ status: 403, message: expect.stringContaining('is for access only') });
    }
  });

  it.each([
    [{ name: 'x y', role: 'viewer' }, 'name: 1 to 64 letters'],
    [{ name: 'Admin', role: 'viewer' }, 'name: token:admin stands for RECLOSER_TOKEN'],
    [{ name: 'x', role: 'root' }, 'role: one of viewer, operator, admin'],
    [{ name: 'x', role: 'viewer', expires: '10' }, 'expires: give a number with a unit'],
    [{ name: 'x', role: 'viewer', scopes: ['everything'] }, 'out of circuits, requests'],
  ])('%j is refused with a sentence', async (input, sentence) => {
    await using control = await startControl();
    const refused = await act(control, 'access.createToken', input);
    expect(refused).toMatchObject({ status: 400, message: expect.stringContaining(sentence) });
  });

  it('of one name are not two', async () => {
    await using control = await startControl();
    await tokenOf(control, 'viewer');
    expect((await act(control, 'access.createToken', { name: 'viewer-token', role: 'viewer' })).status).toBe(409);
    await act(control, 'access.revokeToken', { id: 'viewer-token' });
    expect((await act(control, 'access.createToken', { name: 'viewer-token', role: 'viewer' })).status).toBe(200);
  });
});

describe('what a role reaches', () => {
  it('is named by every procedure, and its scope with it', () => {
    expect(procedures.length).toBeGreaterThan(20);
    for (const { path, role } of procedures) {
      expect([path, role]).toEqual([path, expect.stringMatching(/^(viewer|operator|admin)$/)]);
      expect([path, scopeOf(path)]).not.toEqual([path, undefined]);
    }
  });

  it('whatever changes something takes more than looking, but for what is one’s own', () => {
    const own = ['access.changePassword', 'access.endSession'];
    const open = procedures.filter(({ type, role }) => type === 'mutation' && role === 'viewer');
    expect(open.map(({ path }) => path).filter((path) => !own.includes(path))).toEqual([]);
  });

  it.each<Role>([...roles])('a %s is let in where the role covers what is needed, and nowhere else', async (has) => {
    await using control = await startControl();
    const headers = bearer(await tokenOf(control, has));
    for (const { path, role, type } of procedures) {
      if (type === 'subscription') continue;
      const input = { nonsense: true };
      const { status, body } = await call(control, path, { input, post: type === 'mutation', headers });
      const refused = status === 403 && (body.error?.message ?? '').includes('This takes the role');
      expect([path, refused]).toEqual([path, !covers(has, role)]);
    }
    expect(control.board.lastSeq).toBe(0);
  });

  it('an act beyond it is in the audit, once for a mistaken script', async () => {
    await using control = await startControl();
    const headers = bearer(await tokenOf(control, 'viewer'));
    for (let again = 0; again < 3; again += 1)
      expect((await act(as(control, headers), 'circuits.trip', aimed)).status).toBe(403);
    expect(control.audit).toMatchObject([{ who: 'token:viewer-token', what: 'circuits.trip', outcome: 'refused' }]);
    control.clock.advance(60_000);
    await act(as(control, headers), 'circuits.trip', aimed);
    expect(control.audit).toHaveLength(2);
    expect(control.board.lastSeq).toBe(0);
  });

  it('an act of somebody who is not known is in the audit too, over either API, and looks with a wrong token once', async () => {
    await using control = await startControl();
    const wrong = bearer('wrong-token');
    for (const headers of [wrong, {}]) {
      expect((await act(as(control, headers), 'circuits.trip', aimed)).status).toBe(401);
      expect((await call(control, 'circuits.list', { headers })).status).toBe(401);
      const body = JSON.stringify({ reason: aimed.reason, for: '1m' });
      const options = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
      expect((await fetch(`${control.url}/api/v1/circuits/qwen-72b/hold`, options)).status).toBe(401);
    }
    expect(control.audit.map(({ who, what, outcome, from }) => [who, what, outcome, from])).toEqual(
      ['circuits.trip', 'tokens.use', 'circuits.hold', 'circuits.trip', 'circuits.hold'].map((what) => [
        ...['unknown', what, 'refused', '127.0.0.1'],
      ]),
    );
    expect(JSON.stringify(control.audit)).not.toContain('wrong-token');
    control.clock.advance(3_600_000 - 1);
    const looks = ['/metrics', '/trpc/circuits.list', '/api/v1/circuits'];
    for (const path of looks) expect((await fetch(control.url + path, { headers: wrong })).status).toBe(401);
    expect(control.audit.length).toBe(5);
    control.clock.advance(1);
    for (const path of looks) await fetch(control.url + path, { headers: wrong });
    expect(control.audit.length).toBe(6);
  });

  it('a scan from many addresses does not fill the audit', async () => {
    await using control = await startControl({ trustProxy: ['127.0.0.1'] });
    for (let machine = 0; machine < 70; machine += 1) {
      const headers = { ...bearer('wrong-token'), 'x-forwarded-for': `203.0.113.${machine}` };
      await fetch(`${control.url}/metrics`, { headers });
    }
    expect(control.audit.length).toBe(60);
    expect(control.audit.at(-1)?.reason).toContain('no more refusals of strangers are noted in this minute');
    control.clock.advance(60_000);
    await fetch(`${control.url}/metrics`, { headers: bearer('wrong-token') });
    expect(control.audit.length).toBe(61);
  });
});
