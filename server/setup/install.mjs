import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, readIfThere, root, SetupError, say } from './basics.mjs';
import { runKeeping, runQuietly } from './child.mjs';
import { withLock } from './lock.mjs';

const modules = join(root, 'node_modules');
const stampPath = join(modules, '.recloser-installed');
const lockfile = join(root, 'package-lock.json');
const opensDatabase = "new (require('better-sqlite3'))(':memory:').close()";

/** Installs the dependencies unless what is there is what package-lock.json asks for, for this very Node. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withLock(async () => {
    if (isInstalled()) return; // another run did it while we waited
    if (!installedByHand()) await install();
    await ensureNativeParts();
    try {
      writeFileSync(stampPath, wantedStamp());
    } catch (error) {
      throw new SetupError(
        `Cannot write in node_modules (${error.code}): make it writable for this user and run again.`,
      );
    }
  });
}

function isInstalled() {
  return readIfThere(stampPath) === wantedStamp();
}

/** Native modules are built for one version of Node's binary interface: another Node needs another install. */
function wantedStamp() {
  return `${hashOf([lockfile])} ${process.platform} ${process.arch} ${process.versions.modules}\n`;
}

/** Whether node_modules, whoever filled it, holds each package in the version asked for. */
function installedByHand() {
  const text = readIfThere(join(modules, '.package-lock.json'));
  if (text === null) return false;
  const there = JSON.parse(text).packages;
  const wanted = Object.entries(JSON.parse(readIfThere(lockfile) ?? '{}').packages ?? {});
  return wanted.every(
    ([path, { version, optional }]) =>
      path === '' || (there[path] === undefined ? optional === true : there[path].version === version),
  );
}

async function install() {
  const why = existsSync(modules) ? 'package-lock.json or Node.js has changed' : 'this checkout is fresh';
  say(`Installing the dependencies, since ${why}. It can take up to two minutes: SQLite may be compiled here.`);
  const startedAt = performance.now();
  const code = await npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) {
    throw new SetupError(`npm ci failed (exit code ${code}); what it said is above. Put that right and run again.`);
  }
  say(`Installed in ${Math.round((performance.now() - startedAt) / 1000)} s.`);
}

/** Where install scripts are switched off, or Node has changed since, SQLite has no binary that loads: it is made now. */
async function ensureNativeParts() {
  if ((await openDatabase()).code === 0) return;
  say('Building SQLite for this version of Node.js. It can take a minute.');
  await npm(['rebuild', 'better-sqlite3', '--ignore-scripts=false']);
  const { code, output } = await openDatabase();
  if (code === 0) return;
  const reason = output.split('\n').find((line) => /^\w*Error\b/.test(line)) ?? output.trim();
  throw new SetupError(
    `SQLite (better-sqlite3) does not load: ${reason}\nInstall a C++ compiler, make and Python 3 (on Debian: apt-get install build-essential python3) and run again.`,
  );
}

function openDatabase() {
  return runKeeping(process.execPath, ['-e', opensDatabase]);
}

/** The npm that runs us, else the one on the path. `run`: what becomes of its output. */
export function npm(args, run = runQuietly) {
  const own = process.env.npm_execpath;
  if (own !== undefined && /npm-cli\.[cm]?js$/.test(own)) return run(process.execPath, [own, ...args]);
  return run('npm', args, { shell: process.platform === 'win32' }).catch(() => {
    throw new SetupError('npm was not found: it comes with Node.js; put it on the PATH and run again.');
  });
}
