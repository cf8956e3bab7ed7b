import { expect, test } from 'vitest';
import { browserForAll } from '../support/browser.ts';
import { openTab, signIn } from '../support/operator.ts';
import { ask, folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();

async function setUp() {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain }));
  const operator = await signIn(browser(), program);
  const { page } = operator;
  await page.getByRole('link', { name: 'Requests' }).click();
  return { program, simulator, operator, page, rows: page.locator('.requests-table tbody tr') };
}

test('what was filtered and chosen is in the address: a copied link shows the same', async () => {
  const { program, simulator, operator, page, rows } = await setUp();
  await ask(program);
  await simulator.setFault('first', '503');
  await ask(program);
  await rows.nth(1).waitFor();
  await page.getByText('2 in the record').waitFor();
  let count: () => void = () => undefined;
  const counting = new Promise<void>((resolve) => {
    count = resolve;
  });
  await page.route(/requests\.counts/, (route) => counting.then(() => route.continue()));
  await page.getByRole('button', { name: 'By a fallback' }).click();
  // The number of before is not that of this filter.
  await page.getByText('Counting…').waitFor();
  count();
  await page.getByText('1 in the record').waitFor();
  await rows.nth(1).waitFor({ state: 'detached' });
  expect(page.url()).toContain('fallback=true');
  await rows.getByRole('link').click();
  await page.getByRole('heading', { name: /second/ }).waitFor();

  const friend = await openTab(operator, page.url());
  const said = page.getByRole('region', { name: 'Why this request went as it did' });
  const saidThere = friend.page.getByRole('region', { name: 'Why this request went as it did' });
  await saidThere.getByText(/503/).first().waitFor();
  expect(await saidThere.textContent()).toBe(await said.textContent());
  await friend.page.getByRole('button', { name: 'By a fallback', pressed: true }).waitFor();
  expect(await friend.page.locator('.requests-table tbody tr').count()).toBe(1);
});

test('the zone is in the address, also one of an earlier visit: who is sent it reads the same times', async () => {
  const { program, operator, page, rows } = await setUp();
  await ask(program);
  await page.getByRole('button', { name: /^\d\d:\d\d:\d\d UTC$/ }).click();
  await page.getByLabel('Another, by name').fill('Asia/Tokyo');
  await page.keyboard.press('Enter');
  await page.waitForURL(/tz=Asia%2FTokyo/);
  const later = await openTab(operator, new URL('/requests', page.url()).href);
  await later.page.waitForURL(/tz=Asia%2FTokyo/);
  await page.keyboard.press('Escape');
  await rows.first().getByRole('link').click();

  const friend = await signIn(browser(), program);
  await friend.page.waitForURL(/tz=utc/);
  await friend.page.goto(page.url());
  await friend.page.getByRole('columnheader', { name: 'time, GMT+9' }).waitFor();
  const time = page.getByRole('region', { name: 'Why this request went as it did' }).locator('time').first();
  const there = friend.page.getByRole('region', { name: 'Why this request went as it did' }).locator('time').first();
  expect(await there.textContent()).toBe(await time.textContent());
});

test('a request is explained step by step, a skip with the state of its circuit then', async () => {
  const { program, page, rows } = await setUp();
  await program.control.circuits.trip.mutate({ provider: 'first', reason: 'planned work', for: '15m' });
  await ask(program);
  await rows.first().getByRole('link').click();
  const said = page.getByRole('region', { name: 'Why this request went as it did' });
  await said.getByText(/An operator had tripped it/).waitFor();
  await said.getByText('What the caller got').waitFor();
  await said.getByText('Clocks, as they are set now').click();
  await said.getByText(/^second: .* to the first token, .* of silence/).waitFor();
});

test('a paused list counts what comes and moves nothing until it goes on', async () => {
  const { program, page, rows } = await setUp();
  await ask(program);
  await rows.first().waitFor();
  await page.keyboard.press('p');
  await page
    .getByRole('banner')
    .getByRole('button', { name: /^Paused at/ })
    .waitFor();
  await ask(program);
  await ask(program);
  await page.getByRole('button', { name: 'Paused +2 new' }).waitFor();
  expect(await rows.count()).toBe(1);
  await page.getByRole('button', { name: 'Paused +2 new' }).click();
  await rows.nth(2).waitFor();
});
