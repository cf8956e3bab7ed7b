import { describe, expect, test } from 'vitest';
import type { ClientSettings, Settings } from '../../server/core/settings.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { type GatewayOptions, startGateway } from '../support/gateway.ts';
import { startUpstream, streams } from '../support/upstream.ts';

const app = { authorization: 'Bearer key-of-app' };
const dollar = 1_000_000_000;
const day = 86_400_000;

async function one(
  client: Partial<ClientSettings>,
  more: Partial<GatewayOptions> = {},
  settings: Partial<Settings> = {},
) {
  const upstream = await startUpstream();
  const clients = [
    { name: 'app', key: 'key-of-app', ...client },
    { name: 'other', key: 'key-of-other' },
  ];
  const options = { providers: { a: { url: upstream.url } }, settings: { clients, ...settings }, ...more };
  return { upstream, ...(await startGateway(options)) };
}

test('both keys of a client are taken while its callers move from one to the other, and no third', async () => {
  const { ask, recorded } = await one({ previousKey: 'old-key' });
  for (const key of ['key-of-app', 'old-key']) {
    expect((await ask({}, { authorization: `Bearer ${key}` })).status).toBe(200);
  }
  expect((await recorded(2)).client).toBe('app');
  expect((await ask({}, { authorization: 'Bearer older-key' })).status).toBe(401);
});

test('a client asks for its chains, sees them alone, and hears of no others', async () => {
  const chain = { providers: ['a'], backoff: { initialMs: 1, factor: 2, maxMs: 8, jitter: 'none' as const } };
  const named = (name: string) => ({ ...chain, name, deadlineMs: 60_000, rescue: [], hedge: 'off' as const });
  const { ask, url, upstream } = await one({ chains: ['lucy'] }, {}, { chains: [named('lucy'), named('secret')] });
  expect((await ask({}, app)).status).toBe(200);
  const refused = await ask({ model: 'secret' }, app);
  expect(refused.status).toBe(403);
  expect(refused.json.error).toMatchObject({ code: 'chain_not_allowed', param: 'model' });
  expect((await ask({ model: 'nothing' }, app)).json.error?.message).not.toContain('secret');
  expect((await ask({ model: 'secret' }, { authorization: 'Bearer key-of-other' })).status).toBe(200);
  expect(upstream.calls.length).toBe(2);
  const models = await (await fetch(`${url}/v1/models`, { headers: app })).json();
  expect(models).toMatchObject({ data: [{ id: 'lucy' }] });
  expect((await fetch(`${url}/v1/models/secret`, { headers: app })).status).toBe(404);
});

describe('limits of one client, which others do not feel', () => {
  test('requests by the minute: the answer says what is left, the refusal when to come back', async () => {
    const clock = new FakeClock();
    const { ask } = await one({ limits: { perMinute: 2 } }, { clock });
    const first = await ask({}, app);
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    expect((await ask({ stream: true }, app)).headers.get('x-ratelimit-remaining-requests')).toBe('0');
    const refused = await ask({}, app);
    expect(refused.status).toBe(429);
    expect(refused.json.error).toMatchObject({ code: 'rate_limit_exceeded', type: 'requests' });
    const waitS = Number(refused.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(58);
    const other = await ask({}, { authorization: 'Bearer key-of-other' });
    expect([other.status, other.headers.get('x-ratelimit-limit-requests')]).toEqual([200, null]);
    clock.advance(waitS * 1_000);
    expect((await ask({}, app)).status).toBe(200);
  });

  test('requests in flight: the next has its place when one of them is over', async () => {
    const { ask, upstream } = await one({ limits: { concurrent: 1 } });
    let release: () => void = () => {};
    const over = new Promise<void>((resolve) => {
      release = resolve;
    });
    upstream.script = (response, call) => over.then(() => streams('late')(response, call));
    const running = ask({}, app);
    await upstream.called(1);
    const refused = await ask({}, app);
    expect([refused.status, refused.json.error?.code]).toEqual([429, 'concurrency_limit_exceeded']);
    expect(refused.headers.get('retry-after')).toBe('1');
    release();
    expect((await running).status).toBe(200);
    // The place is free when the connection has taken the answer, which may be a turn later.
    let status = 429;
    while (status === 429) status = (await ask({}, app)).status;
    expect(status).toBe(200);
  });

  test('money of a day, with what was spent before this process began; a new day is a new one', async () => {
    const clock = new FakeClock();
    const spent = [{ client: 'app', costNanoUsd: 0.999_99 * dollar }];
    const priced = { input: 1_000, cachedInput: 1_000, output: 1_000 };
    const upstream = await startUpstream();
    const { ask, recorded, gateway } = await one(
      { limits: { dollarsPerDay: 1 } },
      { clock, providers: { a: { url: upstream.url, price: priced } } },
    );
    gateway.countSpent({ at: clock.wall(), clients: spent });
    expect((await ask({}, app)).status).toBe(200);
    expect((await recorded(1)).costNanoUsd).toBeGreaterThan(0.000_01 * dollar);
    const refused = await ask({}, app);
    expect(refused.status).toBe(429);
    expect(refused.json.error).toMatchObject({ code: 'spend_limit_exceeded', type: 'insufficient_quota' });
    expect(refused.headers.get('x-should-retry')).toBe('false');
    const waitS = Number(refused.headers.get('retry-after'));
    expect((clock.wall() + waitS * 1_000) % 86_400_000).toBeLessThan(1_000);
    expect((await ask({}, { authorization: 'Bearer key-of-other' })).status).toBe(200);
    clock.advance(waitS * 1_000);
    expect((await ask({}, app)).status).toBe(200);
  });

  test('money of a day goes on counting when the clock was set over midnight and back', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream();
    // An answer costs more than the limit.
    const price = { input: 100_000, cachedInput: 100_000, output: 100_000 };
    const { ask, recorded } = await one(
      { limits: { dollarsPerDay: 0.5 } },
      { clock, providers: { a: { url: upstream.url, price } } },
    );
    const statusOn = async (dayFromNow: number): Promise<number> => {
      clock.jumpWall(dayFromNow * day);
      const { status } = await ask({}, app);
      clock.jumpWall(-dayFromNow * day);
      return status;
    };
    expect(await statusOn(1)).toBe(200);
    await recorded(1);
    expect(await statusOn(0)).toBe(200);
    await recorded(2);
    // Both days are used up, each by what was asked on it, however often the clock goes to and fro.
    expect([await statusOn(0), await statusOn(1), await statusOn(0)]).toEqual([429, 429, 429]);
    expect(await statusOn(2)).toBe(200);
  });
});

test('many wrong keys from an address are not heard for a minute, nor is a right one so short that it may have been guessed', async () => {
  const clock = new FakeClock();
  const { ask, url } = await one({ key: 'a-key-too-long-to-be-guessed', previousKey: 'short-key' }, { clock });
  const asks = async (key: string) => (await ask({}, { authorization: `Bearer ${key}` })).status;
  const wrong = (key: string) => fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  for (let again = 0; again < 25; again += 1) expect((await wrong('a mistaken script')).status).toBe(401);
  for (let guess = 0; guess < 19; guess += 1) expect((await wrong(`guess-${guess}`)).status).toBe(401);
  const refused = await wrong('one more');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  expect([await asks('short-key'), await asks('a-key-too-long-to-be-guessed')]).toEqual([429, 200]);
  clock.advance(60_000);
  expect([await asks('short-key'), (await wrong('one more')).status]).toEqual([200, 401]);
});
