import { Worker } from 'node:worker_threads';
import { threadCode } from './threadCode.ts';

/** Starts a storage thread. An argument of `openSqlite`, so that a test can hold the threads and end them. */
export type StartThread = (name: string) => Worker;

/** Without the parent's flags: a loader among them would be loaded again, and has nothing to do here. */
export const startThread: StartThread = (name) => new Worker(threadCode(), { name, execArgv: [] });
