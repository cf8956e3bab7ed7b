import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { waiting } from '../../web/savings/words.ts';
import { findings, findingsInBothThemes } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { type Operator, openTab, signIn } from '../support/operator.ts';
import { ask, folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const price = ', price: { input: 1, cachedInput: 1, output: 2 }';

/** Eight callers in an outage of the first provider: three wait for it in vain, five are sent past it. */
async function outage() {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const more = 'breaker: { failures: 3, open: 5m }';
  const config = await writeConfig(await folder(), {
    simulator,
    chain,
    more,
    providers: { first: price, second: price },
  });
  const program = await startProgram(config);
  const operator = await signIn(browser(), program, { acceptDownloads: true });
  return { program, simulator, operator, page: operator.page };
}

test('read what it saved and check the sum by hand', async () => {
  const { program, simulator, operator, page } = await outage();
  await page.getByRole('link', { name: 'Savings' }).click();
  await page.getByText('No provider was left alone in this time').waitFor();
  await simulator.setFault('first', '503');
  for (let call = 0; call < 8; call += 1) await ask(program);
  const recorded = async () => (await program.control.requests.list.query({ limit: 50 })).rows;
  await expect.poll(async () => (await recorded()).length, { timeout: 15_000 }).toBe(8);

  // By hand, from the rows.
  const details = await Promise.all((await recorded()).map(({ id }) => program.control.requests.get.query({ id })));
  const failures = details.flatMap(({ attempts }) => attempts.filter(({ outcome }) => outcome === 'failed'));
  const skipped = details.filter(({ attempts }) => attempts.some(({ outcome }) => outcome === 'skipped'));
  const tokens = skipped.flatMap(({ attempts }) => attempts.map(({ usage }) => usage?.promptTokens ?? 0));
  const each = Math.round(failures.map(({ durationMs }) => durationMs).sort((one, other) => one - other)[1] ?? 0);
  expect([failures.length, skipped.length]).toEqual([3, 5]);

  await page.reload();
  await page.getByRole('button', { name: /^Attempts avoided estimated 0 – 5 5 skips, measured/ }).click();
  const how = page.getByRole('region', { name: 'Opening by opening' });
  await page.getByRole('heading', { name: 'How “attempts avoided” is computed' }).waitFor();
  expect(await how.locator('tfoot td').allTextContents()).toEqual(['0', '5']);
  await page.getByRole('button', { name: /^Waiting avoided/ }).click();
  await how.getByText(`0 – 5 × ${each} ms`).waitFor();
  expect(await how.locator('tfoot td').allTextContents()).toEqual(['0 s', waiting(5 * each)]);

  await isPinned(operator);

  await showsTheSameLive(page, `0 s – ${waiting(5 * each)}`);

  // What an operator knows of the bill moves the money, and is in the audit.
  await page.getByRole('button', { name: 'Change what is billed by first: 4xx and 5xx before output' }).click();
  await page.getByLabel('Prompt, %').fill('50');
  await page.getByLabel('Where that is written').fill('the invoice of October');
  await page.getByLabel('Why it is changed').fill('it bills refusals');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.getByText('the invoice of October').waitFor();
  await page.getByRole('button', { name: /^Billable spend avoided/ }).click();
  await how.getByText('50 % of the prompt').waitFor();
  const { rows } = await program.control.audit.list.query({ subject: 'first', limit: 10 });
  expect(rows[0]).toMatchObject({ what: 'savings.setShare', reason: 'it bills refusals', after: { promptShare: 0.5 } });

  const saved = page.waitForEvent('download');
  await page
    .getByRole('region', { name: /^How “billable/ })
    .getByRole('button', { name: 'CSV' })
    .click();
  const [names = '', row = ''] = (await readFile(await (await saved).path(), 'utf8')).split('\r\n');
  const of = Object.fromEntries(names.split(',').map((name, at) => [name, row.split(',')[at]]));
  const full = tokens.reduce((sum, count) => sum + count * 1_000, 0);
  expect(of).toMatchObject({ skips: '5', each_ms: String(each), waiting_ms_high: String(5 * each) });
  expect(of).toMatchObject({ spend_nano_usd_low: '0', spend_nano_usd_high: String(full / 2) });
  expect(operator.problems).toEqual([]);

  await page.locator('.recharts-surface').first().waitFor();
  expect(await findingsInBothThemes(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('region', { name: 'Day by day, as a table' }).waitFor();
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wider).toBeLessThanOrEqual(0);
});

/** A pinned link shows somebody else the same time; any past time is asked for by hand, in the chosen zone; then it is taken off. */
async function isPinned(operator: Operator): Promise<void> {
  const { page } = operator;
  await page.getByRole('button', { name: 'Pin' }).click();
  await page.waitForURL(/[?&]to=\d{13}/);
  const friend = await openTab(operator, page.url());
  const timeOf = (each: Page) =>
    each.locator('.provider-head time').evaluateAll((times) => times.map((one) => one.getAttribute('datetime')));
  await friend.page.locator('.provider-head time').first().waitFor();
  const pinned = await timeOf(friend.page);
  await expect.poll(() => timeOf(page), { message: 'the same tomorrow', timeout: 10_000 }).toEqual(pinned);

  await page.goto(page.url().replace('tz=utc', 'tz=Asia%2FTokyo'));
  await page.getByRole('button', { name: /^\d{4}-.* GMT\+9$/ }).click();
  await page.getByLabel('From').fill('2026-11-17T14:00');
  await page.getByLabel(/^To/).fill('2026-11-17T13:00');
  await page.getByRole('alert').getByText('It ends before it begins.').waitFor();
  await page.getByLabel(/^To/).fill('2026-11-17T15:00');
  expect(await findings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.getByRole('button', { name: '2026-11-17 14:00:00 to 15:00:00 GMT+9' }).waitFor();
  const asked = ['2026-11-17T05:00:00.000Z', '2026-11-17T06:00:00.000Z'];
  await expect.poll(() => timeOf(page), { timeout: 10_000 }).toEqual(asked);
  await page.getByRole('button', { name: 'Take this time off' }).click();
  await page.waitForURL(({ searchParams }) => !searchParams.has('to') && !searchParams.has('from'));
}

/** The live page says of the last hour what the page of savings does, and leads to it. */
async function showsTheSameLive(page: Page, waited: string): Promise<void> {
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  const total = (label: string) => page.getByRole('region', { name: 'Totals' }).locator('.total', { hasText: label });
  await expect.poll(() => total('Attempts not made').locator('strong').textContent(), { timeout: 15_000 }).toBe('5');
  expect(await total('Waiting spared callers').locator('strong').textContent()).toBe(waited);
  await total('Attempts not made').getByRole('link', { name: 'last hour' }).click();
  await page.getByRole('button', { name: /^Attempts avoided estimated 0 – 5 5 skips, measured/ }).waitFor();
  expect(
    await page
      .getByRole('button', { name: /^Waiting avoided/ })
      .locator('b')
      .textContent(),
  ).toBe(waited);
}
