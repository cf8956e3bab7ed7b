import { describe, expect, it } from 'vitest';
import { act, as, cookieOf, goodPassword, join, post } from '../support/access.ts';
import { call, startControl, testToken } from '../support/control.ts';

type Control = Awaited<ReturnType<typeof startControl>>;

const signIn = (control: Control, name: string, password = goodPassword) =>
  post(control, '/sign-in', { name, password });
const looks = async (control: Control, cookie: string) =>
  (await call(control, 'circuits.list', { headers: { cookie } })).status;

describe('people', () => {
  it('take up an invitation once, and sign in with their password from then on', async () => {
    await using control = await startControl();
    const { data } = await act(control, 'access.addPerson', { name: 'ada', role: 'operator' });
    const short = await post(control, '/join', { code: data.secret, password: 'short' });
    expect([short.status, await short.text()]).toEqual([400, expect.stringContaining('12 to 200 characters')]);
    const joined = await post(control, '/join', { code: data.secret, password: goodPassword });
    expect([joined.status, await looks(control, cookieOf(joined))]).toEqual([204, 200]);
    expect((await post(control, '/join', { code: data.secret, password: goodPassword })).status).toBe(401);
    const cookie = cookieOf(await signIn(control, 'Ada'));
    const tripped = await act(as(control, { cookie }), 'circuits.trip', { provider: 'qwen-72b', reason: 'a look' });
    expect([tripped.status, tripped.data.by]).toEqual([200, 'ada']);
    const kept = JSON.stringify([control.storage.acts, control.audit]);
    expect(kept).not.toContain(goodPassword);
    expect(kept).not.toContain(String(data.secret));
    expect(JSON.stringify(control.storage.acts.map(({ audit }) => audit))).not.toContain('argon2');
  });

  it('an invitation that is three days old does not work, and a new one replaces it', async () => {
    await using control = await startControl();
    const first = await act(control, 'access.addPerson', { name: 'ada', role: 'viewer' });
    control.clock.advance(3 * 86_400_000);
    expect((await post(control, '/join', { code: first.data.secret, password: goodPassword })).status).toBe(401);
    const second = await act(control, 'access.invitePerson', { id: 'ada' });
    const third = await act(control, 'access.invitePerson', { id: 'ada' });
    expect((await post(control, '/join', { code: second.data.secret, password: goodPassword })).status).toBe(401);
    expect((await post(control, '/join', { code: third.data.secret, password: goodPassword })).status).toBe(204);
  });

  it('ten wrong passwords lock a name for a quarter of an hour, in the words of a wrong one, and it is in the audit', async () => {
    await using control = await startControl();
    await join(control, 'ada', 'viewer');
    const said = new Set<string>();
    for (let guess = 0; guess < 10; guess += 1) said.add(await (await signIn(control, 'ada', `wrong ${guess}`)).text());
    const locked = await signIn(control, 'ada');
    expect(locked.status).toBe(401);
    said.add(await locked.text());
    said.add(await (await signIn(control, 'nobody')).text());
    expect(said.size).toBe(1);
    expect(control.audit.filter(({ outcome }) => outcome === 'refused').length).toBeGreaterThan(0);
    control.clock.advance(15 * 60_000);
    expect((await signIn(control, 'ada')).status).toBe(204);
  });

  it('the same wrong password again and again is slowed down too, and keeps no token of the address out', async () => {
    await using control = await startControl();
    await join(control, 'ada', 'viewer');
    for (let guess = 0; guess < 20; guess += 1) expect((await signIn(control, 'ada', 'wrong')).status).toBe(401);
    expect((await signIn(control, 'ada', 'wrong')).status).toBe(429);
    expect((await post(control, '/sign-in', { token: testToken })).status).toBe(204);
    const reasons = control.audit.filter(({ outcome }) => outcome === 'refused').map(({ reason }) => reason);
    expect(reasons).toEqual(['wrong', 'wrong for the tenth time: the name is locked', 'the name is locked']);
  });

  it('whoever sits at somebody’s open page cannot find out their password by changing it', async () => {
    await using control = await startControl();
    const ada = as(control, { cookie: await join(control, 'ada', 'viewer') });
    const change = (current: string) =>
      act(ada, 'access.changePassword', { current, password: 'another long password' });
    for (let guess = 0; guess < 10; guess += 1) expect((await change(`wrong ${guess}`)).status).toBe(403);
    expect((await change(goodPassword)).status).toBe(403);
    expect((await signIn(control, 'ada')).status).toBe(401);
    const noted = control.audit.filter(({ what }) => what === 'people.password');
    expect(noted.map(({ who, subject, outcome }) => [who, subject, outcome])).toEqual(
      Array(3).fill(['ada', 'ada', 'refused']),
    );
    control.clock.advance(15 * 60_000);
    expect((await change(goodPassword)).status).toBe(200);
  });

  it('who may not come in any more is out at once, and another role holds at once', async () => {
    await using control = await startControl();
    const cookie = await join(control, 'ada', 'operator');
    const person = (await call(control, 'access.people')).body.result?.data as unknown as { id: string }[];
    const id = String(person[0]?.id);
    await act(control, 'access.changePerson', { id, role: 'viewer' });
    expect(await looks(control, cookie)).toBe(401);
    const again = cookieOf(await signIn(control, 'ada'));
    const refused = await act(as(control, { cookie: again }), 'circuits.trip', {
      provider: 'qwen-72b',
      reason: 'a look',
    });
    expect(refused.status).toBe(403);
    await act(control, 'access.changePerson', { id, disabled: true });
    expect([await looks(control, again), (await signIn(control, 'ada')).status]).toEqual([401, 401]);
    await act(control, 'access.changePerson', { id, disabled: false });
    expect((await signIn(control, 'ada')).status).toBe(204);
  });

  it('who signs in just as they are shut out is out, also when they are let in again', async () => {
    await using control = await startControl();
    await join(control, 'ada', 'viewer');
    const signing = signIn(control, 'ada');
    await act(control, 'access.changePerson', { id: 'ada', disabled: true });
    const signed = await signing;
    await act(control, 'access.changePerson', { id: 'ada', disabled: false });
    expect([signed.status, await looks(control, cookieOf(signed))]).toEqual([401, 401]);
  });

  it('the last admin stays one', async () => {
    await using control = await startControl({ token: 'a-token-for-tests' });
    await join(control, 'ada', 'admin');
    for (const input of [
      { id: 'ada', role: 'viewer' },
      { id: 'ada', disabled: true },
    ]) {
      expect(await act(control, 'access.changePerson', input)).toMatchObject({
        ...{ status: 409, message: expect.stringContaining('last admin') },
      });
    }
    await join(control, 'bob', 'admin');
    expect((await act(control, 'access.changePerson', { id: 'ada', role: 'viewer' })).status).toBe(200);
  });

  it('of one name are not two, in whatever case, and some names stand for others', async () => {
    await using control = await startControl();
    await act(control, 'access.addPerson', { name: 'ada', role: 'viewer' });
    expect((await act(control, 'access.addPerson', { name: 'ADA', role: 'viewer' })).status).toBe(409);
    for (const name of ['itself', 'Operator', 'unknown'])
      expect((await act(control, 'access.addPerson', { name, role: 'viewer' })).status).toBe(400);
  });

  it('change their own password with the present one, and are signed out elsewhere', async () => {
    await using control = await startControl();
    const [here, there] = [await join(control, 'ada', 'viewer'), cookieOf(await signIn(control, 'ada'))];
    const wrong = await act(as(control, { cookie: here }), 'access.changePassword', {
      current: 'x',
      password: 'another long password',
    });
    expect(wrong.status).toBe(403);
    const input = { current: goodPassword, password: 'another long password' };
    expect((await act(as(control, { cookie: here }), 'access.changePassword', input)).status).toBe(200);
    expect([await looks(control, here), await looks(control, there)]).toEqual([401, 401]);
    expect((await signIn(control, 'ada')).status).toBe(401);
    expect((await signIn(control, 'ada', 'another long password')).status).toBe(204);
    expect((await act(control, 'access.changePassword', input)).status).toBe(400);
  });
});

