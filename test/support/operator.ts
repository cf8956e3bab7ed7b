import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { type Program, token } from './program.ts';

/** What is looked for has to come within so long. */
const patienceMs = 20_000;

/** Somebody at the dashboard, in a browser profile of their own. */
export interface Operator {
  context: BrowserContext;
  page: Page;
  /** The line of a provider in the diagram. */
  row(provider: string): Locator;
  /** Waits until a provider's breaker is drawn in a state: `open`, `half-open`, `tripped by hand`. */
  sees(provider: string, state: string): Promise<void>;
  /** Waits until a text stands on the page. */
  reads(text: string | RegExp): Promise<void>;
  /** What went wrong in the page by itself, and what stands in its console as an error or a warning. */
  problems: string[];
}

/** Where somebody begins who has signed in: a page, and the heading by which it is there. */
export interface Entrance {
  path: string;
  heading: string | RegExp;
}

const live: Entrance = { path: '/', heading: 'What happened' };

/** Signs in by the link that the program printed, or, where it was started with a token, with that. */
export async function signIn(
  browser: Browser,
  program: Program,
  options: BrowserContextOptions & { at?: Entrance } = {},
): Promise<Operator> {
  const { at, ...profile } = options;
  const operator = await newOperator(browser, profile);
  await enter(operator, program, at);
  return operator;
}

/** Signs somebody in whose browser is there already; with a token without the page that asks for it, which is loaded twice. */
export async function enter({ page }: Operator, program: Program, at: Entrance = live): Promise<void> {
  const { origin } = new URL(program.dashboard);
  if (program.dashboard.includes('code=')) await page.goto(program.dashboard);
  else {
    const answer = await page.context().request.post(`${origin}/sign-in`, { data: { token } });
    if (!answer.ok()) throw new Error(`The token was refused: ${await answer.text()}`);
  }
  if (at !== live || !program.dashboard.includes('code=')) await page.goto(origin + at.path);
  await page.getByRole('heading', { name: at.heading }).first().waitFor();
}

/** A browser profile that nobody has signed in with. */
export async function newOperator(browser: Browser, options: BrowserContextOptions = {}): Promise<Operator> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(patienceMs);
  return operatorAt(await context.newPage());
}

/** The same person in another tab. */
export async function openTab({ context }: Operator, address: string): Promise<Operator> {
  const page = await context.newPage();
  await page.goto(address);
  return operatorAt(page);
}

function operatorAt(page: Page): Operator {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // A refused or a lost request is the page's business to tell; the browser writes every one of them down.
    if (message.text().startsWith('Failed to load resource')) return;
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  return {
    context: page.context(),
    page,
    problems,
    row: (provider) => rowOf(page, provider),
    sees: (provider, state) =>
      rowOf(page, provider)
        .getByRole('img', { name: `${provider}: ${state}`, exact: true })
        .waitFor(),
    reads: (text) => page.getByText(text).first().waitFor(),
  };
}

function rowOf(page: Page, provider: string): Locator {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: provider, exact: true }) });
}

/** The feed's lines, newest first. */
export function feedOf({ page }: Operator): Locator {
  return page.locator('.feed > li');
}
