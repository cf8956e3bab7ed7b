import { readFile, writeFile } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { alertReceiver, type Received } from '../support/alertReceiver.ts';
import { ask, folder, realSimulator, startProgram, until, writeConfig } from '../support/program.ts';

const secret = `whsec_${Buffer.from('a secret of the receiver and of us').toString('base64')}`;
const entry = (name: string, url: string) =>
  `  - { name: ${name}, kind: webhook, url: "${url}", secret: "${secret}", hold: 0s }\n`;

/** What a receiver reads, once the signature's own library has found it good and fresh. */
function read({ text, headers }: Received) {
  const body = new Webhook(secret).verify(text, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  }) as { type: string; data: { key: string; severity: string; providers: string[] } };
  const { key, severity, providers } = body.data;
  return { id: headers['webhook-id'], said: `${body.type} ${severity} ${key} ${providers}` };
}

test('killed while it tells of an outage, it tells it after the start, under the same id and no more; SIGHUP brings somebody new', async () => {
  const [ours, theirs] = [await alertReceiver(), await alertReceiver()];
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const more = `breaker: { failures: 1, open: 5m }\nalerts:\n${entry('ours', ours.url)}`;
  const config = await writeConfig(await folder(), { simulator, chain, more });
  const program = await startProgram(config);
  await simulator.setFault('first', '503');
  ours.answers.push('hang');
  expect((await ask(program)).trail).toBe('first=503, second=ok');
  await ours.until(1);
  await program.end('SIGKILL');

  const again = await startProgram(config);
  await ours.until(2);
  const [before, after] = ours.received.map(read);
  expect(after).toEqual(before);
  // Nobody stands behind the second.
  expect(after?.said).toMatch(/^alert\.opened page incident\/1\/\d+ first$/);
  const arrived = async () => (await again.control.alerts.list.query({})).deliveries.map(({ status }) => status);
  await until(async () => (await arrived()).every((status) => status === 'delivered'));

  await writeFile(config, (await readFile(config, 'utf8')) + entry('theirs', theirs.url));
  again.process.kill('SIGHUP');
  await theirs.until(1);
  expect(theirs.received.map((one) => read(one).said)).toEqual([after?.said]);
  const tested = await again.control.alerts.test.mutate({ name: 'theirs' });
  expect(tested).toMatchObject({ status: 'delivered', alertKey: null });
  expect(ours.received).toHaveLength(2);
  expect(await again.end('SIGTERM')).toBe(0);
});
