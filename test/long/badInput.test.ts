import { expect, test } from 'vitest';
import { badControlInput, badGatewayInput } from '../support/badInput.ts';
import { procedures } from '../support/control.ts';

const LONG_MS = 20 * 60_000;
/** They act on what is not here: a person who is signed in, a destination of alerts. All others have to answer 200 now and then. */
const nothingThere = ['access.changePassword', 'access.endSession', 'alerts.test'];

test.each([[3_001], [3_002], [3_003]])(
  '5,000 inputs of seed %i, made from the schemas of every procedure: never a 500, never a stack',
  async (seed) => {
    const { reached } = await badControlInput({ cases: 5_000, seed });
    const unreached = procedures.filter(({ path }) => !reached.has(`/trpc/${path}`)).map(({ path }) => path);
    expect(unreached.filter((path) => !nothingThere.includes(path))).toEqual([]);
  },
  LONG_MS,
);

test.each([[4_001], [4_002]])(
  '5,000 requests of seed %i that are nearly right: never a 500, never a stack',
  async (seed) => {
    const { statuses } = await badGatewayInput({ cases: 5_000, seed });
    expect(statuses[200]).toBeGreaterThan(100);
  },
  LONG_MS,
);
