import { Worker } from 'node:worker_threads';
import { threadFromSources } from './sources.ts';

/** Starts a storage thread. An argument of `openSqlite`, so that a test can hold the threads and end them. */
export type StartThread = (name: string) => Worker;

export const startThread: StartThread = (name) => {
  const compiled = import.meta.url.endsWith('.js');
  const thread = compiled ? new URL('./thread.js', import.meta.url) : threadFromSources();
  // Without the parent's flags: a loader among them would be loaded again, and has nothing to do here.
  return new Worker(thread, { name, execArgv: [] });
};
