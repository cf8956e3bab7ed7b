import { Worker } from 'node:worker_threads';

/** Starts a storage thread. An argument of `openSqlite`, so that a test can hold the threads and end them. */
export type StartThread = (name: string) => Worker;

/**
 * From the compiled tree the thread is plain JavaScript. From the sources (tests, development) it is TypeScript, and a thread
 * does not inherit its parent's loader on Node 20: a line of JavaScript registers tsx there first.
 */
export const startThread: StartThread = (name) => {
  if (import.meta.url.endsWith('.js'))
    return new Worker(new URL('./thread.js', import.meta.url), { name, execArgv: [] });
  const source = `
    import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
    register();
    await import(${JSON.stringify(new URL('./thread.ts', import.meta.url).href)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { name, execArgv: [] });
};
