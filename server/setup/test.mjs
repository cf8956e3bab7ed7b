import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesUnder, readIfThere, root, say } from './basics.mjs';
import { ensureBrowser } from './browser.mjs';
import { ensureBuilt } from './build.mjs';
import { runKeeping, runQuietly } from './child.mjs';
import { closingLine, countResults } from './count.mjs';

const bin = (...path) => join(root, 'node_modules', ...path);
/** What is checked of the text itself; each counts as one test. */
const checks = [
  { name: 'the types hold', args: [bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'] },
  {
    name: 'the types of the pages hold',
    args: [bin('typescript', 'bin', 'tsc'), '-p', 'web/tsconfig.json'],
    needs: 'web/tsconfig.json',
  },
  {
    name: 'the types of the browser tests hold',
    args: [bin('typescript', 'bin', 'tsc'), '-p', 'test/e2e/tsconfig.json'],
    needs: 'test/e2e/tsconfig.json',
  },
  { name: 'the style holds', args: [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'nothing is unused', args: [bin('knip', 'bin', 'knip.js'), '--no-progress'] },
];

/** Every test, or those that `args` (Vitest's own) name. Ends with one plain line of counts; resolves to an exit code. */
export async function runTests(args) {
  await ensureBuilt();
  const browser = await browserIfNeeded();
  if (browser === null) return 1;
  const checked = args.length === 0 ? await runChecks() : { passed: 0, failed: 0, skipped: 0 };
  return report(checked, await runVitest(args, { RECLOSER_BROWSER: browser }));
}

/** What takes longer than five minutes: soak, fuzz, kills. */
export async function runLongTests(args) {
  await ensureBuilt();
  const browser = await browserIfNeeded();
  if (browser === null) return 1;
  const unchecked = { passed: 0, failed: 0, skipped: 0 };
  return report(unchecked, await runVitest(args, { RECLOSER_BROWSER: browser, RECLOSER_LONG: '1' }));
}

/** Pictures of the dashboard in every state, both themes and both widths, into a folder. */
export async function takeShots(args) {
  await ensureBuilt();
  const browser = await browserIfNeeded();
  if (browser === null) return 1;
  const command = ['--import', 'tsx', join(root, 'test', 'e2e', 'shots.ts'), ...args];
  const env = { ...process.env, RECLOSER_BROWSER: browser };
  return runQuietly(process.execPath, command, { env });
}

/** '' where no test needs one; null where one is needed and cannot be had. */
async function browserIfNeeded() {
  if (filesUnder(join(root, 'test', 'e2e')).length === 0) return '';
  const browser = await ensureBrowser();
  if (browser === null)
    say('The browser tests need Chromium or Chrome: install one, or put its path in RECLOSER_BROWSER.');
  return browser;
}

/** Two at a time: each of them keeps one core busy. Told in their order. */
async function runChecks() {
  const wanted = checks.filter(({ needs }) => needs === undefined || existsSync(join(root, needs)));
  const waiting = wanted.keys();
  const ended = new Map();
  const lane = async () => {
    for (const at of waiting) ended.set(at, await runKeeping(process.execPath, wanted[at].args));
  };
  await Promise.all([lane(), lane()]);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [at, { name }] of wanted.entries()) {
    const { code, output } = ended.get(at);
    counts[code === 0 ? 'passed' : 'failed'] += 1;
    console.log(code === 0 ? `✓ ${name}` : `✗ ${name}\n${output.trimEnd()}`);
  }
  return counts;
}

async function runVitest(args, extra) {
  const folder = mkdtempSync(join(tmpdir(), 'recloser-test-'));
  const summary = join(folder, 'summary.json');
  const { NODE_ENV: _, ...inherited } = process.env; // "production" would leave out what tests need of React
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${summary}`];
  const command = [bin('vitest', 'vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', ...reporters, ...args];
  const code = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit', env: { ...inherited, ...extra } });
    // Ctrl-C reaches Vitest by itself; we stay to say the counts.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
  const counts = countResults(readIfThere(summary), code);
  rmSync(folder, { recursive: true, force: true });
  return counts;
}

function report(checked, tested) {
  for (const line of tested.notes) say(line);
  const total = {
    passed: checked.passed + tested.passed,
    failed: checked.failed + tested.failed,
    skipped: checked.skipped + tested.skipped,
  };
  console.log(closingLine(total));
  return total.failed === 0 ? 0 : 1;
}
