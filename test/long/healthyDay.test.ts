import { expect, test } from 'vitest';
import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import type { Random } from '../../server/core/clock.ts';
import { type Behaviour, seeded, Traffic } from '../support/traffic.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY_MS = 10 * 60_000;
/** As the config has them. */
const breaker: Partial<BreakerSettings> = { probe: 'race', suspect: 5, rampMs: 30 * SECOND };

/** Two in a hundred think for seconds, three in a hundred write for minutes, one in a thousand fails. */
function healthy(random: Random): Behaviour {
  const draw = random();
  if (draw < 0.001) return { status: 503 };
  if (draw < 0.021) return { firstMs: 3_000 + 6_000 * random(), chunks: 3, everyMs: 1_000 };
  if (draw < 0.051) return { firstMs: 600, chunks: 30, everyMs: 6_000 };
  return { firstMs: 300 + 900 * random() ** 3, chunks: 3, everyMs: 600 };
}

test.each([1, 2, 3])(
  'through a healthy day with slow and long answers no circuit opens, and nobody is suspected (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const traffic = new Traffic({
      providers: { a: { breaker }, b: { breaker } },
      behave: () => healthy(random),
      random,
    });
    for (let hour = 0; hour < 24; hour += 1) {
      // From a caller in ten seconds at night to three a second in the afternoon.
      const perSecond = 0.1 + 2.9 * Math.sin((Math.PI * hour) / 24) ** 2;
      traffic.callers(perSecond, (hour + 1) * HOUR);
      await traffic.clock.runUntil((hour + 1) * HOUR);
    }
    await traffic.clock.runUntil(24 * HOUR + 600 * SECOND);
    expect(traffic.served.length).toBeGreaterThan(100_000);
    expect(traffic.events).toEqual([]);
    expect(traffic.served.every(({ end }) => end.end === 'answered')).toBe(true);
    expect(traffic.served.some(({ attempts }) => attempts.some(({ raced }) => raced !== null))).toBe(false);
  },
  DAY_MS,
);
