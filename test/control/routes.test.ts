import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { covers, roles } from '../../server/core/roles.ts';
import { bearer, tokenOf } from '../support/access.ts';
import { call, startControl, testToken } from '../support/control.ts';
import { builtPages } from '../support/pages.ts';

/** By node:http: fetch sets some of these headers itself. */
function send(port: number, path: string, options: { method: string; headers: Record<string, string> }) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(options.method === 'POST' ? '{}' : undefined);
  });
}

const strangers: [string, Record<string, string>, string][] = [
  ['another Host', { host: 'evil.example' }, 'host_not_allowed'],
  ['the Origin of another site', { origin: 'https://evil.example' }, 'cross_site_refused'],
  ['the Origin of another port', { origin: 'http://127.0.0.1:1' }, 'cross_site_refused'],
  ['an Origin of null', { origin: 'null' }, 'cross_site_refused'],
  ['Sec-Fetch-Site of another site', { 'sec-fetch-site': 'cross-site' }, 'cross_site_refused'],
  ['Sec-Fetch-Site of a sibling', { 'sec-fetch-site': 'same-site' }, 'cross_site_refused'],
];

describe('every route of the control listener', () => {
  it('is known with what it takes, and there are as many as we think', async () => {
    await using control = await startControl();
    const named = control.server.routesKnown.map(({ method, url, role }) => `${method} ${url} ${role}`);
    expect(named).toContain('GET /metrics viewer');
    expect(named).toContain('POST /sign-in public');
    expect(named).toContain('POST /trpc/:path procedures');
    expect(named).toContain('POST /api/v1/circuits/:provider/trip procedures');
    expect(named.length).toBeGreaterThan(10);
  });

  it.each(strangers)('refuses a request with %s, with the right token too', async (_name, stranger, code) => {
    await using control = await startControl();
    for (const { method, url } of control.server.routesKnown) {
      const path = url.replace(':path', 'circuits.list').replace('*', 'x');
      const headers = { authorization: `Bearer ${testToken}`, 'content-type': 'application/json', ...stranger };
      const answer = await send(control.port, path, { method, headers });
      const asked = `${method} ${url}`;
      // Balancers and scrapers ask by address, and no page learns anything by it.
      if (code === 'host_not_allowed' && /\/(healthz|readyz|metrics)$/.test(url))
        expect(answer.status, asked).toBe(200);
      else expect(answer.status, asked).toBe(403);
      if (answer.status === 200) continue;
      if (method !== 'HEAD') expect(answer.text, `${method} ${url}`).toContain(code);
    }
  });

  it('answers with the headers that keep other pages, scripts and devices out', async () => {
    await using control = await startControl();
    for (const { method, url } of control.server.routesKnown) {
      const path = url.replace(':path', 'circuits.list').replace('*', 'x');
      const { headers } = await send(control.port, path, { method, headers: { 'content-type': 'application/json' } });
      expect(headers, `${method} ${url}`).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
      });
      const policy = String(headers['content-security-policy']);
      for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
        expect(policy).toContain(part);
      }
      expect(/script-src [^;]*unsafe/.test(policy)).toBe(false);
    }
  });

  it('that is open to anybody is one of these, and is so to everybody alike', async () => {
    await using control = await everyRoute();
    const open = control.server.routesKnown.filter(({ role, method }) => role === 'public' && method !== 'HEAD');
    expect(open.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
      'GET /',
      'GET /*',
      'GET /api/v1/openapi.json',
      'GET /healthz',
      'GET /index.html',
      'GET /join',
      'GET /readyz',
      'GET /sign-in',
      'GET /sign-in/provider',
      'GET /sign-in/provider/callback',
      'GET /sign-in/ways',
      'POST /join',
      'POST /sign-in',
      'POST /sign-out',
    ]);
    for (const { method, url } of open) {
      const path = url.replace('*', 'app.js');
      const statuses = ['', 'Bearer wrong', `Bearer ${testToken}`].map(async (authorization) => {
        const headers = { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) };
        return (await send(control.port, path, { method, headers })).status;
      });
      expect([path, new Set(await Promise.all(statuses)).size]).toEqual([path, 1]);
    }
  });

  it('that takes a role lets in who has it or more, and nobody else; what streams, likewise', async () => {
    await using control = await everyRoute();
    const named = control.server.routesKnown.flatMap(({ method, url, role }) =>
      role === 'public' || role === 'procedures' || method === 'HEAD' ? [] : [{ url, role }],
    );
    expect(named.map(({ url }) => url)).toEqual(['/metrics']);
    const routes = [...named, { url: '/trpc/live.events', role: 'viewer' as const }];
    const statusOf = async (path: string, headers: Record<string, string>) => {
      const leaving = new AbortController();
      const { status } = await fetch(control.url + path, { headers, signal: leaving.signal });
      leaving.abort();
      return status;
    };
    for (const { url, role } of routes) {
      for (const headers of [{}, bearer('wrong'), { authorization: testToken }, { cookie: 'recloser_session=no' }])
        expect([url, await statusOf(url, headers as Record<string, string>)]).toEqual([url, 401]);
      for (const has of roles) {
        const headers = bearer(await tokenOf(control, has, { name: `${has}${url.length}` }));
        expect([url, has, await statusOf(url, headers)]).toEqual([url, has, covers(has, role) ? 200 : 403]);
      }
      const other = bearer(await tokenOf(control, 'admin', { name: `audit${url.length}`, scopes: ['audit'] }));
      if (url === '/metrics') expect(await statusOf(url, other)).toBe(403);
      // A stream has begun by then: what is refused is said in it, and ends it.
      else expect((await call(control, 'live.events', { headers: other })).body.error?.data.code).toBe('FORBIDDEN');
    }
  });

  it('that asks for itself is a procedure: of tRPC, or of the REST API', async () => {
    await using control = await everyRoute();
    const asking = control.server.routesKnown.filter(({ role }) => role === 'procedures').map(({ url }) => url);
    expect(asking.filter((url) => url !== '/trpc/:path' && !url.startsWith('/api/v1/'))).toEqual([]);
  });
});

/** A control listener with all that a config can give it a route for. */
async function everyRoute() {
  const pages = await builtPages();
  const provider = {
    ...{ issuer: 'http://127.0.0.1:9', clientId: 'c', clientSecret: null, label: 'Sign in', scopes: ['openid'] },
    ...{ sessionMs: 3_600_000, nameClaim: 'name', roleClaim: 'groups', roles: { viewer: [], operator: [], admin: [] } },
  };
  const control = await startControl({ webRoot: pages.webRoot, signIn: { url: 'http://127.0.0.1:1', provider } });
  const close = async () => {
    await control[Symbol.asyncDispose]();
    await pages[Symbol.asyncDispose]();
  };
  return { ...control, [Symbol.asyncDispose]: close };
}
