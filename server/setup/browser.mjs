import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root, say } from './basics.mjs';
import { runQuietly } from './child.mjs';

/** The first is the browser without a window, as the tests use it: the same engine at two thirds of the cost. */
const names = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'msedge',
  'microsoft-edge',
];
const fixedPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];
const installMs = 5 * 60_000;

/** The path of a Chromium-like browser for the browser tests; looked for, then installed; null: it could not be had. */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found !== null) return found;
  if (process.getuid?.() === 0 && onPath('apt-get') !== null) {
    say('Installing Chromium for the browser tests (apt-get). It can take two minutes.');
    const options = { timeout: installMs, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    await runQuietly('apt-get', ['update', '-q'], options);
    for (const name of ['chromium-headless-shell', 'chromium']) {
      if (findBrowser() !== null) break;
      await runQuietly('apt-get', ['install', '-yq', '--no-install-recommends', name], options);
    }
  }
  if (findBrowser() === null) {
    say('Fetching a browser for the browser tests (playwright). It can take two minutes.');
    const playwright = join(root, 'node_modules', 'playwright-core', 'cli.js');
    await runQuietly(process.execPath, [playwright, 'install', '--only-shell', 'chromium'], { timeout: installMs });
  }
  return findBrowser();
}

/** `RECLOSER_BROWSER`, else one on the PATH, in its usual place, or in Playwright's cache; null: none. */
export function findBrowser() {
  const asked = process.env.RECLOSER_BROWSER;
  if (asked) return asked;
  const candidates = [...names.map(onPath), ...fixedPlaces.filter((path) => existsSync(path)), ...playwrightBrowsers()];
  return candidates.find((path) => path !== null) ?? null;
}

function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return null;
}

function playwrightBrowsers() {
  const cache =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches/ms-playwright' : '.cache/ms-playwright');
  if (!existsSync(cache)) return [];
  const inside = ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-linux/headless_shell'];
  const shells = ['chrome-headless-shell-linux64/chrome-headless-shell'];
  return readdirSync(cache)
    .filter((name) => name.startsWith('chromium'))
    .flatMap((name) => [...inside, ...shells].map((path) => join(cache, name, path)))
    .filter((path) => existsSync(path));
}
