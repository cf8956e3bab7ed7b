import { expect, test } from 'vitest';
import { killRounds, lossMs } from '../support/kills.ts';

/** A sample of what `test/long/kills.test.ts` does fifty times. */
test('killed under load at random moments, twice: the record is whole, acts and circuits are there, 200 ms are lost at most', async () => {
  const rounds = await killRounds(1, 2);
  expect(rounds).toHaveLength(2);
  for (const { life, found } of rounds) {
    expect(life.answers.length).toBeGreaterThan(0);
    expect(found).toMatchObject({ integrity: 'ok', lostActs: [], wrongCircuits: [] });
    // So much this very process came late: it may have been the machine's doing.
    expect(found.lostForMs).toBeLessThan(lossMs + life.lagMs);
  }
});
