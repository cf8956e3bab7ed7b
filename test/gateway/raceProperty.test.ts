import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Behaviour, seeded, Traffic } from '../support/traffic.ts';

/** What a provider may do with a call; an answer may be fast, slow, or too slow for any clock. */
const behaviours: Behaviour[] = [
  { firstMs: 300, chunks: 2, everyMs: 200 },
  { firstMs: 1_500, chunks: 2, everyMs: 500 },
  { firstMs: 6_000, chunks: 2, everyMs: 500 },
  { firstMs: 30_000, chunks: 2, everyMs: 500 },
  { firstMs: 500, chunks: 3, everyMs: 30_000 },
  { status: 503 },
  { status: 400 },
  'silent',
];

const aRun = fc.record({
  seed: fc.nat(),
  favourites: fc.array(fc.nat(behaviours.length - 1), { minLength: 1, maxLength: 4 }),
  callers: fc.array(fc.record({ afterMs: fc.nat(800), leaveAfterMs: fc.option(fc.nat(12_000), { freq: 5 }) }), {
    minLength: 5,
    maxLength: 80,
  }),
  acts: fc.array(
    fc.record({
      at: fc.nat(30_000),
      provider: fc.constantFrom('a', 'b'),
      act: fc.constantFrom('trip' as const, 'halfOpen' as const),
    }),
    { maxLength: 6 },
  ),
  suspect: fc.nat(5),
  hedge: fc.constantFrom('off' as const, 'p95' as const),
});

test('whoever races whom, each permit is settled once, each attempt has its row, and one attempt at most is the answer', async () => {
  const runs = fc.asyncProperty(aRun, async ({ seed, favourites, callers, acts, suspect, hedge }) => {
    const random = seeded(seed);
    const breaker = { probe: 'race', suspect, openMs: 3_000, openMaxMs: 3_000 } as const;
    const traffic = new Traffic({
      providers: { a: { breaker }, b: { breaker }, c: { breaker } },
      behave: () => behaviours[favourites[Math.floor(random() * favourites.length)] ?? 0] ?? 'silent',
      chain: { hedge },
      random,
    });
    const { board, clock, permits, served } = traffic;
    let at = 0;
    for (const { afterMs, leaveAfterMs } of callers) {
      at += afterMs;
      clock.after(at, () => traffic.ask(leaveAfterMs));
    }
    for (const { at: actAt, provider, act } of acts) {
      const by = { provider, reason: 'test', by: 'test' };
      const done = act === 'trip' ? { type: act, forMs: 2_000, ...by } : { type: 'reset' as const, to: act, ...by };
      clock.after(actAt, () => void board.act(done));
    }
    await clock.runUntil(at + 600_000);
    expect(served.length).toBe(callers.length);
    expect(permits.settled).toBe(permits.acquired);
    for (const { inFlight } of board.list()) expect(inFlight).toBe(0);
    const tried = served.flatMap(({ attempts }) => attempts.filter(({ permit }) => permit !== null));
    expect(tried.length).toBe(permits.acquired);
    for (const { end, attempts } of served) {
      const whole = attempts.filter(({ word }) => word === 'ok');
      expect(whole.map(({ provider }) => provider)).toEqual(end.end === 'answered' ? [end.provider.name] : []);
    }
  });
  await fc.assert(runs, { numRuns: 150, endOnFailure: true });
}, 60_000);
