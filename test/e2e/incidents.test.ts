import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openSqlite } from '../../db/sqlite/open.ts';
import { IncidentTeller } from '../../server/journal/tellIncidents.ts';
import { realClock } from '../../server/world.ts';
import { findings } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { startControl } from '../support/control.ts';
import { moments, storyOf } from '../support/incidentStory.ts';
import { lineMoments, lineStory } from '../support/lineStory.ts';
import { newOperator, type Operator, openTab, signIn } from '../support/operator.ts';
import { ask, folder, realSimulator, startProgram, token, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const tuesday = Date.UTC(2026, 10, 17, 14, 0, 0);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What of the list and of the lanes' axis goes over the edge of what it stands in. For the page. */
function cutOff(): (string | null)[] {
  return [...document.querySelectorAll('.incidents-table td, .lanes-area text')]
    .filter((found) => {
      const edge = found.closest('.panel, svg')?.getBoundingClientRect();
      const box = found.getBoundingClientRect();
      return edge !== undefined && (box.left < edge.left - 1 || box.right > edge.right + 1);
    })
    .map((found) => found.textContent);
}

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
  await isInTheAddress(operator);
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
  await leadToTheirRequests(page);
  expect(operator.problems).toEqual([]);
}, 60_000);

/** Filters and the chosen row of the list, by the keyboard; who is sent the link sees the same; Enter goes into it. */
async function isInTheAddress(operator: Operator): Promise<void> {
  const { page } = operator;
  const rows = page.locator('.incidents-table tbody tr');
  await rows.first().waitFor();
  await page.keyboard.press('/');
  await page.getByLabel('State').and(page.locator(':focus')).waitFor();
  await page.getByLabel('State').selectOption('unresolved');
  await page.getByText('No incident fits these filters').waitFor();
  await page.getByLabel('State').selectOption('resolved');
  await rows.first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByLabel('State').blur();
  await page.keyboard.press('j');
  await page.waitForURL(/state=resolved.*row=1|row=1.*state=resolved/);
  const friend = await openTab(operator, page.url());
  await friend.page.locator('tr[aria-current="true"]', { hasText: 'deepseek-v3 stopped answering' }).waitFor();
  expect(await friend.page.getByLabel('State').inputValue()).toBe('resolved');
  await page.keyboard.press('Enter');
}

/** Each figure opens the requests that it counts. */
async function leadToTheirRequests(page: Page): Promise<void> {
  const meant = page.getByRole('region', { name: 'What it meant' });
  const figure = meant.locator('div', { hasText: 'Callers who got an error' }).getByRole('link');
  const count = Number((await figure.textContent())?.replaceAll(',', ''));
  await figure.click();
  await page.waitForURL(/\/requests\?.*felt=true/);
  await page.locator('.requests-counted').waitFor();
  const onePage = 50;
  const rows = page.locator('.requests-table tbody tr');
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(Math.min(onePage, count));
}

