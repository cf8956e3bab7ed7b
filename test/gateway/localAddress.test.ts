import { describe, expect, it } from 'vitest';
import { isMachineLocal } from '../../server/core/localAddress.ts';
import { guardedLookup, type Lookup } from '../../server/gateway/guardedLookup.ts';
import { load, withProvider } from '../config/support.ts';
import { startGateway } from '../support/gateway.ts';
import { startUpstream } from '../support/upstream.ts';

const barred = [
  'http://169.254.169.254/v1',
  'http://169.254.0.1:8080/v1',
  'http://2852039166/v1',
  'http://0xa9fea9fe/v1',
  'http://0251.0376.0251.0376/v1',
  'http://169.254.43518/v1',
  'http://[fe80::1]/v1',
  'http://[febf::1]/v1',
  'http://[fd00:ec2::254]/v1',
  'http://[fd00:0ec2:0:0:0:0:0:254]/v1',
  'http://[::ffff:169.254.169.254]/v1',
  'http://[::ffff:a9fe:a9fe]/v1',
  'http://[64:ff9b::a9fe:a9fe]/v1',
  'http://[64:ff9b:1::a9fe:a9fe]/v1',
  'http://[2002:a9fe:a9fe::1]/v1',
  'http://[fd00:ec2::23]/v1',
  'http://168.63.129.16/v1',
  'http://100.100.100.200/v1',
  'http://metadata.google.internal/v1',
  'http://METADATA.google.internal./v1',
];
const allowed = [
  'http://127.0.0.1:1/v1',
  'http://10.0.0.8/v1',
  'http://192.168.1.2/v1',
  'http://169.253.1.1/v1',
  'http://[::1]:1/v1',
  'http://[2002:a00:8::1]/v1',
  'http://[64:ff9b::a00:8]/v1',
  'http://[fec0::1]/v1',
  'http://[fd00::254]/v1',
  'https://169.254.example.com/v1',
  'https://api.deepseek.com/v1',
];

describe('link-local and metadata addresses', () => {
  it.each(barred)('%s is refused at start, unless its provider allows it', (url) => {
    expect(isMachineLocal(new URL(url).hostname)).toBe(true);
    const config = withProvider('timeouts: {}').replace('http://127.0.0.1:1/v1', `"${url}"`);
    const loaded = load(config);
    expect(loaded.ok ? [] : loaded.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('allowLinkLocal: true'),
    ]);
    expect(load(config.replace('timeouts: {}', 'allowLinkLocal: true')).ok).toBe(true);
  });

  it.each(allowed)('%s is taken', (url) => {
    expect(isMachineLocal(new URL(url).hostname)).toBe(false);
  });

  it('another address for a begun answer is held to it too', () => {
    const loaded = load(withProvider('prefill: { baseUrl: "http://169.254.169.254/v1" }'));
    expect(loaded.ok ? '' : loaded.problems[0]?.message).toContain('allowLinkLocal');
  });

  it('a name that leads there is not connected to, be it one address of several', () => {
    const ends: string[] = [];
    const found = [
      { address: '10.0.0.1', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ];
    const resolving = guardedLookup((_name, options, done) => done(null, options.all ? found : '10.0.0.1', 4));
    resolving('rebind.example', { all: true }, (error) => ends.push(error?.code ?? 'connected'));
    resolving('rebind.example', {}, (error) => ends.push(error?.code ?? 'connected'));
    expect(ends).toEqual(['ERR_LINK_LOCAL_ADDRESS', 'connected']);
  });

  it('the gateway resolves by that, and a provider that allows it is connected to', async () => {
    const upstream = await startUpstream();
    const { port } = new URL(upstream.url);
    const url = `http://rebind.example:${port}/v1`;
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ];
    const resolve: Lookup = (_name, _options, done) => done(null, addresses);
    const ask = async (allowLinkLocal: boolean) => {
      const gateway = await startGateway({ providers: { moved: { url, allowLinkLocal } }, deps: { resolve } });
      const { status, json } = await gateway.ask();
      return { status, outcome: json.error?.attempts?.[0]?.outcome };
    };
    expect(await ask(false)).toEqual({ status: 503, outcome: 'connect' });
    expect(await ask(true)).toEqual({ status: 200, outcome: undefined });
  });
});
