import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startControl, testToken } from '../support/control.ts';

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
});
