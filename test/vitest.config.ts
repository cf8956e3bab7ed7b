import { defineConfig } from 'vitest/config';

/** `npm run test:long` runs what takes longer than five minutes, and only that. */
const long = process.env.RECLOSER_LONG === '1';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: [long ? 'test/long/**/*.test.{ts,mjs}' : 'test/**/*.test.{ts,mjs}'],
    exclude: [...(long ? [] : ['test/long/**']), 'node_modules/**'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
  },
});
