import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { type SceneName, sceneNames, sceneOf } from '../support/webScenes.ts';
import { openStage, type Stage } from '../support/webStage.ts';
import { type Look, looks, pictureOf } from './shotsLooks.ts';
import { pages, takePages } from './shotsPages.ts';

/**
 * Takes pictures of the dashboard, dark and light, wide and as on a phone, to be looked at: the live page in every scene,
 * and each other page of a program with a made-up record. `npm run shots [folder]`. RECLOSER_BROWSER: the browser's program;
 * RECLOSER_SCENES: only these scenes and pages, by commas; RECLOSER_WEB: another build of the live page than `dist/web`.
 */

const { positionals } = parseArgs({ allowPositionals: true });
const folder = resolve(positionals[0] ?? 'test/e2e/shots');
const webRoot = resolve(process.env.RECLOSER_WEB ?? 'dist/web');
const named = process.env.RECLOSER_SCENES?.split(',') ?? null;
const staleAfterMs = 11_000;

async function main(): Promise<void> {
  const isWanted = (name: string) => named === null || named.includes(name);
  const unknown = named?.filter((name) => ![...sceneNames, ...pages.map((page) => page.name)].includes(name)) ?? [];
  if (unknown.length > 0) {
    const known = [...sceneNames, ...pages.map(({ name }) => name)].join(', ');
    throw new Error(`RECLOSER_SCENES knows no "${unknown.join('", "')}": use ${known}.`);
  }
  await mkdir(folder, { recursive: true });
  const browser = await launchBrowser();
  try {
    await takeScenes(browser, sceneNames.filter(isWanted));
    const others = pages.filter(({ name }) => isWanted(name));
    if (others.length > 0) await takePages(browser, folder, others);
  } finally {
    await browser.close();
  }
}

async function takeScenes(browser: Browser, scenes: readonly SceneName[]): Promise<void> {
  const stage = await openStage(webRoot, sceneOf('calm', Date.now()));
  try {
    for (const scene of scenes) for (const look of looks) await takeScene(browser, { scene, look, stage });
  } finally {
    await stage.close();
  }
}

async function takeScene(
  browser: Browser,
  { scene, look, stage }: { scene: SceneName; look: Look; stage: Stage },
): Promise<void> {
  stage.play(sceneOf(scene, Date.now()));
  const context = await browser.newContext({ ...look, reducedMotion: 'reduce' });
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
  await pictureOf(page, { folder, name: scene, look });
  await context.close();
}

await main();
