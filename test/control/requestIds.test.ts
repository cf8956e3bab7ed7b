import { expect, test } from 'vitest';
import { call, startControl, testToken } from '../support/control.ts';

const fail = () => {
  throw new Error('broken');
};
const broken = { get: fail, hour: fail, preview: fail };

test('what is logged of a request to the control listener has the id that its answer has', async () => {
  await using control = await startControl({ overviews: broken });
  const authorization = `Bearer ${testToken}`;
  for (const [given, kept] of [
    ['from-a-proxy.1', true],
    ['a"b', false],
    ['x'.repeat(129), false],
  ] as const) {
    const headers = { authorization, 'x-request-id': given };
    const id = (await fetch(`${control.url}/healthz`, { headers })).headers.get('x-request-id') ?? '';
    expect(id === given).toBe(kept);
    expect(id).toMatch(/^[\w.:-]{1,128}$/);
  }
  const failed = await call(control, 'overview.get', { headers: { authorization, 'x-request-id': 'mine-1' } });
  expect(failed.status).toBe(500);
  expect(control.logged.at(-1)?.context).toMatchObject({ request: 'mine-1' });
});
