import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const sources = fileURLToPath(new URL('..', import.meta.url));

/**
 * Where the thread's code is. Built, it is beside this. From the sources (tests) it is the built one too, as long
 * as nothing here has changed since; else a line of JavaScript has tsx read the sources, which takes four times as long: a
 * thread does not inherit its parent's loader on Node 20.
 */
export function threadCode(): URL {
  if (import.meta.url.endsWith('.js')) return new URL('./thread.js', import.meta.url);
  const compiled = join(sources, '..', 'dist', 'server', 'thread.js');
  if (isFresh(compiled)) return pathToFileURL(compiled);
  const source = `
    import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
    register();
    await import(${JSON.stringify(new URL('./thread.ts', import.meta.url).href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

/** A build writes all of its files, so that each is newer than what it was made of. */
function isFresh(compiled: string): boolean {
  if (!existsSync(compiled)) return false;
  const builtAt = statSync(compiled).mtimeMs;
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' });
  return names.every((name) => statSync(join(sources, name)).mtimeMs <= builtAt);
}
