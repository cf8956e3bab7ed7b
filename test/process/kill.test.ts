import { expect, test } from 'vitest';
import { killRounds, lossMs } from '../support/kills.ts';

/** A sample of what `test/long/kills.test.ts` does fifty times. */
test.each([1, 2])(
  'killed under load at a random moment (seed %i): the record is whole, acts and circuits are there, 200 ms are lost at most',
  async (seed) => {
    const [round] = await killRounds(seed, 1);
    expect(round?.life.answers.length).toBeGreaterThan(0);
    expect(round?.found).toMatchObject({ integrity: 'ok', lostActs: [], wrongCircuits: [] });
    expect(round?.found.lostForMs).toBeLessThan(lossMs + (round?.life.lagMs ?? 0));
  },
);
