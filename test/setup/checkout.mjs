import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A server that says when it is up and why it stops, and that stops at once at a second signal, as the real one does. */
const program = `
import { createServer } from 'node:http';
const server = createServer().listen(0, '127.0.0.1', () => console.log('up', process.pid, ...process.argv.slice(2)));
let stopping = false;
const stop = (why: string) => {
  console.log(stopping ? 'forced by' : 'stopped by', why);
  if (stopping) process.exit(130);
  stopping = true;
  setTimeout(() => process.exit(why === 'SIGINT' ? 7 : 0), 200);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(signal));
process.once('disconnect', () => stop('disconnect'));
`;

/** A small checkout of its own with the real set-up, the real bundler, and this program as its server. Gone after the test, or when `whenDone` says. */
export function makeCheckout(whenDone = onTestFinished) {
  const folder = mkdtempSync(join(tmpdir(), 'recloser-setup-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true }));
  const path = (...names) => join(folder, ...names);
  const write = (name, text) => {
    mkdirSync(path(name, '..'), { recursive: true });
    writeFileSync(path(name), text);
  };
  cpSync(join(root, 'server', 'setup'), path('server', 'setup'), { recursive: true });
  for (const name of ['package.json', 'tsconfig.json']) write(name, readFileSync(join(root, name)));
  write('server/main.ts', program);
  write('server/recloser.cts', "void import('./main.js');");
  write('db/migrations/0000.sql', 'select 1;');
  write('package-lock.json', JSON.stringify({ packages: { '': {} } }));
  write('node_modules/.package-lock.json', JSON.stringify({ packages: {} }));
  write('node_modules/better-sqlite3/index.js', 'module.exports = class { close() {} };');
  symlinkSync(join(root, 'node_modules', 'esbuild'), path('node_modules', 'esbuild'));
  return { folder, path, write, read: (name) => readFileSync(path(name), 'utf8') };
}

/** Runs a program in a checkout. Ended with the test, if it has not ended by then. */
export function run(checkout, command, options = {}) {
  const env = { ...process.env, npm_lifecycle_event: undefined, ...options.env };
  const child = spawn(command[0], command.slice(1), {
    cwd: checkout.folder,
    env,
    detached: options.detached ?? false,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  (options.whenDone ?? onTestFinished)(() => child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
    });
  }
  const closed = once(child, 'close').then(([code, signal]) => ({ code, signal, ...said }));
  return {
    child,
    said,
    /** Resolves when the program and all that holds its output have ended. */
    closed,
    /** Resolves to the match when it has said this on stdout; rejects when it ends without. */
    async says(pattern) {
      const ended = closed.then(() => true);
      for (;;) {
        const match = pattern.exec(said.stdout);
        if (match) return match;
        if (await Promise.race([once(child.stdout, 'data').then(() => false), ended])) {
          throw new Error(`It ended without saying ${pattern}: ${JSON.stringify(said)}`);
        }
      }
    },
  };
}

export const node = (...args) => [process.execPath, 'server/setup/run.mjs', ...args];
