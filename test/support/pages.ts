import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A dashboard of two files, as the build would have left it. */
export async function builtPages() {
  const webRoot = await mkdtemp(join(tmpdir(), 'recloser-web-'));
  await writeFile(
    join(webRoot, 'index.html'),
    '<!doctype html><meta property="csp-nonce" nonce="__nonce__"><title>dashboard</title>',
  );
  await writeFile(join(webRoot, 'app.js'), 'export {};');
  return { webRoot, [Symbol.asyncDispose]: () => rm(webRoot, { recursive: true }) };
}
