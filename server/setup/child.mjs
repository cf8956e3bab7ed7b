import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { root } from './basics.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** One Ctrl-C reaches us from the terminal and again from npm: within so long it is the same one. */
const sameSignalMs = 1_000;
const parentPollMs = 500;

/**
 * Runs a helper program to its end and resolves to its exit code (1 for a signal).
 * Its output goes to stderr: stdout belongs to the command that the person asked for.
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs a program, keeping what it says; resolves to `{ code, output }`. */
export function runKeeping(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Hands this process over to a Node program, as near to `exec` as Node comes: terminal, signals and exit code are the
 * program's. It is given a channel to us and `RECLOSER_WRAPPED=1`: when the channel closes we are gone, however we went,
 * and the program ends itself, so that no killed `npm start` leaves a server behind.
 */
export async function become(args, options) {
  const child = startWrapped(args, options);
  for (const signal of forwarded) process.on(signal, () => child.signal(signal));
  watchParent(() => child.signal('SIGTERM'));
  const { code, signal } = await child.ended;
  if (signal !== null) {
    for (const name of forwarded) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  }
  return code ?? 1;
}

/** Starts a Node program under us; see `become`. `ended` resolves to `{ code, signal }`. */
export function startWrapped(args, options) {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { ...process.env, RECLOSER_WRAPPED: '1' },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // Out of our process group: a Ctrl-C goes to the whole group, and the program would hear it from us as well, and
    // take the second one for an order to stop at once.
    detached: process.platform !== 'win32',
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    ended,
    signal(name) {
      const now = performance.now();
      if (now - lastAt < sameSignalMs) return;
      lastAt = now;
      child.kill(name);
    },
  };
}

/**
 * npm dies of a signal before its children and tells them nothing. So where npm started us, we look whether it is
 * still there; anyone else who starts us in the background may well go away and mean us to stay.
 */
function watchParent(gone) {
  if (process.env.npm_lifecycle_event !== process.argv[2]) return;
  const watched = [process.ppid];
  // Some shells stay between npm and us, and outlive it.
  if (/^(ba|da|z)?sh$/.test(nameOf(process.ppid))) watched.push(parentOf(process.ppid));
  const timer = setInterval(() => {
    if (watched.every((pid) => pid === null || isThere(pid)) && process.ppid === watched[0]) return;
    clearInterval(timer);
    gone();
  }, parentPollMs);
  timer.unref();
}

function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Fields of /proc/<pid>/stat, where there is one: `pid (name) state parent …`. */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(text) ?? [];
    return name === undefined ? null : { name, parent: Number(parent) };
  } catch {
    return null;
  }
}

function nameOf(pid) {
  return stat(pid)?.name ?? '';
}

function parentOf(pid) {
  return stat(pid)?.parent ?? null;
}
