import { describe, expect, it } from 'vitest';
import { refuseRequest } from '../../server/core/guard.ts';

const port = 4401;
const hosts = ['ops.example.com', 'lan.example.com:8443'];

function refusal(host: string | undefined, origin?: string, secFetchSite?: string): string | null {
  return refuseRequest({ host, origin, secFetchSite }, hosts, port)?.code ?? null;
}

describe('a host name', () => {
  const known = [
    'localhost',
    'localhost:4401',
    'LOCALHOST:4401',
    'localhost.:4401',
    '127.0.0.1:4401',
    '127.8.9.10',
    '[::1]:4401',
  ];
  it.each([...known, 'localhost:9999', 'ops.example.com', 'OPS.example.com:4401', 'lan.example.com:8443'])(
    '%s is answered',
    (host) => {
      expect(refusal(host)).toBeNull();
    },
  );

  const unknown = [
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.256',
    '128.0.0.1',
    '[::2]',
  ];
  const odd = [
    'lan.example.com',
    'lan.example.com:1',
    'user@localhost',
    'localhost/x',
    'local host',
    '0.0.0.0',
    'x'.repeat(300),
  ];
  it.each([...unknown, ...odd, undefined])('%s is refused', (host) => {
    expect(refusal(host)).toBe('host_not_allowed');
  });

  it('that is refused is told what to do', () => {
    const message = refuseRequest({ host: 'x', origin: null, secFetchSite: null }, [], port)?.message;
    expect(message).toContain('localhost:4401');
    expect(message).toContain('hosts');
  });
});

describe('a browser', () => {
  it('of its own pages is answered', () => {
    expect(refusal('localhost:4401', 'http://localhost:4401', 'same-origin')).toBeNull();
    expect(refusal('localhost:4401', undefined, 'none')).toBeNull();
    expect(refusal('[::1]:4401', 'http://[::1]:4401')).toBeNull();
  });

  it('behind a proxy that ends TLS is answered', () => {
    expect(refusal('ops.example.com', 'https://ops.example.com')).toBeNull();
    expect(refusal('ops.example.com:443', 'https://ops.example.com')).toBeNull();
  });

  const origins = [
    'null',
    'https://evil.example',
    'http://localhost:3000',
    'http://127.0.0.1:4401',
    'http://localhost',
    'file://',
  ];
  it.each([...origins, 'http://localhost:4401@evil.example', 'http://localhost:4401/x', 'localhost:4401', 'x'])(
    'with a page of %s is refused',
    (origin) => {
      expect(refusal('localhost:4401', origin)).toBe('cross_site_refused');
    },
  );

  it.each(['cross-site', 'same-site', 'odd'])('that calls its request %s is refused, origin or none', (site) => {
    expect(refusal('localhost:4401', undefined, site)).toBe('cross_site_refused');
    expect(refusal('localhost:4401', 'http://localhost:4401', site)).toBe('cross_site_refused');
  });
});
