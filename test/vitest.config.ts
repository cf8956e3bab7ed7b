import { defineConfig } from 'vitest/config';

/** `npm run test:long` runs what takes longer than five minutes, and only that. */
const long = process.env.RECLOSER_LONG === '1';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: [long ? 'test/long/**/*.test.{ts,mjs}' : 'test/**/*.test.{ts,mjs}'],
    exclude: [...(long ? [] : ['test/long/**']), 'node_modules/**'],
    // Only what hangs ends so: a machine with much else to do is slow, and no test is to fail for that.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
