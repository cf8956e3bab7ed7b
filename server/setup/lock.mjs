import { closeSync, openSync, readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readIfThere, root, SetupError, say } from './basics.mjs';

const path = join(root, '.setup.lock');
const beatMs = 5_000;
/** A lock nobody has touched for so long belongs to a run that was killed. */
const staleMs = 30_000;
const pollMs = 200;
const maxWaitMs = 15 * 60_000;

/** Runs `work` while no other set-up of this checkout does; two `npm start` at once install once. */
export async function withLock(work) {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), at: Date.now() });
  await take(mine);
  const beat = setInterval(() => touch(), beatMs);
  const release = () => {
    clearInterval(beat);
    if (readIfThere(path) === mine) unlinkSync(path);
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

async function take(mine) {
  const giveUpAt = Date.now() + maxWaitMs;
  for (let round = 0; Date.now() < giveUpAt; round += 1) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, mine);
      closeSync(file);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw new SetupError(`Cannot write in ${root} (${error.code}): make it writable for this user and run again.`);
      }
    }
    const held = readIfThere(path);
    if (held !== null && isStale(held)) steal(held);
    else {
      if (round === 0) say('Another run is setting up this checkout; waiting for it.');
      await wait(pollMs);
    }
  }
  throw new SetupError(`Another run has been setting up for too long. If there is none, delete ${path} and run again.`);
}

function isStale(held) {
  try {
    if (Date.now() - statSync(path).mtimeMs > staleMs) return true;
    const { pid, host } = JSON.parse(held);
    return host === hostname() && !isAlive(pid);
  } catch {
    return false; // just released, or just being written: look again
  }
}

/** Moves the dead run's lock aside; if another run was quicker and it is theirs by now, it is put back. */
function steal(held) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') === held) unlinkSync(aside);
    else renameSync(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function touch() {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // taken away by hand: the work goes on, and the release finds nothing to remove
  }
}