describe('sessions', () => {
  it('are listed to their owner, and ended by them; all of them by an admin', async () => {
    await using control = await startControl();
    const ada = await join(control, 'ada', 'viewer');
    const bob = await join(control, 'bob', 'viewer');
    const own = await call(control, 'access.mySessions', { headers: { cookie: ada } });
    expect(own.body.result?.data).toMatchObject([{ who: 'ada', way: 'password', from: '127.0.0.1', current: true }]);
    const all = (await call(control, 'access.sessions')).body.result?.data as unknown as { id: string; who: string }[];
    const idOf = (name: string) => String(all.find(({ who }) => who === name)?.id);
    expect((await act(as(control, { cookie: ada }), 'access.endSession', { id: idOf('bob') })).status).toBe(404);
    expect((await act(control, 'access.endSession', { id: idOf('bob') })).data).toMatchObject({ durable: true });
    expect([await looks(control, ada), await looks(control, bob)]).toEqual([200, 401]);
    expect((await call(control, 'access.sessions', { headers: { cookie: ada } })).status).toBe(403);
  });

  it('of those who came by a start’s link are needed until somebody else can decide', async () => {
    await using control = await startControl({ token: null });
    expect(control.needsLink()).toBe(true);
    const first = await fetch(control.url + control.signInLink(), { redirect: 'manual' });
    const { data } = await act(as(control, { cookie: cookieOf(first) }), 'access.addPerson', {
      name: 'ada',
      role: 'admin',
    });
    expect(control.needsLink()).toBe(true);
    await post(control, '/join', { code: data.secret, password: goodPassword });
    expect(control.needsLink()).toBe(false);
  });
});
