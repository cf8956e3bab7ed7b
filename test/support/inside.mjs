import { closeSync, openSync } from 'node:fs';
import modules, { syncBuiltinESMExports } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import workers from 'node:worker_threads';

/**
 * Loaded into the program before its own code (`startProgram`, `inside: true`): does to it, when the test asks, what cannot
 * be done from outside. Nothing of the program is another but that its threads are known here, and its wall clock can be set.
 */

const threads = [];
const { Worker } = workers;
workers.Worker = class extends Worker {
  constructor(code, options) {
    super(code, options);
    threads.push({ name: options?.name ?? '', worker: this });
  }
};
syncBuiltinESMExports();

const wallNow = Date.now;
let wallOffsetMs = 0;
Date.now = () => wallNow() + wallOffsetMs;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const taken = [];

const verbs = {
  /** The wall clock is so many ms ahead of the machine's from now on. */
  setClock(ms) {
    wallOffsetMs = ms;
  },
  /** Ends the newest thread whose name ends so. */
  async endThread(name) {
    await threads.findLast((thread) => thread.name.endsWith(name))?.worker.terminate();
  },
  /** Opens files until the system gives it no more. */
  takeFiles() {
    for (;;) {
      try {
        taken.push(openSync(process.execPath, 'r'));
      } catch {
        return taken.length;
      }
    }
  },
  /** Files of the packages that it has loaded. */
  loaded() {
    return Object.keys(modules._cache);
  },
  giveFilesBack() {
    for (const file of taken.splice(0)) closeSync(file);
  },
  /** What it holds on to once what it has let go is collected. */
  held() {
    for (let round = 0; round < 3; round += 1) collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    const resources = {};
    for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    return { heapBytes: heapUsed, externalBytes: external, residentBytes: rss, listeners, resources };
  },
};

process.on('message', async ({ id, verb, ask }) => {
  const answer = await verbs[verb](ask);
  process.send({ id, answer: answer ?? null });
});
