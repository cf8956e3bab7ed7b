import { expect, test } from 'vitest';
import { type AlertSource, listAlerts, noAlerts, testAlert } from '../../server/operations/alerts.ts';
import { destination } from '../core/alerts/support.ts';
import { testOperations } from '../support/control.ts';

const caller = { who: 'ada', role: 'operator' as const, from: '127.0.0.1' };

test('of a destination the host alone is shown, and what was sent there last', async () => {
  const { operations } = testOperations();
  const source: AlertSource = {
    ...noAlerts,
    destinations: () => [destination({ url: 'https://hooks.example/a/b?c' })],
  };
  const shown = await listAlerts(operations, source, 10);
  expect(shown.destinations).toMatchObject([{ name: 'team', kind: 'webhook', host: 'hooks.example', last: null }]);
  expect(JSON.stringify(shown)).not.toMatch(/whsec|\/a\/b/);
});

test('a test of a destination that there is not names those there are', async () => {
  const { operations } = testOperations();
  const source: AlertSource = { destinations: () => [destination()], test: async () => null };
  const asked = testAlert(operations, { source, caller }, 'tem');
  await expect(asked).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('are team.') });
  await expect(testAlert(operations, { source: noAlerts, caller }, 'x')).rejects.toThrow('The config has no alerts.');
  const busy: AlertSource = { ...source, test: async () => 'busy' };
  await expect(testAlert(operations, { source: busy, caller }, 'team')).rejects.toMatchObject({ code: 'conflict' });
});
