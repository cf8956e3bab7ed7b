import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { SignInSettings } from '../../server/core/settings.ts';
import { roleOf } from '../../server/operations/access/fromProvider.ts';
import { act } from '../support/access.ts';
import { call, startControl } from '../support/control.ts';
import { OpenIdProvider } from '../support/openId.ts';

const roles = { admin: ['admins'], operator: ['on-call'], viewer: ['staff'] };

function signInBy(provider: OpenIdProvider): SignInSettings {
  return {
    url: 'https://recloser.example.com',
    provider: {
      ...{ issuer: provider.issuer, clientId: 'recloser', clientSecret: 'a secret', label: 'Sign in with Example' },
      ...{ scopes: ['openid'], nameClaim: 'preferred_username', roleClaim: 'groups', roles, sessionMs: 12 * 3_600_000 },
    },
  };
}

type Control = Awaited<ReturnType<typeof startControl>>;

interface Answer {
  status: number;
  location: string;
  cookies: string[];
  text: string;
}

/** One request as a browser sends it; nothing is followed. */
async function open(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { statusCode, headers: answered, body } = await request(url, { headers });
  const cookies = [answered['set-cookie'] ?? []].flat();
  return { status: statusCode, location: String(answered.location ?? ''), cookies, text: await body.text() };
}

