import { describe, expect, it } from 'vitest';
import { act, bearer, cookieOf, goodPassword, tokenOf } from '../support/access.ts';
import { startControl } from '../support/control.ts';
import { builtPages } from '../support/pages.ts';

const asPage = { headers: { accept: 'text/html' } };

describe('pages and health', () => {
  it('each page has a nonce of its own for the styles of its parts, and no inline style or script is let in else', async () => {
    await using pages = await builtPages();
    await using control = await startControl({ webRoot: pages.webRoot });
    const nonces = new Set<string>();
    for (const path of ['/', '/index.html', '/incidents/12']) {
      const { headers } = await fetch(control.url + path, asPage);
      const policy = headers.get('content-security-policy') ?? '';
      const styles = /style-src ([^;]+)/.exec(policy)?.[1] ?? '';
      const nonce = /^'self' 'nonce-([\w-]{43})'$/.exec(styles)?.[1] ?? '';
      expect(await (await fetch(control.url + path, asPage)).text()).not.toContain('__nonce__');
      expect([path, nonce.length, headers.get('cache-control')]).toEqual([path, 43, 'no-store']);
      expect(policy).not.toContain('unsafe');
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
    expect((await fetch(`${control.url}/app.js`)).headers.get('content-security-policy')).toContain(
      "style-src 'self';",
    );
  });

  it('the code of an invitation goes from its link into a cookie, and so into no history', async () => {
    await using pages = await builtPages();
    await using control = await startControl({ webRoot: pages.webRoot });
    const { data } = await act(control, 'access.addPerson', { name: 'ada', role: 'viewer' });
    const followed = await fetch(`${control.url}/join?code=${data.secret}`, { ...asPage, redirect: 'manual' });
    expect([followed.status, followed.headers.get('location'), await followed.text()]).toEqual([303, '/join', '']);
    expect(followed.headers.getSetCookie()).toEqual([
      `recloser_join=${data.secret}; Max-Age=3600; Path=/join; HttpOnly; SameSite=Strict`,
    ]);
    expect(await (await fetch(`${control.url}/join`, asPage)).text()).toContain('dashboard');
    const join = (cookie: string) =>
      fetch(`${control.url}/join`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json', cookie } },
        body: JSON.stringify({ password: goodPassword }),
      });
    expect((await join('')).status).toBe(401);
    const joined = await join(cookieOf(followed));
    expect([joined.status, joined.headers.getSetCookie()[1]]).toEqual([204, expect.stringMatching(/^recloser_join=;/)]);
  });

  it("the dashboard's files are served, and the address of any page gets the index", async () => {
    await using pages = await builtPages();
    await using control = await startControl({ webRoot: pages.webRoot });
    for (const path of ['/', '/incidents/12', '/circuits/deepseek-v3?from=1']) {
      const response = await fetch(control.url + path, asPage);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('dashboard');
    }
    expect((await fetch(`${control.url}/app.js`)).headers.get('content-type')).toContain('javascript');
  });

  it.each(['/missing.js', '/trpc', '/../package.json', '/%2e%2e/package.json'])('%s is no page', async (path) => {
    await using pages = await builtPages();
    await using control = await startControl({ webRoot: pages.webRoot });
    expect((await fetch(control.url + path, asPage)).status).toBe(404);
  });

  it('without a built dashboard the root says what to do', async () => {
    await using control = await startControl();
    expect(await (await fetch(control.url)).text()).toContain('recloser circuits');
    const nothing = await fetch(`${control.url}/nothing`, asPage);
    expect(nothing.status).toBe(404);
    expect(await nothing.json()).toEqual({
      error: { code: 'not_found', message: 'There is nothing at GET /nothing.' },
    });
  });

  it('readyz is 200 while storage is degraded and says so, and 503 only while starting or draining', async () => {
    let state: 'starting' | 'serving' | 'draining' = 'serving';
    await using control = await startControl({ state: () => state });
    expect(await (await fetch(`${control.url}/readyz`)).json()).toMatchObject({ status: 'ok' });
    control.storage.disk = 'broken';
    const degraded = await fetch(`${control.url}/readyz`);
    expect(degraded.status).toBe(200);
    expect(await degraded.json()).toMatchObject({ status: 'degraded', storage: { state: 'degraded' } });
    for (const not of ['starting', 'draining'] as const) {
      state = not;
      expect((await fetch(`${control.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${control.url}/healthz`)).status).toBe(200);
    }
  });

  it('metrics are for a viewer, or for a token that is for them', async () => {
    await using control = await startControl();
    const scrape = (token: string) => fetch(`${control.url}/metrics`, { headers: bearer(token) });
    const stranger = await fetch(`${control.url}/metrics`);
    expect(stranger.status).toBe(401);
    expect(await stranger.text()).not.toContain('up 1');
    const good = await scrape(await tokenOf(control, 'viewer', { name: 'prometheus', scopes: ['metrics'] }));
    expect(good.status).toBe(200);
    expect(await good.text()).toBe('up 1\n');
    const other = await scrape(await tokenOf(control, 'operator', { name: 'pager', scopes: ['circuits'] }));
    expect(other.status).toBe(403);
    expect(await other.text()).toContain('token:pager is for circuits only');
  });
});
