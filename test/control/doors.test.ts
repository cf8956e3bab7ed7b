import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startControl, testToken } from '../support/control.ts';

const authorization = `Bearer ${testToken}`;
const json = { 'content-type': 'application/json', authorization };
const trip = JSON.stringify({ provider: 'deepseek-v3', reason: 'outage' });

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** By node:http, since fetch sets some of these headers itself. */
function send(control: { port: number }, path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: control.port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('the doors of the control listener', () => {
  it.each([
    ['another Host', { host: 'evil.example' }, 'host_not_allowed'],
    ['the Origin of another site', { origin: 'https://evil.example' }, 'cross_site_refused'],
    ['an Origin of null', { origin: 'null' }, 'cross_site_refused'],
    ['Sec-Fetch-Site of another site', { 'sec-fetch-site': 'cross-site' }, 'cross_site_refused'],
    ['Sec-Fetch-Site of a sibling', { 'sec-fetch-site': 'same-site' }, 'cross_site_refused'],
  ])('a request with %s is refused even with the right token, on every path', async (_name, headers, code) => {
    await using control = await startControl();
    for (const path of ['/', '/sign-in', '/nothing', '/trpc/circuits.list']) {
      const answer = await send(control, path, { headers: { ...headers, authorization } });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text).error.code).toBe(code);
    }
    const act = await send(control, '/trpc/circuits.trip', {
      method: 'POST',
      headers: { ...json, ...headers },
      body: trip,
    });
    expect(act.status).toBe(403);
    expect(control.board.lastSeq).toBe(0);
  });

  it.each([
    [
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="provider"\r\n\r\ndeepseek-v3\r\n--x--\r\n',
    ],
    ['application/x-www-form-urlencoded', 'provider=deepseek-v3&reason=x'],
    ['text/plain', trip],
    ['application/octet-stream', trip],
    ['application/jsonp', trip],
  ])('a POST of %s is refused: JSON only', async (type, body) => {
    await using control = await startControl();
    const headers = { 'content-type': type, authorization };
    const answer = await send(control, '/trpc/circuits.trip', { method: 'POST', headers, body });
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.text).error.message).toContain('application/json');
    expect(control.board.lastSeq).toBe(0);
  });

  it('a person who follows a link from another site reaches a page, and nothing else', async () => {
    await using control = await startControl();
    const following = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await send(control, '/requests/01K', { headers: following })).status).not.toBe(403);
    for (const path of [
      '/trpc/circuits.list',
      '/%74rpc/circuits.list',
      '/sign-in?code=x',
      '/sign%2din?code=x',
      '/sign-out',
    ]) {
      expect((await send(control, path, { headers: { ...following, authorization } })).status).toBe(403);
    }
    const framed = { ...following, 'sec-fetch-dest': 'iframe' };
    expect((await send(control, '/', { headers: framed })).status).toBe(403);
  });

  it('a POST without a type is refused, and an act is no GET', async () => {
    await using control = await startControl();
    expect(
      (await send(control, '/trpc/circuits.trip', { method: 'POST', headers: { authorization }, body: trip })).status,
    ).toBe(415);
    const path = `/trpc/circuits.trip?input=${encodeURIComponent(trip)}`;
    expect((await send(control, path, { headers: { authorization } })).status).toBe(405);
    expect(control.board.lastSeq).toBe(0);
  });

  it('who asks is told by proxies that are trusted, and by nobody else', async () => {
    const guess = (control: { port: number }, from: string, token: string) =>
      send(control, '/metrics', { headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': from } });
    await using trusting = await startControl({ trustProxy: ['127.0.0.0/8'], token: 'short-one' });
    for (let tried = 0; tried < 21; tried += 1) await guess(trusting, `9.9.9.9, 203.0.113.7`, `guess-${tried}`);
    expect((await guess(trusting, '203.0.113.7', 'short-one')).status).toBe(429);
    expect((await guess(trusting, '203.0.113.8', 'short-one')).status).toBe(200);

    await using other = await startControl({ token: 'short-one' });
    for (let tried = 0; tried < 21; tried += 1) await guess(other, `203.0.113.${tried}`, `guess-${tried}`);
    expect((await guess(other, '203.0.113.99', 'short-one')).status).toBe(429);
  });

  it('a same-origin request of the dashboard passes', async () => {
    await using control = await startControl();
    const headers = { ...json, origin: control.url, 'sec-fetch-site': 'same-origin' };
    expect((await send(control, '/trpc/circuits.trip', { method: 'POST', headers, body: trip })).status).toBe(200);
  });

  it('a body over the bound is refused', async () => {
    await using control = await startControl();
    const body = JSON.stringify({ provider: 'deepseek-v3', reason: 'x'.repeat(70_000) });
    const codeOf = ({ status, text }: { status: number; text: string }) => [status, JSON.parse(text).error.code];
    const large = await send(control, '/sign-in', { method: 'POST', headers: json, body });
    expect(codeOf(large)).toEqual([413, 'body_too_large']);
    const broken = await send(control, '/sign-in', { method: 'POST', headers: json, body: '{' });
    expect(codeOf(broken)).toEqual([400, 'bad_request']);
    expect((await send(control, '/trpc/circuits.trip', { method: 'POST', headers: json, body })).status).toBe(413);
  });

  it('a request has ten seconds to come in whole', async () => {
    await using control = await startControl();
    // Node, which measures both by its own clock, lets slow bodies be where headers have longer than the whole.
    const { headersTimeout, requestTimeout } = control.server.server;
    expect([headersTimeout, requestTimeout]).toEqual([10_000, 10_000]);
  });

  it('a batch has a bound', async () => {
    await using control = await startControl();
    const batch = (size: number) => `/trpc/${Array(size).fill('circuits.list').join(',')}?batch=1`;
    expect((await send(control, batch(20), { headers: { authorization } })).status).toBe(200);
    expect((await send(control, batch(21), { headers: { authorization } })).status).toBe(400);
  });

  it('every answer bears the headers that keep other pages out', async () => {
    await using control = await startControl();
    for (const path of ['/', '/healthz', '/nothing', '/trpc/circuits.list']) {
      const { headers } = await send(control, path);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
  });
});
