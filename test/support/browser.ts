import { type Browser, chromium } from 'playwright-core';
import { beforeAll, vi } from 'vitest';

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

/** The one of this process, which many files share; it ends with the process. */
let browser: Browser | null = null;

/** One browser for all tests; each operator has a context of its own in it. */
export function browserForAll(): () => Browser {
  vi.setConfig({ testTimeout: testTimeoutMs });
  beforeAll(async () => {
    if (!browser?.isConnected()) browser = await launchBrowser();
  });
  return () => {
    if (!browser) throw new Error('The browser is there from the first test on.');
    return browser;
  };
}
