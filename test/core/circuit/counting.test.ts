import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMs, THROTTLE_MAX_MS, throttleMs } from '../../../server/core/circuit/openTime.ts';
import { EVIDENCE_LIMIT, Samples } from '../../../server/core/circuit/samples.ts';
import { shouldOpen } from '../../../server/core/circuit/trip.ts';
import type { BreakerSettings } from '../../../server/core/circuit/types.ts';
import { defaults } from '../../support/breaker.ts';

const WINDOW_MS = 60_000;

describe('samples', () => {
  it('a sample leaves the window when it is as old as the window, at most a thirtieth early', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 2 * WINDOW_MS }), (at, laterMs) => {
        const samples = new Samples(WINDOW_MS);
        samples.failure(at, false, 'r/0');
        const { calls } = samples.within(at + laterMs);
        if (laterMs >= WINDOW_MS) expect(calls).toBe(0);
        if (laterMs <= WINDOW_MS - WINDOW_MS / 30) expect(calls).toBe(1);
      }),
      { seed: 7 },
    );
  });

  it('counts what a list would count, within the grain of its slices', () => {
    const call = fc.record({ afterMs: fc.nat(9_000), failed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 100, size: 'max' }), (calls) => {
        const samples = new Samples(WINDOW_MS);
        const all: { at: number; failed: boolean }[] = [];
        let now = 0;
        for (const { afterMs, failed } of calls) {
          now += afterMs;
          if (failed) samples.failure(now, false, 'r/0');
          else samples.success(now);
          all.push({ at: now, failed });
          const seen = samples.within(now);
          const younger = (ms: number) => all.filter(({ at }) => now - at < ms);
          expect(seen.calls).toBeLessThanOrEqual(younger(WINDOW_MS).length);
          expect(seen.calls).toBeGreaterThanOrEqual(younger(WINDOW_MS - WINDOW_MS / 30).length);
          expect(seen.failures).toBeLessThanOrEqual(seen.calls);
        }
      }),
      { seed: 7 },
    );
  });

  it('after an idle time longer than the window nothing of before is left', () => {
    const samples = new Samples(WINDOW_MS);
    for (let call = 0; call < 4; call += 1) samples.failure(1_000, true, `r/${call}`);
    expect(samples.streaks(61_000)).toEqual({ failuresInARow: 4, timeoutsInARow: 4 });
    expect(samples.streaks(61_001)).toEqual({ failuresInARow: 0, timeoutsInARow: 0 });
    samples.failure(61_001, true, 'r/9');
    expect(samples.streaks(61_001)).toEqual({ failuresInARow: 1, timeoutsInARow: 1 });
    expect([samples.within(61_001), samples.evidence(5)]).toEqual([{ calls: 1, failures: 1 }, ['r/9']]);
  });

  it('remembers the last failed attempts as evidence, and no more than so many', () => {
    const samples = new Samples(WINDOW_MS);
    for (let call = 0; call < 100; call += 1) samples.failure(0, false, `r/${call}`);
    expect(samples.evidence(2)).toEqual(['r/98', 'r/99']);
    expect(samples.evidence(1_000).length).toBe(EVIDENCE_LIMIT);
  });
});

describe('whether to open', () => {
  const verdict = (fill: (samples: Samples) => void, settings: Partial<BreakerSettings> = {}, onRamp = false) => {
    const samples = new Samples(WINDOW_MS);
    fill(samples);
    return shouldOpen(samples, { ...defaults, ...settings }, { now: 0, onRamp });
  };
  const failing =
    (count: number, isTimeout = false) =>
    (samples: Samples) => {
      for (let call = 0; call < count; call += 1) samples.failure(0, isTimeout, `r/${call}`);
    };

  it('at so many failures in a row, no sooner', () => {
    expect(verdict(failing(4))).toBeNull();
    expect(verdict(failing(5))).toEqual({ cause: 'failures', evidence: ['r/0', 'r/1', 'r/2', 'r/3', 'r/4'] });
  });

  it('at so many time-outs in a row', () => {
    expect(verdict(failing(2, true))).toBeNull();
    expect(verdict(failing(3, true))?.cause).toBe('timeouts');
  });

  it('on the ramp two in a row are enough, or one where one is enough anyway', () => {
    expect(verdict(failing(1), {}, true)).toBeNull();
    expect(verdict(failing(2), {}, true)?.cause).toBe('failures');
    expect(verdict(failing(1), { failures: 1 }, true)?.cause).toBe('failures');
  });

  it('at exactly the share of exactly the calls', () => {
    const mixed = (failures: number, successes: number) => (samples: Samples) => {
      for (let call = 0; call < successes; call += 1) samples.success(0);
      failing(failures)(samples);
    };
    expect(verdict(mixed(4, 4))).toBeNull();
    expect(verdict(mixed(4, 6))).toBeNull();
    expect(verdict(mixed(4, 6), { rate: 0.4 })?.cause).toBe('rate');
  });
});

describe('how long to leave it alone', () => {
  const settings = fc
    .record({
      openMs: fc.integer({ min: 1, max: 600_000 }),
      times: fc.integer({ min: 1, max: 64 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ openMs: open, times, jitter }) => ({ ...defaults, openMs: open, openMaxMs: open * times, jitter }));
  const draw = fc.double({ min: 0, max: 0.999, noNaN: true });

  it('never beyond openMax, never shorter than before, whatever is drawn', () => {
    fc.assert(
      fc.property(settings, fc.nat(60), draw, (given, failed, drawn) => {
        const ms = openMs(given, failed, drawn);
        expect(ms).toBeLessThanOrEqual(given.openMaxMs * (1 + 1e-9));
        expect(ms).toBeGreaterThan(0);
        expect(openMs(given, failed + 1, drawn)).toBeGreaterThanOrEqual(ms);
      }),
      { seed: 7 },
    );
  });

  it('without jitter it is the open time, doubled for each failed probe up to the most', () => {
    const given = { ...defaults, openMs: 1_000, openMaxMs: 5_000 };
    expect([0, 1, 2, 3, 60].map((failed) => openMs(given, failed, 0.9))).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it('with jitter it is spread over that share of it, at the most as well', () => {
    fc.assert(
      fc.property(settings, fc.nat(60), (given, failed) => {
        const [least, most] = [openMs(given, failed, 0), openMs(given, failed, 1)];
        expect(most / least).toBeCloseTo(1 + given.jitter, 6);
      }),
      { seed: 7 },
    );
    const roomy = { ...defaults, openMs: 1_000, openMaxMs: 5_000, jitter: 0.5 };
    expect([openMs(roomy, 0, 0), openMs(roomy, 0, 0.5)]).toEqual([1_000, 1_250]);
  });

  it('a throttle is obeyed to the millisecond, an hour at most; one of nothing is as if it said nothing', () => {
    expect([1, 59_999, THROTTLE_MAX_MS, THROTTLE_MAX_MS + 1].map((ms) => throttleMs(ms, 5))).toEqual([
      ...[1, 59_999, THROTTLE_MAX_MS, THROTTLE_MAX_MS],
    ]);
    expect([0, 1, 5, 6, 1_000].map((before) => throttleMs(null, before))).toEqual([
      1_000, 2_000, 32_000, 60_000, 60_000,
    ]);
    expect(throttleMs(0, 0)).toBe(1_000);
  });
});
