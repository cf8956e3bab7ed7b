import { expect, test } from 'vitest';
import { fuzzRequests, fuzzResponses } from '../support/fuzz.ts';

// A sample of `test/long/fuzz.test.ts`.

test('malformed requests are answered in good form or not at all', async () => {
  const seen = await fuzzRequests({ cases: 500, seed: 4 });
  expect(seen['200']).toBeGreaterThan(10);
  expect(seen['400']).toBeGreaterThan(100);
}, 60_000);

test('to malformed answers of a provider the caller hears something well-formed', async () => {
  const seen = await fuzzResponses({ cases: 500, seed: 5 });
  expect(seen['200']).toBeGreaterThan(200);
}, 60_000);
