import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../../db/sqlite/open.ts';
import { IncidentTeller } from '../../server/journal/tellIncidents.ts';
import { realClock } from '../../server/world.ts';
import { findings } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { moments, storyOf } from '../support/incidentStory.ts';
import { openTab, signIn } from '../support/operator.ts';
import { ask, folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const tuesday = Date.UTC(2026, 10, 17, 14, 0, 0);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A program whose record has the outage of a Tuesday. */
async function setUp() {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const path = await folder();
  const storage = await openSqlite({ path: join(path, 'recloser.db'), clock: realClock, log: silent });
  await storage.append(storyOf(tuesday));
  const teller = new IncidentTeller({ storage, savings: async () => null, now: () => 0 });
  await teller.look(tuesday + moments.ends);
  await storage.close(5_000);
  const program = await startProgram(await writeConfig(path, { simulator, chain }));
  return { program, simulator };
}

test('last Tuesday’s incident is found by its link, annotated afterwards, and copied as a report', async () => {
  const { program } = await setUp();
  const operator = await signIn(browser(), program, { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = operator;
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.getByRole('link', { name: 'deepseek-v3 stopped answering' }).click();
  await page.getByRole('heading', { name: /Incident 1 · deepseek-v3 stopped answering/ }).waitFor();

  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.waitForURL(/from=\d+/);
  await page.getByRole('link', { name: '14:01:58' }).click();
  await page.waitForURL(/#event-/);
  const friend = await openTab(operator, page.url());
  await friend.page.locator('.timeline-chosen').getByText('deepseek-v3 opened: 5 failures in a row.').waitFor();
  expect(await friend.page.locator('.lanes-bar .tabular').textContent()).toBe('14:08:45 – 14:34:15 UTC');

  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByLabel('What is to be kept').fill('status page says eu-west');
  await page.getByLabel(/When it was/).fill('2026-11-17T14:03:12');
  await page.getByRole('dialog').getByRole('button', { name: 'Add note' }).click();
  await page
    .locator('.timeline-row')
    .getByText(/status page says eu-west/)
    .waitFor();
  const row = page.locator('.timeline-row', { hasText: 'status page says eu-west' });
  expect(await row.textContent()).toMatch(/14:03:12.*noted .* for 14:03:12/s);
  await page
    .locator('.timeline-row', { hasText: 'tripped qwen-72b' })
    .getByRole('button', { name: 'Put it into the report' })
    .click();
  await page.locator('.timeline-row', { hasText: 'tripped qwen-72b' }).getByRole('button', { pressed: true }).waitFor();

  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await page.getByText('Copied as Markdown').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const { text } = await program.control.incidents.export.query({ id: 1, format: 'markdown' });
  expect(copied).toBe(text);
  expect(text).toContain('status page says eu-west');
  expect(text).toContain('tripped qwen-72b');
  expect(operator.problems).toEqual([]);
}, 60_000);

test('an incident that begins is counted beside the page’s name, and told while it goes on', async () => {
  const { program, simulator } = await setUp();
  const { page } = await signIn(browser(), program);
  await simulator.setFault('first', '503');
  for (let call = 0; call < 6; call += 1) await ask(program);
  await page.getByRole('link', { name: 'Incidents 1 going on' }).click();
  await page.getByRole('link', { name: 'first stopped answering' }).click();
  await page.getByText('■ Goes on').waitFor();
  await page.getByText('second answering').waitFor();
});

test('axe finds nothing on the pages of incidents, which are read on a phone, at 200 % and on paper', async () => {
  const { program } = await setUp();
  const { page } = await signIn(browser(), program, { colorScheme: 'dark', reducedMotion: 'reduce' });
  const { origin } = new URL(page.url());
  const widthOf = () => page.evaluate(() => document.documentElement.scrollWidth);
  for (const path of ['/incidents', '/incidents/1']) {
    await page.goto(origin + path);
    await page.getByText('deepseek-v3 stopped answering').first().waitFor();
    for (const width of [1440, 720, 360]) {
      await page.setViewportSize({ width, height: 900 });
      // The lanes are drawn again once they know their new width.
      await expect.poll(widthOf, { message: `${path} ${width}`, timeout: 10_000 }).toBeLessThanOrEqual(width);
      if (width !== 720) expect(await findings(page), `${path} ${width}`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await findings(page), 'light').toEqual([]);
  await page.setViewportSize({ width: 760, height: 1_000 });
  await page.emulateMedia({ media: 'print' });
  await page.getByRole('button', { name: 'Copy as Markdown' }).waitFor({ state: 'hidden' });
  await page.getByRole('navigation').first().waitFor({ state: 'hidden' });
  expect(await page.getByText('What it meant').isVisible()).toBe(true);
  expect(await widthOf()).toBeLessThanOrEqual(760);
}, 60_000);
