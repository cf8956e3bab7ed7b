import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SlowFirst } from './slowFirst.ts';

/** `npm run test:long` runs what takes longer than five minutes, and only that. */
const long = process.env.RECLOSER_LONG === '1';
/** Their tests leave nothing behind in the process, so that many files share one: starting it costs more than most of them. */
const shared = `test/{alerts,bench,circuits,cli,config,control,core,db,e2e,faults,gateway,journal,operations,process,simulator,tidy,web}/**/*.test.ts`;

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // Only what hangs ends so: a machine with much else to do is slow, and no test is to fail for that.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // Much of the time is waiting, for a disk or a browser: two cores have work for two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: SlowFirst },
    projects: long
      ? [{ extends: true, test: { name: 'long', include: ['test/long/**/*.test.{ts,mjs}'] } }]
      : [
          { extends: true, test: { name: 'shared', include: [shared], isolate: false } },
          {
            extends: true,
            test: { name: 'alone', include: ['test/**/*.test.{ts,mjs}'], exclude: [shared, 'test/long/**'] },
          },
        ],
  },
});