/** Off to the provider, and back with what it said. */
async function signIn(
  control: Control,
  change: (back: URL) => void = () => {},
  meanwhile: () => void | Promise<void> = () => {},
): Promise<Answer> {
  const off = await open(`${control.url}/sign-in/provider`);
  expect(off.cookies[0]).toMatch(/^__Host-recloser_sign_in=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const back = new URL((await open(off.location)).location);
  expect(back.origin).toBe('https://recloser.example.com');
  change(back);
  await meanwhile();
  const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  return open(control.url + back.pathname + back.search, { cookie: off.cookies[0]?.split(';')[0] ?? '', ...crossSite });
}

function sessionOf({ cookies }: Answer): string {
  return cookies.find((cookie) => cookie.startsWith('__Host-recloser_session='))?.split(';')[0] ?? '';
}

const about = async (control: Control, response: Answer) =>
  (await call(control, 'about.get', { headers: { cookie: sessionOf(response) } })).body.result?.data;

describe('an identity provider', () => {
  it('signs people in with the role that it gives them, which is another one when it says so', async () => {
    await using provider = await OpenIdProvider.start();
    await using control = await startControl({ signIn: signInBy(provider) });
    expect(await (await fetch(`${control.url}/sign-in/ways`)).json()).toEqual({
      password: false,
      provider: 'Sign in with Example',
    });
    provider.claims = { preferred_username: 'ada lovelace', groups: ['staff', 'on-call'] };
    const first = await signIn(control);
    expect([first.status, first.location]).toEqual([303, '/']);
    expect(await about(control, first)).toMatchObject({ who: 'ada-lovelace', role: 'operator' });
    provider.claims = { preferred_username: 'ada lovelace', groups: ['staff'] };
    expect(await about(control, await signIn(control))).toMatchObject({ who: 'ada-lovelace', role: 'viewer' });
    expect((await call(control, 'access.people')).body.result?.data).toMatchObject([{ ways: ['provider'] }]);
  });

  it('that has taken a role away has the sessions of it end when the person comes again, and after half a day in any case', async () => {
    await using provider = await OpenIdProvider.start();
    await using control = await startControl({ signIn: signInBy(provider) });
    const looks = async (answer: Answer) =>
      (await call(control, 'circuits.list', { headers: { cookie: sessionOf(answer) } })).status;
    provider.claims = { preferred_username: 'ada', groups: ['admins'] };
    const asAdmin = await signIn(control);
    provider.claims = { preferred_username: 'ada', groups: ['staff'] };
    const asViewer = await signIn(control);
    expect([await looks(asAdmin), await looks(asViewer)]).toEqual([401, 200]);
    provider.claims = { preferred_username: 'ada', groups: [] };
    expect([(await signIn(control)).status, await looks(asViewer)]).toEqual([403, 401]);

    provider.claims = { preferred_username: 'ada', groups: ['admins'] };
    const again = await signIn(control);
    expect(again.cookies.find((each) => each.startsWith('__Host-recloser_session='))).toContain('Max-Age=43200;');
    control.clock.advance(12 * 3_600_000 - 1);
    expect(await looks(again)).toBe(200);
    control.clock.advance(1);
    expect(await looks(again)).toBe(401);
  });

  it('lets in nobody without a role, nobody who was shut out, and two of one name apart', async () => {
    await using provider = await OpenIdProvider.start();
    await using control = await startControl({ signIn: signInBy(provider) });
    provider.claims = { preferred_username: 'ada', groups: ['others'] };
    const stranger = await signIn(control);
    expect([stranger.status, sessionOf(stranger), stranger.text]).toEqual([
      ...[403, '', expect.stringContaining('has no role here')],
    ]);
    expect(control.audit).toMatchObject([{ what: 'session.open', outcome: 'refused' }]);
    provider.claims = { preferred_username: 'ada', groups: 'admins' };
    await signIn(control);
    provider.claims = { preferred_username: 'ada', groups: 'admins', sub: '43' };
    expect(await about(control, await signIn(control))).toMatchObject({ who: 'ada-2', role: 'admin' });
    await act(control, 'access.changePerson', { id: 'ada-2', disabled: true });
    expect((await signIn(control)).status).toBe(403);
  });

  it.each<[string, Record<string, unknown>, (back: URL) => void]>([
    ['a nonce of another sign-in', { nonce: 'other' }, () => {}],
    ['a token for another program', { aud: 'other' }, () => {}],
    ['a token of another issuer', { iss: 'https://other.example.com' }, () => {}],
    ['a token that has ended', { exp: 1 }, () => {}],
    ['a code that it did not give', {}, (back) => back.searchParams.set('code', 'guess')],
    ['a state of another browser', {}, (back) => back.searchParams.set('state', 'other')],
  ])('is not believed with %s', async (_, claims, change) => {
    await using provider = await OpenIdProvider.start();
    await using control = await startControl({ signIn: signInBy(provider) });
    provider.claims = { groups: 'admins', ...claims };
    const refused = await signIn(control, change);
    expect([refused.status, sessionOf(refused)]).toEqual([401, '']);
    expect((await control.storage.listAccess()).people).toEqual([]);
  });

  it('is come back from within ten minutes, however many others have begun to sign in meanwhile', async () => {
    await using provider = await OpenIdProvider.start();
    await using control = await startControl({ signIn: signInBy(provider) });
    provider.claims = { groups: 'admins' };
    const backAfter = async (wait: () => void | Promise<void>) => (await signIn(control, () => {}, wait)).status;
    const others = async () => {
      for (let other = 0; other < 1_001; other += 1) await open(`${control.url}/sign-in/provider`);
    };
    expect(await backAfter(others)).toBe(303);
    expect(await backAfter(() => control.clock.advance(599_000))).toBe(303);
    expect(await backAfter(() => control.clock.advance(600_000))).toBe(401);
  });

  it('that does not answer is told so in a sentence, and asked again the next time', async () => {
    const provider = await OpenIdProvider.start();
    const signInSettings = signInBy(provider);
    await provider[Symbol.asyncDispose]();
    await using control = await startControl({ signIn: signInSettings });
    const off = await open(`${control.url}/sign-in/provider`);
    expect([off.status, off.text]).toEqual([502, expect.stringContaining('does not answer')]);
  });

  it('gives the highest role of those that somebody has', () => {
    const settings = { roleClaim: 'groups', roles };
    const of = (groups: unknown) => roleOf({ iss: 'i', sub: 's', groups }, settings);
    expect([of(['staff', 'admins']), of('on-call'), of([1, null]), of(undefined), of({})]).toEqual([
      ...['admin', 'operator', null, null, null],
    ]);
  });
});
