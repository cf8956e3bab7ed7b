import { describe, expect, test } from 'vitest';
import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import type { Random } from '../../server/core/clock.ts';
import { type Behaviour, type Served, seeded, Traffic } from '../support/traffic.ts';

const SECOND = 1_000;
/** As the config has them. */
const breaker: Partial<BreakerSettings> = { probe: 'race', suspect: 5, rampMs: 30 * SECOND };

/** First content after 400 to 900 ms, and a second of text. */
const normal = (random: Random): Behaviour => ({ firstMs: 400 + 500 * random(), chunks: 3, everyMs: 400 });
const SLOWEST_NORMAL_MS = 900;

const servers = (served: readonly Served[]): string[] =>
  served.map(({ end }) => (end.end === 'answered' ? end.provider.name : end.end));

describe('a provider that falls silent under 40 callers a second', () => {
  test.each([1, 2, 3])(
    'keeps nobody waiting for more than 5 s, and costs less than 500 caller-seconds (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const [downAt, end] = [30 * SECOND, 90 * SECOND];
      const traffic = new Traffic({
        providers: { a: { breaker }, b: { breaker } },
        behave: () => normal(random),
        isGone: (provider, now) => provider === 'a' && now >= downAt,
        random,
      });
      traffic.callers(40, end);
      await traffic.clock.runUntil(end + 60 * SECOND);
      const { served } = traffic;
      expect(served.length).toBe(3_600);
      const waits = served.map(({ firstMs }) => firstMs ?? Number.POSITIVE_INFINITY);
      expect(Math.max(...waits)).toBeLessThan(SLOWEST_NORMAL_MS + 5 * SECOND);
      const lostMs = waits.reduce((sum, ms) => sum + Math.max(0, ms - SLOWEST_NORMAL_MS), 0);
      expect(lostMs / SECOND).toBeLessThan(500);
      // The circuit opened by its own rule, once.
      expect(traffic.events.map(({ to, cause }) => [to, cause])).toEqual([['open', 'timeouts']]);
    },
  );
});

describe('a provider that is down for a minute, again and again', () => {
  test('is called at most five times for traffic each time, and serves within 10 s of its return', async () => {
    const random = seeded(4);
    const period = 120 * SECOND;
    const isDown = (now: number): boolean => now % period >= period / 2;
    const flapping = { ...breaker, recheckMs: 5 * SECOND };
    const traffic = new Traffic({
      providers: { a: { breaker: flapping }, b: { breaker } },
      behave: () => normal(random),
      isDown: (provider, now) => provider === 'a' && isDown(now),
      random,
    });
    traffic.callers(40, 2 * period + 10 * SECOND);
    await traffic.clock.runUntil(2 * period + 40 * SECOND);
    expect(traffic.served.every(({ firstMs }) => firstMs !== null)).toBe(true);
    for (const downAt of [period / 2, period + period / 2]) {
      const backAt = downAt + period / 2;
      const called = traffic.calls.filter(({ provider, at }) => provider === 'a' && at >= downAt && at < backAt);
      expect(called.length).toBeLessThanOrEqual(5);
      const back = traffic.served.filter(({ startedAt }) => startedAt >= backAt && startedAt < backAt + 10 * SECOND);
      expect(servers(back)).toContain('a');
    }
  }, 60_000);
});

describe('a provider that is well', () => {
  test('but has slow and long answers is never suspected, and its circuit stays closed', async () => {
    const random = seeded(5);
    const end = 300 * SECOND;
    const traffic = new Traffic({
      providers: { a: { breaker }, b: { breaker } },
      behave: () => {
        const draw = random();
        if (draw < 0.02) return { firstMs: 3_000 + 6_000 * random(), chunks: 5, everyMs: 500 };
        if (draw < 0.05) return { firstMs: 600, chunks: 30, everyMs: 4_000 };
        return normal(random);
      },
      random,
    });
    traffic.callers(4, end);
    await traffic.clock.runUntil(end + 200 * SECOND);
    expect(traffic.events).toEqual([]);
    expect(new Set(servers(traffic.served))).toEqual(new Set(['a']));
    expect(traffic.served.every(({ attempts }) => attempts.length === 1)).toBe(true);
  }, 60_000);

  test('and becomes slow is waited for again once that is its pace', async () => {
    const random = seeded(6);
    const [slowAt, end] = [30 * SECOND, 180 * SECOND];
    const traffic = new Traffic({
      providers: { a: { breaker }, b: { breaker } },
      behave: (provider, now) =>
        provider === 'a' && now >= slowAt
          ? { firstMs: 8_000 + 500 * random(), chunks: 3, everyMs: 400 }
          : normal(random),
      random,
    });
    traffic.callers(10, end);
    await traffic.clock.runUntil(end + 60 * SECOND);
    const raced = traffic.served.filter(({ attempts }) => attempts.some((attempt) => attempt.raced === 'suspicion'));
    expect(raced.length).toBeGreaterThan(0);
    const last = traffic.served.filter(({ startedAt }) => startedAt > end - 30 * SECOND);
    expect(new Set(servers(last))).toEqual(new Set(['a']));
    expect(traffic.events).toEqual([]);
  });
});

describe('a chain that hedges', () => {
  test('races the slowest of its calls, two in a hundred at most, and only those', async () => {
    const random = seeded(7);
    const end = 300 * SECOND;
    const traffic = new Traffic({
      providers: { a: { breaker }, b: { breaker } },
      behave: (provider) =>
        provider === 'a' && random() < 0.04 ? { firstMs: 6_000, chunks: 5, everyMs: 200 } : normal(random),
      chain: { hedge: 'p95' },
      random,
    });
    traffic.callers(20, end);
    await traffic.clock.runUntil(end + 60 * SECOND);
    const hedged = traffic.served.filter(({ attempts }) => attempts.length > 1);
    expect(hedged.length / traffic.served.length).toBeLessThanOrEqual(0.02);
    expect(hedged.length).toBeGreaterThan(80);
    expect(hedged.every(({ attempts }) => attempts.every(({ raced }) => raced === 'hedge'))).toBe(true);
    expect(hedged.every(({ firstMs }) => firstMs !== null && firstMs < 2_500)).toBe(true);
    expect(traffic.events).toEqual([]);
  });

  test('hedges nothing where nobody else would take the call', async () => {
    const random = seeded(8);
    const traffic = new Traffic({
      providers: { a: { breaker }, b: { breaker } },
      behave: () => (random() < 0.1 ? { firstMs: 3_000, chunks: 5, everyMs: 200 } : normal(random)),
      chain: { hedge: 'p95' },
      random,
    });
    traffic.board.act({ type: 'trip', provider: 'b', reason: 'test', by: 'test', forMs: null });
    traffic.callers(20, 60 * SECOND);
    await traffic.clock.runUntil(120 * SECOND);
    expect(traffic.served.every(({ attempts }) => attempts.length === 1)).toBe(true);
  });
});
