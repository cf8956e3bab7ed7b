import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { findings } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { newOperator } from '../support/operator.ts';
import { ask, folder, realSimulator, startProgram, token, writeConfig } from '../support/program.ts';
import { sceneOf } from '../support/webScenes.ts';
import { openStage } from '../support/webStage.ts';

const browser = browserForAll();
const webRoot = new URL('../../dist/web', import.meta.url).pathname;
const wide = { width: 1440, height: 900 };
const narrow = { width: 360, height: 740 };
/** Of script, compressed, before the page stands. */
const maxFirstLoadBytes = 300_000;

async function startStage(scene: Parameters<typeof sceneOf>[0]) {
  const stage = await openStage(webRoot, sceneOf(scene, Date.now()));
  onTestFinished(() => stage.close());
  return stage;
}

test('axe finds nothing on the live page and in its dialogs, in both themes, also on a phone', async () => {
  const stage = await startStage('tripped');
  const { page } = await newOperator(browser());
  await page.goto(stage.url);
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  await page.locator('.recharts-surface').first().waitFor();
  expect(await inTwoLooks(page)).toEqual([]);
  for (const act of ['Trip…', 'Reset…']) {
    await page.getByRole('button', { name: act }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).waitFor();
    expect(await inTwoLooks(page, '[role="dialog"]')).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
});

test('where nobody can be connected to, the live page says that the fault may be ours, with its evidence', async () => {
  const stage = await startStage('lineDown');
  const { page } = await newOperator(browser());
  await page.goto(stage.url);
  const note = page.getByRole('region', { name: 'The fault may be ours' });
  await note.getByText('15 of 15 attempts at 3 providers found no connection, and none was answered').waitFor();
  expect(await note.getByRole('link', { name: 'qwen-72b: 5 of 5' }).getAttribute('href')).toMatch(/kind=connect/);
  expect(await inTwoLooks(page)).toEqual([]);
});

/** Colours do not depend on the width, nor the order of things on the theme: two looks see what four would. */
async function inTwoLooks(page: Page, part?: string): Promise<string[]> {
  const found: string[] = [];
  for (const [colorScheme, viewport] of [
    ['light', narrow],
    ['dark', wide],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    const widthOf = () => page.evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(widthOf, { timeout: 10_000 }).toBeLessThanOrEqual(viewport.width);
    found.push(...(await findings(page, part)).map((finding) => `${colorScheme}, ${viewport.width}: ${finding}`));
  }
  return found;
}

test('somebody with the token signs in by hand, and axe finds nothing on the other pages', async () => {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain }));
  await program.control.circuits.trip.mutate({ provider: 'first', reason: 'planned work', for: '15m' });
  await ask(program);
  const { page } = await newOperator(browser());
  await page.goto(program.dashboard);
  await page.getByRole('heading', { name: 'Sign in to Recloser' }).waitFor();
  expect(await inTwoLooks(page)).toEqual([]);
  await page.getByLabel(/sign in with the token/).fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'What happened' }).waitFor();

  await page.getByRole('link', { name: 'Requests' }).click();
  await page.locator('.requests-table tbody tr').first().waitFor();
  expect(await inTwoLooks(page)).toEqual([]);
  await page.locator('.requests-table tbody tr').first().getByRole('link').click();
  await page.getByText('What the caller got').waitFor();
  expect(await inTwoLooks(page)).toEqual([]);
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByText('planned work').first().waitFor();
  expect(await inTwoLooks(page)).toEqual([]);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  expect(await inTwoLooks(page, '[role="dialog"]')).toEqual([]);
});

test('each state is drawn as no other, colours taken away, and is named for screen readers', async () => {
  const stage = await startStage('twenty');
  const { page } = await newOperator(browser());
  await page.goto(stage.url);
  await page.locator('.breaker').first().waitFor();
  const drawn = await page.locator('.breaker').evaluateAll((breakers) =>
    breakers.map((breaker) => ({
      state: (breaker.getAttribute('aria-label') ?? '').replace(/^.*: /, ''),
      shape: breaker.innerHTML.replaceAll(/(fill|stroke)="[^"]*"/g, (_, kind) => `${kind}`),
    })),
  );
  const shapes = new Map<string, Set<string>>();
  for (const { state, shape } of drawn) shapes.set(state, (shapes.get(state) ?? new Set()).add(shape));
  expect([...shapes.keys()].sort()).toEqual(
    ['closed', 'half-open', 'held closed', 'no traffic', 'open', 'tripped by hand'].filter((state) =>
      shapes.has(state),
    ),
  );
  expect(shapes.size).toBeGreaterThanOrEqual(5);
  expect([...shapes.values()].every((drawings) => drawings.size === 1)).toBe(true);
  expect(new Set([...shapes.values()].flatMap((drawings) => [...drawings])).size).toBe(shapes.size);
});

test('a link with a zone that no browser knows shows the page, in a zone that it does know', async () => {
  const stage = await startStage('calm');
  const operator = await newOperator(browser());
  await operator.page.goto(`${stage.url}/?tz=Nowhere/Never`);
  await operator.page.getByRole('button', { name: /^\d\d:\d\d:\d\d UTC$/ }).waitFor();
  await operator.page.locator('.row-state').first().waitFor();
  expect(operator.problems).toEqual([]);
});

test('a viewer sees every circuit, and is offered nothing that would be refused', async () => {
  const stage = await openStage(webRoot, { ...sceneOf('outage', Date.now()), role: 'viewer' });
  onTestFinished(() => stage.close());
  const { page } = await newOperator(browser());
  await page.goto(stage.url);
  await page.locator('.row-state').first().waitFor();
  await page.keyboard.press('t');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('trip');
  await page
    .getByRole('dialog')
    .getByText(/no command|nothing/i)
    .waitFor();
  expect(await page.getByRole('button', { name: 'Trip…' }).count()).toBe(0);
  expect(await page.getByRole('dialog', { name: /^Trip/ }).count()).toBe(0);
});

test('nothing moves for those who asked for less motion', async () => {
  const stage = await startStage('outage');
  const { page } = await newOperator(browser());
  await page.goto(stage.url);
  await page.locator('.recharts-surface').first().waitFor();
  await page.getByRole('button', { name: 'Trip…' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).waitFor();
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((element) => {
      const { transitionDuration, animationName, animationDuration } = getComputedStyle(element);
      const longest = (durations: string) => Math.max(...durations.split(',').map((one) => Number.parseFloat(one)));
      const moves =
        longest(transitionDuration) > 0.01 || (animationName !== 'none' && longest(animationDuration) > 0.01);
      return moves ? [`${element.tagName} ${element.getAttribute('class')}`] : [];
    }),
  );
  expect(moving).toEqual([]);
});

test('the page stands after less than 300 kB of script, compressed; the chart comes after that', async () => {
  const stage = await startStage('calm');
  const html = await (await fetch(stage.url)).text();
  const first = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, source = '']) => source);
  expect(first.length).toBeGreaterThan(0);
  const scripts = await Promise.all(first.map(async (source) => (await fetch(new URL(source, stage.url))).text()));
  expect(scripts.reduce((sum, script) => sum + gzipSync(script).length, 0)).toBeLessThan(maxFirstLoadBytes);

  const { page } = await newOperator(browser());
  await page.route(/\.js$/, (route) =>
    first.includes(new URL(route.request().url()).pathname) ? route.continue() : route.abort(),
  );
  await page.goto(stage.url);
  await page.locator('.row-state').first().waitFor();
  await page.getByText('The drawing could not be loaded.').waitFor();
});
