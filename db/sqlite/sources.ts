import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type TypeScript from 'typescript';

const folder = fileURLToPath(new URL('..', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/recloser', import.meta.url));

const maxKept = 8;

/**
 * The thread's code as JavaScript, for tests and development, where there is no compiled tree. A thread does not inherit its
 * parent's loader on Node 20, and registering one in each thread takes longer than everything else a test does: so this
 * floor, which runs nothing of another, is translated once for each change of it and kept beside the packages.
 */
export function threadFromSources(): URL {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|sql|json)$/.test(name))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  const translated = join(cache, `db-${version}`);
  if (!existsSync(translated)) translate(files, translated);
  return pathToFileURL(join(translated, 'sqlite/thread.js'));
}

/** Several test processes may do this at once: each in a folder of its own, and the first to finish gives its the name. */
function translate(files: { name: string; text: string }[], to: string): void {
  const typescript: typeof TypeScript = createRequire(import.meta.url)('typescript');
  const { ScriptTarget: target, ModuleKind: module } = typescript;
  const compilerOptions = { target: target.ES2023, module: module.ESNext, rewriteRelativeImportExtensions: true };
  mkdirSync(cache, { recursive: true });
  forgetOld();
  const own = mkdtempSync(join(cache, 'making-'));
  for (const { name, text } of files.filter(({ name }) => name.endsWith('.ts'))) {
    const path = join(own, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typescript.transpileModule(text, { compilerOptions, fileName: name }).outputText);
  }
  writeFileSync(join(own, 'package.json'), '{"type":"module"}');
  cpSync(join(folder, 'migrations'), join(own, 'migrations'), { recursive: true });
  try {
    renameSync(own, to);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

/** Those of earlier versions of the sources; the newest stay, for threads that run on them. */
function forgetOld(): void {
  const kept = readdirSync(cache)
    .map((name) => ({
      path: join(cache, name),
      at: statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((one, other) => other.at - one.at);
  for (const { path } of kept.slice(maxKept)) rmSync(path, { recursive: true, force: true });
}
