import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { type SceneName, sceneNames, sceneOf } from '../support/webScenes.ts';
import { openStage, type Stage } from '../support/webStage.ts';

/**
 * Takes pictures of the live page: every scene, dark and light, wide and as on a phone, to be looked at.
 * `npm run shots [folder]`. RECLOSER_BROWSER: the browser's program; RECLOSER_SCENES: only these, by commas;
 * RECLOSER_WEB: another build than `dist/web`.
 */

const folder = resolve(process.argv[2] ?? 'test/e2e/shots');
const webRoot = resolve(process.env.RECLOSER_WEB ?? 'dist/web');
const wanted = process.env.RECLOSER_SCENES?.split(',') ?? sceneNames;
const widths = [
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
];
const themes = ['dark', 'light'] as const;
const staleAfterMs = 11_000;

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stage = await openStage(webRoot, sceneOf('calm', Date.now()));
  const browser = await launchBrowser();
  try {
    for (const scene of sceneNames.filter((name) => wanted.includes(name))) await takeScene(scene, browser, stage);
  } finally {
    await browser.close();
    await stage.close();
  }
}

async function takeScene(scene: SceneName, browser: Browser, stage: Stage): Promise<void> {
  for (const viewport of widths) {
    for (const theme of themes) {
      stage.play(sceneOf(scene, Date.now()));
      const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      page.on('pageerror', (error) => console.error(`${scene}: ${error.message}`));
      await page.goto(stage.url);
      await page.getByRole('heading', { name: 'What happened' }).waitFor();
      await page.locator('.row-state').first().waitFor();
      await page.locator('.recharts-surface, .chart-empty').first().waitFor({ state: 'attached' });
      if (scene === 'disconnected') {
        stage.cut();
        await page.getByText('No connection to Recloser').waitFor({ timeout: 2 * staleAfterMs });
      }
      const file = join(folder, `${scene}-${theme}-${viewport.width}.png`);
      await page.screenshot({ path: file, fullPage: true });
      console.log(file);
      await context.close();
    }
  }
}

await main();