test('an incident that begins is counted beside the page’s name, and told while it goes on', async () => {
  const { program, simulator } = await setUp();
  const { page } = await signIn(browser(), program);
  await simulator.setFault('first', '503');
  for (let call = 0; call < 6; call += 1) await ask(program);
  await page.getByRole('link', { name: 'Incidents 1 going on' }).click();
  await page.getByRole('link', { name: 'first stopped answering' }).click();
  await page.getByText('■ Goes on').waitFor();
  await page.getByText('second answering').waitFor();
  const named = page.getByRole('link', { name: 'Incidents 1 going on' });
  for (const width of [1440, 720, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const lines = await named.evaluate((link) => {
      const range = document.createRange();
      range.selectNodeContents(link);
      const seen = [...range.getClientRects()].filter((box) => box.width > 2 && box.height > 2);
      return Math.max(...seen.map(({ top }) => top)) - Math.min(...seen.map(({ top }) => top));
    });
    expect(lines, `the number stands beside its word at ${width}`).toBeLessThan(8);
  }
});

test('axe finds nothing on the pages of incidents, which are read on a phone, at 200 % and on paper', async () => {
  const { program } = await setUp();
  const at = { path: '/incidents', heading: 'Incidents' };
  const { page } = await signIn(browser(), program, { colorScheme: 'dark', at });
  const widthOf = () => page.evaluate(() => document.documentElement.scrollWidth);
  for (const path of ['/incidents', '/incidents/1']) {
    if (path !== at.path) await page.goto(new URL(path, page.url()).href);
    await page.getByText('deepseek-v3 stopped answering').first().waitFor();
    for (const width of [1440, 720, 360]) {
      await page.setViewportSize({ width, height: 900 });
      // The lanes are drawn again once they know their new width.
      await expect.poll(widthOf, { message: `${path} ${width}`, timeout: 10_000 }).toBeLessThanOrEqual(width);
      expect(await page.evaluate(cutOff), `${path} ${width}`).toEqual([]);
      if (width !== 720) expect(await findings(page), `${path} ${width}`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await findings(page), 'light').toEqual([]);
  await page.setViewportSize({ width: 760, height: 1_000 });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Copy as Markdown' }).waitFor({ state: 'hidden' });
  await page.getByRole('navigation').first().waitFor({ state: 'hidden' });
  expect(await page.getByText('What it meant').isVisible()).toBe(true);
  const cell = page.locator('.lanes-table tbody td').first();
  await cell.waitFor();
  const ink = (found: Element) => [getComputedStyle(found).color, getComputedStyle(document.body).backgroundColor];
  expect(await cell.evaluate(ink)).toEqual(['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
  expect(await widthOf()).toBeLessThanOrEqual(760);
}, 60_000);

test('while old incidents are being told after a start the page says up to when, and no more when it is done', async () => {
  let telling = { isBehind: true, toldUntil: tuesday as number | null };
  const webRoot = fileURLToPath(new URL('../../dist/web', import.meta.url));
  await using control = await startControl({ webRoot, telling: () => telling });
  const { page } = await newOperator(browser());
  await page.goto(control.url + control.signInLink());
  await page.getByRole('link', { name: 'Incidents' }).click();
  await page.getByText('Older incidents are still being told: up to 2026-11-17 14:00:00 UTC.').waitFor();
  expect(await page.getByText('There has been no incident').count()).toBe(0);
  telling = { isBehind: false, toldUntil: tuesday };
  await page.getByText('There has been no incident').waitFor();
  expect(await page.getByText('still being told').count()).toBe(0);
});

/** Two times in which both providers failed: first without a connection to either, later with one that answered 503. */
async function setUpLine() {
  const chain = ['deepseek-v3', 'llama-3.3-70b'];
  const simulator = await realSimulator(chain);
  const path = await folder();
  const storage = await openSqlite({ path: join(path, 'recloser.db'), clock: realClock, log: silent });
  const minuteMs = 60_000;
  const start = Math.floor(Date.now() / minuteMs) * minuteMs - 180 * minuteMs;
  await storage.append(lineStory(start, { prefix: 'line', firstSeq: 1, kinds: ['connect', 'connect'] }));
  const later = start + 60 * minuteMs;
  await storage.append(lineStory(later, { prefix: 'other', firstSeq: 101, kinds: ['connect', 'serverError'] }));
  await storage.close(5_000);
  const program = await startProgram(await writeConfig(path, { simulator, chain }));
  await expect
    .poll(async () => (await program.control.incidents.list.query({})).rows.length, { timeout: 20_000 })
    .toBe(2);
  const read = async (path: string) => {
    const answer = await fetch(new URL(`/api/v1${path}`, program.dashboard), {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  return { program, start, read };
}

test('where no provider could be connected to, page, REST and report say that the fault may be ours, with what shows it', async () => {
  const { program, start, read } = await setUpLine();
  const title = 'No provider could be reached: the fault may be ours';
  const providers = ['deepseek-v3', 'llama-3.3-70b'].map((provider) => ({ provider, attempts: 5, unconnected: 5 }));
  const ours = { from: start, to: start + 120_000, providers };
  const told = JSON.parse(await read('/incidents/1'));
  expect(told).toMatchObject({
    title,
    ours,
    state: 'resolved',
    milestones: { backAt: start + lineMoments.closed + 15 },
  });
  const other = JSON.parse(await read('/incidents/2'));
  expect(other).toMatchObject({ title: 'deepseek-v3 and llama-3.3-70b stopped answering', ours: null });
  expect(JSON.parse(await read('/incidents/1/export?format=json'))).toMatchObject({ title, ours });
  const said = '10 of 10 attempts at 2 providers found no connection, and none was answered';
  const first = 'Look at your own network, DNS, proxy and firewall first.';
  const report = await read('/incidents/1/export?format=markdown');
  expect(report).toContain(`## The fault may be ours\n\n${first} From `);
  expect(report).toContain(said);
  expect(await read('/incidents/2/export?format=markdown')).not.toContain('may be ours');

  const at = { path: '/incidents/2', heading: /Incident 2/ };
  const { page, problems } = await signIn(browser(), program, { at });
  expect(await page.getByText('may be ours').count()).toBe(0);
  await page.goto(new URL('/incidents/1', page.url()).href);
  await page.getByRole('heading', { name: `Incident 1 · ${title}` }).waitFor();
  const note = page.getByRole('region', { name: 'The fault may be ours' });
  expect(await note.textContent()).toContain(first);
  expect(await note.textContent()).toContain(said);
  expect(await findings(page)).toEqual([]);
  await note.getByRole('link', { name: 'in the timeline' }).click();
  await page.locator('.timeline-chosen').getByText(said).waitFor();
  await note.getByRole('link', { name: 'llama-3.3-70b: 5 of 5' }).click();
  await page.waitForURL(/\/requests\?.*kind=connect/);
  await expect.poll(() => page.locator('.requests-table tbody tr').count(), { timeout: 20_000 }).toBe(5);
  expect(problems).toEqual([]);
}, 60_000);
