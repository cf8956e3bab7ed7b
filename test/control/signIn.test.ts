import { describe, expect, it } from 'vitest';
import { call, startControl, testToken } from '../support/control.ts';

const follow = (control: { url: string }, link: string, method = 'GET') =>
  fetch(control.url + link, { method, redirect: 'manual' });

/** The cookie as a browser would send it back. */
function cookieOf(response: Response): string {
  const [cookie] = response.headers.getSetCookie();
  return cookie?.split(';', 1)[0] ?? '';
}

const post = (control: { url: string }, path: string, options: { body?: unknown; cookie?: string } = {}) =>
  fetch(control.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(options.cookie ? { cookie: options.cookie } : {}) },
    body: JSON.stringify(options.body ?? {}),
  });

describe('signing in', () => {
  it('a link signs one person in, once, with a cookie that scripts and other sites cannot use', async () => {
    await using control = await startControl({ token: null });
    const link = control.signInLink();
    const first = await follow(control, link);
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).toBe('/');
    expect(first.headers.get('cache-control')).toBe('no-store');
    const [cookie] = first.headers.getSetCookie();
    expect(cookie).toMatch(/^recloser_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await follow(control, link)).status).toBe(401);

    const headers = { cookie: cookieOf(first) };
    expect((await call(control, 'circuits.list', { headers })).status).toBe(200);
    const input = { provider: 'qwen-72b', reason: 'a look' };
    const tripped = await call(control, 'circuits.trip', { post: true, input, headers });
    expect(tripped.body.result?.data.by).toBe('operator');
    expect(control.audit).toMatchObject([
      { what: 'session.open', who: 'operator', outcome: 'done' },
      { what: 'session.open', who: 'unknown', outcome: 'refused' },
    ]);
  });

  it('a code works for ten minutes by the clock, and no longer', async () => {
    await using control = await startControl({ token: null });
    const [early, late] = [control.signInLink(), control.signInLink()];
    control.clock.advance(600_000 - 1);
    expect((await follow(control, early)).status).toBe(303);
    control.clock.advance(1);
    const refused = await follow(control, late);
    expect(refused.status).toBe(401);
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(await refused.text()).toContain('Start Recloser again for a new one');
  });

  it('what only looks at a link does not use it up', async () => {
    await using control = await startControl({ token: null });
    const link = control.signInLink();
    expect((await follow(control, link, 'HEAD')).status).toBe(405);
    expect((await follow(control, link)).status).toBe(303);
  });

  it.each(['/sign-in', '/sign-in?code=', '/sign-in?code=wrong', '/sign-in?code=a&code=b'])(
    '%s gets a page with a sentence',
    async (path) => {
      await using control = await startControl({ token: null });
      const response = await follow(control, path);
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toContain('text/html');
    },
  );

  it('guessed codes are not heard for the rest of the minute, and keep no good one out', async () => {
    await using control = await startControl({ token: null });
    for (let guess = 0; guess < 20; guess += 1) await follow(control, `/sign-in?code=${guess}`);
    expect((await follow(control, '/sign-in?code=more')).status).toBe(429);
    expect((await follow(control, control.signInLink())).status).toBe(303);
    control.clock.advance(60_000);
    expect((await follow(control, '/sign-in?code=more')).status).toBe(401);
  });

  it('a token signs in too, and signing out ends the session', async () => {
    await using control = await startControl();
    expect((await post(control, '/sign-in', { body: { token: 'wrong' } })).status).toBe(401);
    expect((await post(control, '/sign-in', { body: {} })).status).toBe(400);
    const signedIn = await post(control, '/sign-in', { body: { token: testToken } });
    expect(signedIn.status).toBe(204);
    const cookie = cookieOf(signedIn);
    expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(200);
    expect((await post(control, '/sign-out', { cookie })).status).toBe(204);
    expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(401);
  });

  it('a session ends after a week', async () => {
    await using control = await startControl();
    const cookie = cookieOf(await post(control, '/sign-in', { body: { token: testToken } }));
    control.clock.advance(7 * 86_400_000 - 1);
    expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(200);
    control.clock.advance(1);
    expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(401);
  });
});
