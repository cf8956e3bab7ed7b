import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findingsInBothThemes } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { openTab, signIn } from '../support/operator.ts';
import { ask, folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();

async function setUp() {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const more = 'breaker: { failures: 4, open: 2m, ghosts: { eager: { failures: 2 } } }';
  const config = await writeConfig(await folder(), { simulator, chain, more });
  const program = await startProgram(config);
  const operator = await signIn(browser(), program, { acceptDownloads: true });
  return { program, simulator, operator, page: operator.page };
}

test('compare with a ghost: the page of a provider says what other settings would have spared', async () => {
  const { program, simulator, operator, page } = await setUp();
  await page.getByRole('heading', { name: 'first' }).getByRole('link').click();
  await page.getByText('no data: no call ended').waitFor();
  await page.getByText('Its circuit has never opened').waitFor();
  await page.getByText('with eager: stayed closed, as the circuit did').waitFor();

  await ask(program);
  await simulator.setFault('first', '503');
  for (let call = 0; call < 5; call += 1) await ask(program);
  await page.getByRole('img', { name: /^Now open\. Opens after 4 failures in a row/ }).waitFor();
  await page.getByText(/with eager: opened .*, 2 fewer callers waited/).waitFor();
  const compared = page.getByRole('region', { name: 'Openings compared' }).locator('tbody tr');
  expect(await compared.count()).toBe(1);

  const history = page.getByRole('region', { name: 'What it went through' });
  await history.getByText(/first opened: 4 failures in a row: 4 × 503/).waitFor();
  await history.getByRole('link', { name: '4 × 503', exact: true }).waitFor();

  const rowOf = (group: string, key: string) =>
    page
      .getByRole('region', { name: `Settings of ${group}`, exact: true })
      .getByRole('row')
      .filter({ has: page.getByText(key, { exact: true }) });
  expect(await rowOf('breaker', 'failures').textContent()).toMatch(/^failures4breaker: line \d+$/);
  expect(await rowOf('breaker', 'timeouts').textContent()).toBe('timeouts3default');
  expect(await rowOf('provider', 'apiKey').textContent()).toMatch(/^apiKey\(hidden\)provider: line \d+$/);
  expect(await page.content()).not.toContain('sk-first');

  const saved = page.waitForEvent('download');
  await history.getByRole('button', { name: 'CSV' }).click();
  const csv = await readFile(await (await saved).path(), 'utf8');
  expect(csv.split('\r\n')[1]).toContain('closed,open,failures,itself');

  await page.getByRole('button', { name: '24h' }).click();
  await page.getByRole('button', { name: '24h', pressed: true }).waitFor();
  const friend = await openTab(operator, page.url());
  await friend.page.getByRole('button', { name: '24h', pressed: true }).waitFor();
  await friend.page.getByText('of 5 calls that ended').waitFor();
  const kinds = friend.page.getByRole('region', { name: 'Failures and skips by kind' });
  const failed = kinds.getByRole('row').filter({ has: friend.page.getByText('server error (5xx)', { exact: true }) });
  expect(await failed.textContent()).toBe('server error (5xx)failed480 % of its calls');
  await failed.getByRole('link').click();
  await friend.page.locator('.requests-table tbody tr').nth(3).waitFor();
  expect(await friend.page.locator('.requests-table tbody tr').count()).toBe(4);
  expect([...operator.problems, ...friend.problems]).toEqual([]);

  // Until another one is read, nothing of this one stands under its name.
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route(/providers\.get/, (route) => held.then(() => route.continue()));
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('go to second');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'second', level: 1 }).waitFor();
  expect(await page.locator('.provider-figures').count()).toBe(0);
  goOn();
  await page.locator('.provider-figures').waitFor();
});

test('the page of a provider stands on a phone, at 200 % and in both themes, and axe finds nothing', async () => {
  const { program, simulator, page } = await setUp();
  await ask(program);
  await simulator.setFault('first', '503');
  await ask(program);
  await program.control.circuits.trip.mutate({ provider: 'first', reason: 'planned work', for: '15m' });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('go to first');
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: /^Now tripped by hand, closed beneath/ }).waitFor();
  expect(await page.title()).toBe('(1 open) Recloser · Provider');
  await page.locator('.recharts-surface').nth(1).waitFor();
  expect(await findingsInBothThemes(page)).toEqual([]);
  const titles = ['How its circuit stood', 'How long it took', 'What went wrong'];
  const behind = page.getByRole('region', { name: new RegExp(`^(${titles.join('|')}), as a table$`) });
  expect(await behind.count()).toBe(0);
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  expect(await behind.count(), 'on paper, beside the charts').toBe(3);
  expect(await page.locator('.recharts-surface').nth(1).isVisible()).toBe(true);
  expect(await page.getByRole('navigation').count()).toBe(0);
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });
  await expect.poll(() => behind.count(), { timeout: 10_000 }).toBe(0);
  for (const title of titles) {
    await page.getByRole('button', { name: `${title}: table` }).click();
    await page
      .getByRole('region', { name: `${title}, as a table` })
      .getByText(/… not (finished|over)/)
      .waitFor();
  }
  // A window of 1,440 px at 200 %, and a phone.
  for (const width of [720, 360]) {
    await page.setViewportSize({ width, height: 740 });
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
  }
  await page.goto(new URL('/providers/nobody', page.url()).href);
  await page.getByText('There is no provider "nobody"').waitFor();
});
