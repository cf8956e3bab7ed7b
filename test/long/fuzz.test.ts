import { expect, test } from 'vitest';
import { fuzzRequests, fuzzResponses } from '../support/fuzz.ts';

const CASES = 50_000;
const LONG_MS = 20 * 60_000;

test.each([[1_001], [1_002]])(
  '25,000 malformed requests of seed %i: no crash, no hang, no growth, every answer well-formed',
  async (seed) => {
    const seen = await fuzzRequests({ cases: CASES / 2, seed });
    expect(seen['200']).toBeGreaterThan(1_000);
  },
  LONG_MS,
);

test.each([[2_001], [2_002]])(
  '25,000 malformed answers of seed %i: no crash, no hang, no growth, every caller hears something well-formed',
  async (seed) => {
    const seen = await fuzzResponses({ cases: CASES / 2, seed });
    expect(seen['200']).toBeGreaterThan(10_000);
  },
  LONG_MS,
);
