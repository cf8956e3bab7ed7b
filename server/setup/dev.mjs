import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './basics.mjs';
import { ensureBuilt } from './build.mjs';
import { startWrapped } from './child.mjs';

const settleMs = 150;

/**
 * For working on it: runs what `npm start` runs, and builds and starts it again when the server's source changes; the
 * pages are served by Vite, which changes them in place. Resolves when the person stops it.
 */
export async function develop(args) {
  const changes = watchSources();
  const pages = startPages();
  let stopping = false;
  let server = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      stopping = true;
      server?.signal(signal);
      changes.stop();
    });
  }
  while (!stopping) {
    server = await buildAndStart(args);
    await changes.next();
    server?.signal('SIGTERM');
    await server?.ended;
  }
  pages?.kill();
  return 0;
}

/** A source that does not build is said, and tried again at the next change. */
async function buildAndStart(args) {
  try {
    await ensureBuilt({ only: 'server' });
  } catch (error) {
    say(error.message);
    return null;
  }
  const server = startWrapped([join(root, 'dist', 'server', 'recloser.cjs'), 'start', ...args], { cwd: process.cwd() });
  server.ended.then(({ code }) => code && say(`It ended with exit code ${code}; waiting for a change.`));
  return server;
}

function watchSources() {
  let wake = () => {};
  let pending;
  const changed = () => {
    clearTimeout(pending);
    pending = setTimeout(() => wake(), settleMs);
  };
  const watchers = ['server', 'db'].map((folder) => watch(join(root, folder), { recursive: true }, changed));
  return {
    next: () => new Promise((resolve) => (wake = resolve)),
    stop() {
      for (const watcher of watchers) watcher.close();
      wake();
    },
  };
}

function startPages() {
  if (!existsSync(join(root, 'web', 'vite.config.ts'))) return null;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  return spawn(process.execPath, [vite, '--config', 'web/vite.config.ts'], { cwd: root, stdio: ['ignore', 1, 2] });
}
