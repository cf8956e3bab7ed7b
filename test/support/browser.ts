import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, vi } from 'vitest';

/** A page of a busy machine is slow: what fails should say at what it waited, not that time was over. */
const testTimeoutMs = 60_000;

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real browser, found or installed by the command that runs this; its path comes in RECLOSER_BROWSER. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.RECLOSER_BROWSER;
  if (!executablePath) {
    throw new Error('No browser: run this by `npm test`, or put the path of Chromium or Chrome in RECLOSER_BROWSER.');
  }
  return chromium.launch({ executablePath, args: flags });
}

/** One browser for all tests of a file; each operator has a context of its own in it. */
export function browserForAll(): () => Browser {
  vi.setConfig({ testTimeout: testTimeoutMs });
  let browser: Browser | null = null;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('The browser is there from the first test on.');
    return browser;
  };
}
