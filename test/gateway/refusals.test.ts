import { expect, test } from 'vitest';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import { startUpstream } from '../support/upstream.ts';

test('whoever is turned away is counted by reason, and told of in the log once in ten seconds, without a key', async () => {
  const clock = new FakeClock();
  const lines: object[] = [];
  const log = { info: (line: object) => void lines.push(line), warn: () => {}, error: () => {} };
  const upstream = await startUpstream();
  const clients = [{ name: 'app', key: 'key-of-app', limits: { perMinute: 1 } }];
  const running = await startGateway({
    ...{ clock, settings: { clients }, deps: { log } },
    providers: { a: { url: upstream.url } },
  });
  const { ask, url, gateway } = running;
  const authorization = 'Bearer key-of-app';
  const counted = () => Object.fromEntries([...gateway.refusals].filter(([, count]) => count > 0));
  expect((await ask({}, { authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await ask({}, { authorization })).status).toBe(200);
  expect(counted()).toEqual({ invalid_api_key: 1 });
  expect((await ask({}, { authorization })).status).toBe(429);
  expect((await ask({}, { authorization: 'Bearer wrong' })).status).toBe(401);
  const huge = rawCall({ url: `${url}/v1/models`, method: 'GET', body: '', headers: { 'x-long': 'x'.repeat(40_000) } });
  await huge.closed;
  expect(huge.status).toBe(431);
  clock.advance(10_000);
  expect((await ask({ model: 'lily' }, { authorization })).status).toBe(429);
  clock.advance(60_000);
  expect((await ask({ model: 'lily' }, { authorization })).status).toBe(404);
  const all = { invalid_api_key: 2, rate_limit_exceeded: 2, headers_too_large: 1, model_not_found: 1 };
  expect(counted()).toEqual(all);
  expect(lines).toEqual([
    { refused: { invalid_api_key: 1 }, last: { code: 'invalid_api_key', client: null } },
    {
      refused: { invalid_api_key: 1, rate_limit_exceeded: 2, headers_too_large: 1 },
      last: { code: 'rate_limit_exceeded', client: 'app' },
    },
    { refused: { model_not_found: 1 }, last: { code: 'model_not_found', client: 'app' } },
  ]);
  // Reasons that never came are there as well, for a rate to begin at nothing.
  expect(gateway.refusals.get('overloaded')).toBe(0);
  expect([...gateway.refusals.keys()]).not.toContain('no_provider_available');
});
