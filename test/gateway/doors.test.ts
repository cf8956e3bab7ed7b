import { describe, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import { startUpstream } from '../support/upstream.ts';

async function guarded() {
  const upstream = await startUpstream();
  const clients = [{ name: 'app', key: 'key-of-app' }];
  return { upstream, ...(await startGateway({ providers: { a: { url: upstream.url } }, settings: { clients } })) };
}

/** Method and address of each route, and whether it takes a client's key. */
function walk({ gateway }: Awaited<ReturnType<typeof guarded>>) {
  return gateway.server.doors.map(({ method, url, door }) => ({ method, path: url.replace('*', 'lucy'), door }));
}

const lucy = { model: 'lucy', messages: [{ role: 'user', content: 'hi' }] };

async function ask(url: string, { method, path }: { method: string; path: string }, headers: Record<string, string>) {
  const body = method === 'POST' ? lucy : '';
  const call = rawCall({ url: url + path, method, body, headers: { 'content-type': 'application/json', ...headers } });
  await call.closed;
  return call;
}

describe('every route of the gateway', () => {
  it('says what it takes; two are open, and say why', async () => {
    const { gateway } = await guarded();
    const open = gateway.server.doors.filter(({ door, method }) => door !== 'client' && method !== 'HEAD');
    expect(open.map(({ url }) => url)).toEqual(['/healthz', '/readyz']);
    for (const { door } of open) expect(door).toEqual({ open: expect.stringContaining('no key') });
    expect(gateway.server.doors.filter(({ door }) => door === 'client').length).toBeGreaterThan(8);
  });

  it('answers nobody without the key of a client where it takes one, and calls no provider for them', async () => {
    const running = await guarded();
    for (const route of walk(running)) {
      for (const authorization of ['', 'Bearer wrong', 'Basic a2V5LW9mLWFwcA==', 'Bearer key-of-ap']) {
        const { status, text } = await ask(running.url, route, { authorization });
        const name = `${route.method} ${route.path} with "${authorization}"`;
        expect([name, status === 401]).toEqual([name, route.door === 'client']);
        if (status === 401 && route.method !== 'HEAD') expect(text, name).toContain('invalid_api_key');
      }
      const { status } = await ask(running.url, route, { authorization: 'Bearer key-of-app' });
      expect([route.path, status]).not.toEqual([route.path, 401]);
    }
    expect(running.upstream.calls.length).toBe(1);
  });

  it.each([
    ['another Host', { host: 'evil.example' }, 'host_not_allowed'],
    ['the Origin of another site', { origin: 'https://evil.example' }, 'cross_site_refused'],
    ['Sec-Fetch-Site of a sibling', { 'sec-fetch-site': 'same-site' }, 'cross_site_refused'],
  ])('refuses a request with %s, with the right key too', async (_name, stranger, code) => {
    const running = await guarded();
    for (const route of walk(running)) {
      const headers: Record<string, string> = { authorization: 'Bearer key-of-app', ...stranger };
      const { status, text } = await ask(running.url, route, headers);
      // Balancers ask by address, and no page learns anything by it.
      const isAnswered = code === 'host_not_allowed' && route.door !== 'client';
      expect([route.path, status]).toEqual([route.path, isAnswered ? 200 : 403]);
      if (isAnswered) continue;
      if (route.method !== 'HEAD') expect(text).toContain(code);
    }
    expect(running.upstream.calls.length).toBe(0);
  });
});
