import { expect, test } from 'vitest';
import { badControlInput, badGatewayInput } from '../support/badInput.ts';

const LONG_MS = 20 * 60_000;

test.each([[3_001], [3_002], [3_003]])(
  '5,000 inputs of seed %i, made from the schemas of every procedure: never a 500, never a stack',
  async (seed) => {
    const statuses = await badControlInput({ cases: 5_000, seed });
    expect(statuses[200]).toBeGreaterThan(200);
  },
  LONG_MS,
);

test.each([[4_001], [4_002]])(
  '5,000 requests of seed %i that are nearly right: never a 500, never a stack',
  async (seed) => {
    const statuses = await badGatewayInput({ cases: 5_000, seed });
    expect(statuses[200]).toBeGreaterThan(100);
  },
  LONG_MS,
);
