import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserForAll } from '../support/browser.ts';
import { enter, newOperator, signIn } from '../support/operator.ts';
import { ask, folder, type Program, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const phone = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
  reducedMotion: 'no-preference' as const,
};
/** More than there are stops on any page of these tests. */
const maxTabs = 80;

async function start(): Promise<Program> {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain }));
  await ask(program);
  return program;
}

/** Goes on with Tab until it is focused. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  const focused = wanted.and(page.locator(':focus'));
  for (let stop = 0; stop < maxTabs; stop += 1) {
    if ((await focused.count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never comes to ${wanted}.`);
}

test('everything is done with the keyboard: rows, trip, undo, reset', async () => {
  const program = await start();
  const operator = await newOperator(browser());
  const { page } = operator;
  let tell = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  // Who it is for comes late: a key pressed before that is not lost.
  await page.route(/about\.get/, (route) => told.then(() => route.continue()));
  await enter(operator, program);
  await operator.sees('first', 'closed');
  await page.keyboard.press('j');
  await page.locator('[data-provider="first"][aria-current="true"]').waitFor();
  await page.keyboard.press('j');
  await page.locator('[data-provider="second"][aria-current="true"]').waitFor();
  await page.keyboard.press('k');
  await page.locator('[data-provider="first"][aria-current="true"]').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(({ pathname }) => pathname === '/providers/first');
  await page.getByRole('heading', { name: 'first', level: 1 }).waitFor();
  await page.keyboard.press('/');
  await page.getByRole('button', { name: '1h' }).and(page.locator(':focus')).waitFor();
  await page.goBack();
  await page.locator('[data-provider="first"][aria-current="true"]').waitFor();

  await page.keyboard.press('t');
  tell();
  const trip = page.getByRole('dialog', { name: 'Trip first' });
  await trip.getByRole('button', { name: 'Cancel' }).and(page.locator(':focus')).waitFor();
  expect((await program.circuit('first')).state).toBe('closed');
  await tabTo(page, trip.getByLabel(/^Reason/));
  await page.keyboard.type('hands off');
  await trip.getByText('would have gone to second').first().waitFor();
  await page.keyboard.press('Enter');
  await operator.sees('first', 'tripped by hand');
  await trip.waitFor({ state: 'detached' });
  await tabTo(page, page.getByRole('button', { name: /^Undo/ }));
  await page.keyboard.press('Enter');
  await operator.sees('first', 'closed');

  await page.keyboard.press('t');
  await tabTo(page, trip.getByRole('button', { name: 'planned work' }));
  await page.keyboard.press('Space');
  await tabTo(page, trip.getByRole('button', { name: 'Trip first', exact: true }));
  await page.keyboard.press('Enter');
  await operator.sees('first', 'tripped by hand');

  await trip.waitFor({ state: 'detached' });
  await page.keyboard.press('r');
  const reset = page.getByRole('dialog', { name: 'Reset first' });
  await reset.waitFor();
  await tabTo(page, reset.getByRole('radio', { name: /^Release/ }));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await tabTo(page, reset.getByLabel(/^Reason/));
  await page.keyboard.type('done');
  await page.keyboard.press('Enter');
  await operator.sees('first', 'closed');

  expect(operator.problems).toEqual([]);
});

test('pages, rows of requests, help and the palette are reached with the keyboard', async () => {
  const program = await start();
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const operator = await newOperator(browser());
  const { page } = operator;
  await page.route(/requests.*\.js$/, (route) => held.then(() => route.continue()));
  await enter(operator, program);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.locator('[data-provider="second"][aria-current="true"]').waitFor();
  for (const _ of ['opened', 'and again: the Esc that closed it took no row off']) {
    await page.keyboard.press('t');
    await page.getByRole('dialog', { name: 'Trip second' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  await page.keyboard.press('g');
  await page.keyboard.press('r');
  // The page is still on its way: a key that comes too early keeps nobody where they were.
  await page.keyboard.press('j');
  letGo();
  await page.getByRole('region', { name: 'Requests' }).getByRole('row').nth(1).waitFor();
  expect(new URL(page.url()).pathname).toBe('/requests');
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: /first/ }).waitFor();
  expect(page.url()).toMatch(/\/requests\/\w+/);
  await page.keyboard.press('Escape');
  await page.waitForURL(({ pathname }) => pathname === '/requests');
  await page.keyboard.press('/');
  await page.getByLabel('Chain').and(page.locator(':focus')).waitFor();

  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.type('go audit');
  await page.keyboard.press('Enter');
  await page.waitForURL(({ pathname }) => pathname === '/audit');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('trip second');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Trip second' }).waitFor();
});

test('on a phone the state is read, and a provider is tripped and reset', async () => {
  const program = await start();
  const operator = await signIn(browser(), program, phone);
  const { page } = operator;
  await operator.sees('first', 'closed');
  const row = operator.row('first');
  await row.getByText('carries lucy now').waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(phone.viewport.width);

  await page.getByText('nothing avoided').waitFor();
  const top = () => row.evaluate((element) => element.getBoundingClientRect().top);
  const before = await top();
  await page
    .locator('.total strong')
    .last()
    .evaluate((figure) => {
      figure.textContent = '4 m 20 s – 6 m 46 s';
    });
  expect(await top(), 'rows stay where they are when a figure above them grows').toBe(before);

  await row.getByRole('button', { name: 'Trip…' }).tap();
  const trip = page.getByRole('dialog', { name: 'Trip first' });
  await trip.getByRole('button', { name: 'bad answers' }).tap();
  await trip.getByRole('button', { name: 'Trip first', exact: true }).tap();
  await operator.sees('first', 'tripped by hand');
  await row.getByText('“bad answers”').waitFor();

  await row.getByRole('button', { name: 'Reset…' }).tap();
  const reset = page.getByRole('dialog', { name: 'Reset first' });
  await reset.getByRole('button', { name: 'tripped by mistake' }).tap();
  await reset.getByRole('button', { name: 'Release', exact: true }).tap();
  await operator.sees('first', 'closed');
  expect(operator.problems).toEqual([]);
});
