import { expect, test } from 'vitest';
import { chain, destination, incident, minute, second } from '../core/alerts/support.ts';
import { Alerting } from '../support/alerting.ts';
import { alertReceiver } from '../support/alertReceiver.ts';

/** Looks that fall due one after the other. */
async function tell(alerting: Alerting, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * second) await alerting.pass(5 * second);
}

test('while the record can be neither read nor written, a chain that nobody answers for is a page all the same, and no incident is over', async () => {
  const receiver = await alertReceiver();
  await using alerting = new Alerting([destination({ url: receiver.url })]);
  alerting.incidents = [incident({ detectedAt: alerting.clock.wall() })];
  await tell(alerting, 31 * second);
  alerting.disk = 'unread';
  alerting.chains = [chain('nobody', { chain: 'lily', providers: ['x'], carrier: null })];
  await tell(alerting, 40 * second);
  const messages = () =>
    receiver.received.map(({ text }) => {
      const { type, data } = JSON.parse(text);
      return `${data.key.replace(/^(incident\/\d+)\/\d+$/, '$1')} ${type} ${data.severity}`.replace(/\d{6,}/, 'since');
    });
  const opened = ['incident/14 alert.opened notify', 'chain/lily/since alert.opened page'];
  expect(messages()).toEqual(opened);
  expect(alerting.logged.filter((line) => line.includes('told by what is known without it'))).toHaveLength(1);
  Object.assign(alerting, { disk: 'well', chains: [chain('proven', { chain: 'lily' })] });
  alerting.incidents = [incident({ state: 'resolved' })];
  await tell(alerting, 6 * minute);
  expect(messages()).toEqual([...opened, 'incident/14 alert.resolved notify', 'chain/lily/since alert.resolved page']);
});
