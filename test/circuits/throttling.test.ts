import { describe, expect, it } from 'vitest';
import type { Permit } from '../../server/circuits/board.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type { LimitReading } from '../../server/core/rateLimits.ts';
import { neutral, Rig, success, throttled } from '../support/breaker.ts';

const MINUTE_MS = 60_000;

/** What a provider does with a call at `now`: refuses it, or answers; and what it says of its limits either way. */
interface Limiter {
  take(now: number): { refused: Settlement | null; readings: LimitReading[] };
  /** A call it answered is over. */
  over(): void;
}

interface Tally {
  answered: number;
  refused: number;
  /** Calls that went to the next provider at once. */
  overflowed: number;
}

/** Asks provider `a` so often, for so long, as a chain with a living fallback does. */
function run(
  rig: Rig,
  limiter: Limiter,
  load: { everyMs: number; forMs: number; latencyMs: (call: number) => number },
) {
  const tally: Tally = { answered: 0, refused: 0, overflowed: 0 };
  for (let call = 0; call * load.everyMs < load.forMs; call += 1) {
    askOnce(rig, limiter, { tally, latencyMs: load.latencyMs(call) });
    rig.clock.advance(load.everyMs);
  }
  return tally;
}

function askOnce(rig: Rig, limiter: Limiter, { tally, latencyMs }: { tally: Tally; latencyMs: number }): void {
  let leave = (): void => {};
  const { permit } = rig.board.acquire('a', { leaseMs: 10_000, tokens: 100, onEvacuate: () => leave() });
  if (!permit) {
    tally.overflowed += 1;
    return;
  }
  const { refused, readings } = limiter.take(rig.clock.now());
  if (refused) tally.refused += 1;
  const end = (settlement: Settlement): void => {
    if (!refused) limiter.over();
    rig.board.heard(permit, readings);
    rig.board.settle(permit, settlement);
    if (settlement.result === 'success') tally.answered += 1;
  };
  const timer = rig.clock.after(refused ? 20 : latencyMs, () => end(refused ?? success));
  leave = () => {
    timer.cancel();
    if (!refused) limiter.over();
    rig.board.settle(permit, neutral);
  };
}

/** So many calls at once; more get a bare 429. */
function atOnce(most: number): Limiter {
  let out = 0;
  return {
    take: () => {
      if (out >= most) return { refused: throttled(null), readings: [] };
      out += 1;
      return { refused: null, readings: [] };
    },
    over: () => {
      out -= 1;
    },
  };
}

/** So many calls in each minute of the clock, told with each answer; more get a 429. */
function aMinute(most: number, tells = true): Limiter {
  let minute = -1;
  let left = most;
  return {
    take: (now) => {
      if (Math.floor(now / MINUTE_MS) !== minute) left = most;
      minute = Math.floor(now / MINUTE_MS);
      const resetMs = (minute + 1) * MINUTE_MS - now;
      const refused = left === 0 ? throttled(resetMs) : null;
      if (left > 0) left -= 1;
      const reading = { name: 'requests', counts: 'requests', refill: 'unknown', limit: most, resetMs } as const;
      return { refused, readings: tells ? [{ ...reading, remaining: left }] : [] };
    },
    over: () => {},
  };
}

/** A bucket of so many that fills steadily in a minute. */
function aBucket(most: number): Limiter {
  let left = most;
  let at = 0;
  return {
    take: (now) => {
      left = Math.min(most, left + ((now - at) * most) / MINUTE_MS);
      at = now;
      const refused = left < 1 ? throttled(MINUTE_MS / most) : null;
      if (!refused) left -= 1;
      const resetMs = ((most - left) * MINUTE_MS) / most;
      const reading = { name: 'requests', counts: 'requests', refill: 'steady', limit: most, resetMs } as const;
      return { refused, readings: [{ ...reading, remaining: Math.floor(left) }] };
    },
    over: () => {},
  };
}

const ramped = { rampMs: 30_000 };
const second = (): number => 1_000;
/** From 200 ms to 3 s, in no order. */
const mixed = (call: number): number => 200 + ((call * 7_919) % 2_800);

describe('a provider that bears ten calls at once, asked for twenty', () => {
  const load = { everyMs: 50, forMs: 30 * MINUTE_MS, latencyMs: second };

  it('says 429 a handful of times in half an hour, and answers nine tenths of what it can', () => {
    const tally = run(new Rig(ramped), atOnce(10), load);
    expect(tally.refused).toBeLessThanOrEqual(15);
    expect(tally.answered).toBeGreaterThan(0.9 * 10 * 30 * 60);
    expect(tally.overflowed).toBeGreaterThan(0);
  });

  it('is given more by itself when it bears more', () => {
    const rig = new Rig(ramped);
    run(rig, atOnce(10), { ...load, forMs: 5 * MINUTE_MS });
    expect(rig.look().allowed).toBeLessThanOrEqual(11);
    const tally = run(rig, atOnce(1_000), { ...load, forMs: 60 * MINUTE_MS });
    expect(tally.refused).toBe(0);
    expect(rig.look().allowed).toBe(256);
  });
});

