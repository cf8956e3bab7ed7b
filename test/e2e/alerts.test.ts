import { expect, test } from 'vitest';
import { alertReceiver } from '../support/alertReceiver.ts';
import { findings } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { signIn } from '../support/operator.ts';
import { ask, folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const chain = ['first', 'second'];

test('where nobody is told, the page says how somebody would be', async () => {
  const simulator = await realSimulator(chain);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain }));
  const { page, problems } = await signIn(browser(), program, { colorScheme: 'light' });
  await page.getByRole('link', { name: 'Incidents' }).click();
  await page.getByRole('link', { name: 'Who is told' }).click();
  await page.getByText('Nobody is told when something breaks').waitFor();
  await page.getByText('kind: pagerduty').waitFor();
  expect(await page.getByRole('button', { name: /^Test/ }).count()).toBe(0);
  expect(await findings(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test('an outage fires until it is over; what was sent stands there with its tries, and a test goes out at a click', async () => {
  const receiver = await alertReceiver();
  const simulator = await realSimulator(chain);
  const more = `breaker: { failures: 1 }
alerts:
  - { name: team, kind: slack, url: "${receiver.url}", hold: 0s }
  - { name: gone, kind: slack, url: "http://127.0.0.1:9/", hold: 0s }`;
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain, more }));
  const look = { colorScheme: 'dark', viewport: { width: 360, height: 740 } } as const;
  const { page, problems } = await signIn(browser(), program, look);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('alerts');
  await page.keyboard.press('Enter');
  await page.getByText('No alert is firing').waitFor();
  await page.getByRole('button', { name: 'Test team' }).click();
  await page.getByText('The test to team is there').waitFor();
  await page.getByRole('button', { name: 'Test gone' }).click();
  await page.getByText('The test to gone: after one try: nobody listens there').waitFor();

  await simulator.setFault('first', '503');
  await ask(program);
  const firing = page.getByRole('region', { name: /^Firing/ });
  await firing.getByText('■ page').waitFor();
  await firing
    .getByRole('listitem')
    .filter({ hasText: /^team: .*● arrived/ })
    .first()
    .waitFor();
  await firing
    .getByRole('listitem')
    .filter({ hasText: /^gone: .*▲ not arrived yet/ })
    .first()
    .waitFor();
  const sent = page.getByRole('region', { name: /^What was sent/ });
  const waiting = sent.getByRole('row').filter({ hasText: 'not arrived yet' });
  await waiting.getByText(/nobody listens there/).waitFor();
  await waiting.getByRole('timer').waitFor();
  await sent.getByRole('row').filter({ hasText: 'would not survive' }).filter({ hasText: '● arrived' }).waitFor();
  await waiting.locator('summary').click();
  await waiting.getByText('To do:').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await findings(page)).toEqual([]);
  await firing.getByRole('link').click();
  await page.waitForURL(/\/incidents\/1/);
  expect(problems).toEqual([]);
});
