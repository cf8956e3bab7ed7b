import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, readIfThere, root, SetupError, say } from './basics.mjs';
import { runKeeping } from './child.mjs';
import { termsText } from './licences.mjs';
import { withLock } from './lock.mjs';

const dist = join(root, 'dist');

/** The two things built, each from its sources alone. `outputs` are folders of `dist`. */
const parts = [
  {
    name: 'server',
    sources: ['server', 'db', 'tsconfig.json', 'package-lock.json'],
    outputs: ['server', 'migrations'],
    wanted: () => true,
    build: buildServer,
  },
  {
    name: 'web',
    // The pages' types come from the server's router, and their words from core.
    sources: ['web', 'server/core', 'server/setup/licences.mjs', 'tsconfig.json', 'package-lock.json'],
    outputs: ['web'],
    wanted: () => ['vite.config.ts', 'main.tsx'].every((name) => existsSync(join(root, 'web', name))),
    build: buildWeb,
  },
];

/** Builds what is older than its sources. A build replaces the last one whole or not at all. */
export async function ensureBuilt(options = { only: null }) {
  const stale = () =>
    parts.filter((part) => (options.only ?? part.name) === part.name && part.wanted() && !isFresh(part));
  if (stale().length === 0) return;
  await withLock(async () => {
    for (const part of stale()) {
      const startedAt = performance.now();
      await buildPart(part);
      say(`Built the ${part.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
    }
  });
}

function isFresh(part) {
  return (
    readIfThere(stampPath(part)) === hashOfSources(part) && part.outputs.every((name) => existsSync(join(dist, name)))
  );
}

function stampPath(part) {
  return join(dist, `.${part.name}-built`);
}

function hashOfSources(part) {
  return hashOf(part.sources.map((source) => join(root, source)));
}

async function buildPart(part) {
  // Before building: what is edited meanwhile is stale afterwards.
  const hash = hashOfSources(part);
  removeLeftovers();
  const fresh = join(dist, `.building-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  try {
    const { code, output } = await part.build(fresh);
    if (code !== 0) throw new SetupError(`Building the ${part.name} failed:\n${output.trim()}`);
    for (const name of part.outputs) replace(join(dist, name), join(fresh, name));
    writeFileSync(stampPath(part), hash);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * The program and its storage thread as a few files with what they use of our libraries: a start that reads two thousand
 * files takes three times as long, and holds more. It does not check types; `npm test` and `npm run check` do.
 */
async function buildServer(fresh) {
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    platform: 'node',
    target: 'node20',
    outdir: join(fresh, 'server'),
    sourcemap: true,
    sourcesContent: false,
    // It is moved a folder up when it is done, and says its sources from there.
    sourceRoot: 'moved/',
    logLevel: 'silent',
  };
  try {
    await build({ ...common, entryPoints: ['server/recloser.cts'], format: 'cjs', outExtension: { '.js': '.cjs' } });
    await build({
      ...common,
      entryPoints: ['server/main.ts', 'db/sqlite/thread.ts'].filter((path) => existsSync(join(root, path))),
      entryNames: '[name]',
      format: 'esm',
      bundle: true,
      splitting: true,
      minifySyntax: true,
      minifyWhitespace: true,
      external: readAsTheyAre,
      // What our libraries have of the old kind of module asks for Node's own by `require`.
      banner: { js: "import{createRequire as $recloser}from'node:module';const require=$recloser(import.meta.url);" },
    });
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    return { code: 1, output: error.errors.map(sentenceOf).join('\n') };
  }
  const migrations = join(root, 'db', 'migrations');
  if (existsSync(migrations)) cpSync(migrations, join(fresh, 'migrations'), { recursive: true });
  // `npx recloser` runs it by its name.
  chmodSync(join(fresh, 'server', 'recloser.cjs'), 0o755);
  return { code: 0, output: '' };
}

/** With machine code of their own, with threads of their own, or used by few. */
const readAsTheyAre = ['better-sqlite3', '@node-rs/argon2', 'pino', '@opentelemetry/*'];

function sentenceOf({ text, location }) {
  return location ? `${location.file}(${location.line},${location.column + 1}): ${text}` : text;
}

async function buildWeb(fresh) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = ['build', '--config', 'web/vite.config.ts', '--outDir', join(fresh, 'web'), '--emptyOutDir'];
  const result = await runKeeping(process.execPath, [vite, ...args, '--logLevel', 'warn']);
  if (result.code === 0) writeFileSync(join(fresh, 'web', 'licences.txt'), termsText());
  return result;
}

/** The new folder takes the old one's name between two renames; a server running from the old one keeps its open files. */
function replace(target, fresh) {
  const old = `${target}.old-${process.pid}`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(fresh, target);
  rmSync(old, { recursive: true, force: true });
}

/** What killed builds left behind; we hold the lock, so no other build is at work. */
function removeLeftovers() {
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist)) {
    if (name.startsWith('.building-') || name.includes('.old-'))
      rmSync(join(dist, name), { recursive: true, force: true });
  }
}
