import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createSimulator } from '../../server/simulator/simulator.ts';
import { realClock } from '../../server/world.ts';
import { freePorts, Process, scriptArgs } from '../bench/processes.ts';
import { type Look, looks, pictureOf } from './shotsLooks.ts';

/** Enough for every page to have several of everything, and made in a few seconds. */
const record = { requests: '40000', days: '3' };
const token = 'a-token-for-pictures';
const main = new URL('../../dist/server/recloser.cjs', import.meta.url).pathname;
const patienceMs = 30_000;

interface Shown {
  name: string;
  path: string;
  /** What stands on the page when all of it does. */
  until: string;
  /** What somebody does there before the picture. */
  first?: (page: Page) => Promise<void>;
  /** As it is for who has not signed in. */
  stranger?: boolean;
}

const explained = async (page: Page) => {
  await page.getByRole('row').filter({ hasText: '→' }).first().getByRole('link').first().click();
  await page.getByText('What the caller got').waitFor();
};

/** Opens a dialog of the live page, and waits for what the server says in it. */
const dialog = (act: 'Trip' | 'Reset') => async (page: Page) => {
  await page
    .getByRole('button', { name: `${act}… deepseek-v3` })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).waitFor();
  if (act === 'Trip') await page.locator('.dialog-preview li, .dialog-preview .muted').first().waitFor();
};

export const pages: Shown[] = [
  { name: 'requests', path: '/requests', until: '.requests-table tbody tr' },
  { name: 'explain', path: '/requests?fallback=true', until: '.requests-table tbody tr', first: explained },
  { name: 'incidents', path: '/incidents', until: '.incidents-table tbody tr' },
  {
    name: 'incident',
    path: '/incidents',
    until: '.incidents-table tbody tr',
    first: async (page) => {
      await page.locator('.incidents-table tbody tr').first().getByRole('link').first().click();
      await page.locator('.lanes, .lane').first().waitFor();
    },
  },
  { name: 'savings', path: '/savings', until: '.recharts-surface' },
  { name: 'savingsSpend', path: '/savings?how=spend', until: '.recharts-surface' },
  { name: 'savingsNet', path: '/savings?how=net', until: '.recharts-surface' },
  { name: 'provider', path: '/providers/deepseek-v3', until: '.recharts-surface' },
  { name: 'audit', path: '/audit', until: '.requests-table tbody tr' },
  { name: 'alerts', path: '/alerts', until: '.alerts-said' },
  { name: 'access', path: '/access', until: 'table tbody tr' },
  { name: 'signIn', path: '/', until: '.sign-in h1', stranger: true },
  { name: 'trip', path: '/', until: '.row-state b', first: dialog('Trip') },
  { name: 'reset', path: '/', until: '.row-state b', first: dialog('Reset') },
  {
    ...{ name: 'palette', path: '/', until: '.row-state b' },
    first: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    ...{ name: 'help', path: '/', until: '.row-state b' },
    first: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    },
  },
  { name: 'noneFits', path: '/requests?client=nobody', until: '.empty-state p' },
  { name: 'noIncident', path: '/incidents/999', until: '.empty-state p' },
  { name: 'noProvider', path: '/providers/nobody', until: '.empty-state p' },
  { name: 'notFound', path: '/nowhere', until: '.empty-state p' },
];

/** Pictures of every page but Live: of the program itself, on a record that is made up. */
export async function takePages(browser: Browser, folder: string, wanted: readonly Shown[]): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'recloser-shots-'));
  const providers = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'].map((name) => ({ name, model: `${name}-chat` }));
  const simulator = createSimulator({ clock: realClock, random: Math.random, providers });
  try {
    await simulator.listen();
    await runToEnd(scriptArgs('../bench/seed.ts', [join(home, 'recloser.db'), ...options(record)]));
    const [gateway = 0, control = 0] = await freePorts(2);
    const config = join(home, 'recloser.yaml');
    await writeFile(config, configOf({ gateway, control, url: simulator.url }));
    await using program = new Process([main, 'start', '--config', config], null, { RECLOSER_TOKEN: token });
    const origin = `http://127.0.0.1:${control}`;
    await program.ready(`${origin}/readyz`);
    await tripOne(origin);
    for (const look of looks) await takeLook(browser, { look, origin, folder, wanted });
  } finally {
    await simulator.close();
    await rm(home, { recursive: true, force: true });
  }
}

interface Taken {
  look: Look;
  origin: string;
  folder: string;
  wanted: readonly Shown[];
}

async function takeLook(browser: Browser, { look, origin, folder, wanted }: Taken): Promise<void> {
  const context = await browser.newContext({ ...look, reducedMotion: 'reduce' });
  context.setDefaultTimeout(patienceMs);
  const stranger = await browser.newContext({ ...look, reducedMotion: 'reduce' });
  await signIn(context, origin);
  for (const { name, path, until, first, stranger: isStranger } of wanted) {
    const page = await (isStranger ? stranger : context).newPage();
    page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
    await page.goto(`${origin}${path}`);
    await page.locator(until).first().waitFor();
    await first?.(page);
    await pictureOf(page, { folder, name, look });
    await page.close();
  }
  await stranger.close();
  await context.close();
}

async function signIn(context: BrowserContext, origin: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(origin);
  await page.getByLabel(/sign in with the token/).fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  await page.close();
}

/** Something for the audit to show. */
async function tripOne(origin: string): Promise<void> {
  const answer = await fetch(`${origin}/api/v1/circuits/qwen-72b/trip`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'planned work', for: '15m' }),
  });
  if (!answer.ok) throw new Error(`qwen-72b could not be tripped: ${answer.status} ${await answer.text()}`);
}

async function runToEnd(args: string[]): Promise<void> {
  const child = new Process(args, null);
  const code = await new Promise((resolve) => child.child.on('exit', resolve));
  if (code !== 0) throw new Error(`The record could not be made up: exit code ${code}`);
}

function options(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}

function configOf(told: { gateway: number; control: number; url: (name: string) => string }): string {
  const provider = (name: string, price: string) =>
    `  ${name}: { baseUrl: "${told.url(name)}", apiKey: sk-made-up, model: ${name}-chat, price: ${price} }`;
  return `gateway: { port: ${told.gateway} }
control: { port: ${told.control} }
database: recloser.db
environment: production
node: a
providers:
${provider('deepseek-v3', '{ input: 0.27, cachedInput: 0.07, output: 1.10 }')}
${provider('llama-3.3-70b', '{ input: 0.16, output: 0.66 }')}
${provider('qwen-72b', '{ input: 0.38, output: 1.54 }')}
chains:
  lucy: { providers: [deepseek-v3, llama-3.3-70b, qwen-72b] }
  coder: { providers: [qwen-72b, deepseek-v3] }
  trial: { providers: [llama-3.3-70b, qwen-72b] }
breaker: { ghosts: { eager: { failures: 3 } } }
alerts:
  - { name: on-call, kind: slack, url: "${told.url('deepseek-v3')}/chat/completions", on: [page], hold: 0s }
  - { name: team, kind: slack, url: "http://127.0.0.1:9/", hold: 0s }
`;
}