describe('a provider that answers so many calls a minute', () => {
  it.each([
    [600, second],
    [600, mixed],
    [60, second],
    [60, mixed],
  ])('%s, and says what is left: no 429, and nearly all of them used', (most, latencyMs) => {
    const rig = new Rig(ramped);
    const limiter = aMinute(most);
    const first = run(rig, limiter, { everyMs: 50, forMs: MINUTE_MS, latencyMs });
    expect(first.refused).toBe(0);
    const tally = run(rig, limiter, { everyMs: 50, forMs: 20 * MINUTE_MS, latencyMs });
    expect(tally.refused).toBe(0);
    expect(tally.answered).toBeGreaterThan(0.9 * most * 20);
  });

  it('and says nothing: at most two 429s a minute, and three quarters of them used', () => {
    const rig = new Rig({ rampMs: 0 });
    const tally = run(rig, aMinute(600, false), { everyMs: 50, forMs: 20 * MINUTE_MS, latencyMs: second });
    expect(tally.refused).toBeLessThanOrEqual(40);
    expect(tally.answered).toBeGreaterThan(0.75 * 600 * 20);
  });

  it('bit by bit: next to no 429, and nearly all of them used', () => {
    const rig = new Rig(ramped);
    const tally = run(rig, aBucket(600), { everyMs: 50, forMs: 20 * MINUTE_MS, latencyMs: mixed });
    expect(tally.refused).toBeLessThanOrEqual(20);
    expect(tally.answered).toBeGreaterThan(0.9 * 600 * 20);
  });
});

describe('a provider that has said that nothing is left', () => {
  const nothing: LimitReading[] = [
    { name: 'requests', counts: 'requests', limit: 60, remaining: 0, resetMs: 30_000, refill: 'unknown' },
  ];
  function spent(rig: Rig): Permit {
    const permit = rig.admit();
    rig.board.heard(permit, nothing);
    rig.board.settle(permit, success);
    return permit;
  }

  it('is passed over as throttled while closed, and says until when', () => {
    const rig = new Rig();
    spent(rig);
    expect(rig.ask().refusal).toMatchObject({ reason: 'throttled', state: 'closed', retryMs: 30_000, whenAlone: true });
    expect(rig.look()).toMatchObject({ state: 'closed', spentUntil: rig.clock.wall() + 30_000 });
    const headroom = { counts: 'requests', left: 0, limit: 60, callsAMinute: null, until: rig.clock.wall() + 30_000 };
    expect(rig.look().headroom).toEqual(headroom);
    expect(rig.board.retryAfterMs(['a'])).toBe(30_000);
    rig.clock.advance(30_000);
    expect(rig.would()).toBe('closed');
    expect(rig.look()).toMatchObject({ spentUntil: null, headroom: { left: 59, limit: 60 } });
  });

  it('takes the call all the same where nobody else does', () => {
    const rig = new Rig();
    spent(rig);
    const options = { leaseMs: 1_000, onEvacuate: () => {} };
    expect(rig.board.acquire('a', { ...options, ramp: 'ignore' }).permit?.kind).toBe('closed');
  });

  it('takes every call under a hold, and its probe when it is half-open', () => {
    const held = new Rig();
    spent(held);
    held.hold();
    expect(held.would()).toBe('closed');
    const half = new Rig();
    spent(half);
    half.reset('halfOpen');
    expect(half.would()).toBe('probe');
  });

  it('is asked anew after an operator has reset it', () => {
    const rig = new Rig();
    spent(rig);
    rig.trip();
    rig.reset();
    expect(rig.would()).toBe('closed');
  });
});

describe('a provider that answered 429 with four calls out', () => {
  it('has two at once when it is back, and all again after half an hour', () => {
    const rig = new Rig({ concurrency: 8 });
    const out = [1, 2, 3, 4].map(() => rig.admit());
    for (const permit of out.slice(3)) rig.board.settle(permit, throttled(null));
    for (const permit of out.slice(0, 3)) rig.board.settle(permit, neutral);
    rig.clock.advance(1_000);
    rig.board.settle(rig.admit(), success);
    expect(rig.look()).toMatchObject({ state: 'closed', allowed: 2 });
    const again = [rig.admit(), rig.admit()];
    expect(rig.ask().refusal).toMatchObject({ reason: 'busy', whenAlone: true });
    for (const permit of again) rig.board.settle(permit, neutral);
    rig.clock.advance(30 * MINUTE_MS);
    expect(rig.look().allowed).toBe(8);
  });
});
