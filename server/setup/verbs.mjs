import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { auditShipped } from './audit.mjs';
import { root, SetupError, say } from './basics.mjs';
import { ensureBuilt } from './build.mjs';
import { become } from './child.mjs';
import { develop } from './dev.mjs';
import { ensureInstalled } from './install.mjs';
import { writeLicences } from './licences.mjs';
import { runLongTests, runTests, takeShots } from './test.mjs';

const main = join(root, 'dist', 'server', 'recloser.cjs');

/** What each verb does once everything is installed; each resolves to an exit code, or never. */
const verbs = {
  async start(args) {
    await ensureBuilt();
    return become([main, 'start', ...args], { cwd: whereThePersonStands() });
  },
  async recloser(args) {
    await ensureBuilt();
    return become([main, ...args], { cwd: whereThePersonStands() });
  },
  async build() {
    await ensureBuilt();
    say('Built: dist/ is up to date.');
    return 0;
  },
  async dev(args) {
    return develop(args);
  },
  async bench(args) {
    await ensureBuilt();
    return become(['--import', 'tsx', join('test', 'bench', 'run.ts'), ...args], { cwd: root });
  },
  async 'bench:record'(args) {
    await ensureBuilt();
    return become(['--import', 'tsx', join(root, 'test', 'bench', 'record.ts'), ...args], {
      cwd: whereThePersonStands(),
    });
  },
  async seed(args) {
    return become(['--import', 'tsx', join(root, 'test', 'bench', 'seed.ts'), ...args], {
      cwd: whereThePersonStands(),
    });
  },
  async licences() {
    return writeLicences();
  },
  async audit() {
    return auditShipped();
  },
  async shots(args) {
    return takeShots(args);
  },
  async test(args) {
    return runTests(args);
  },
  async 'test:long'(args) {
    return runLongTests(args);
  },
};

/** Installs and builds what is missing, does the verb, and ends the process with its exit code. */
export async function runVerb([name, ...args]) {
  const verb = Object.hasOwn(verbs, name ?? '') ? verbs[name] : undefined;
  if (verb === undefined) {
    say(`There is no "${name ?? ''}" here. Use one of: ${Object.keys(verbs).join(', ')}.`);
    process.exit(2);
  }
  try {
    if (!existsSync(join(root, 'package-lock.json')))
      throw new SetupError('package-lock.json is gone: restore it from git.');
    await ensureInstalled();
    process.exit(await verb(args));
  } catch (error) {
    say(error instanceof SetupError ? error.message : error);
    process.exit(1);
  }
}

/** Paths that people type are from where they stand; npm has moved us to the root, and says where that was. */
function whereThePersonStands() {
  const movedByNpm = process.env.npm_package_json === join(root, 'package.json') && process.cwd() === root;
  return (movedByNpm ? process.env.INIT_CWD : undefined) ?? process.cwd();
}
