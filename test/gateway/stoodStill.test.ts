import { describe, expect, test } from 'vitest';
import type { Clock } from '../../server/core/clock.ts';
import type { ClockName } from '../../server/core/wire.ts';
import { Clocks } from '../../server/gateway/clocks.ts';

describe('a process that stood still', () => {
  /** Timers come when the test says so, however late. */
  function lateClock() {
    let now = 0;
    let pending: (() => void) | null = null;
    const clock: Clock = {
      now: () => now,
      wall: () => now,
      after: (_ms, run) => {
        pending = run;
        return {
          cancel: () => {
            pending = null;
          },
        };
      },
    };
    const fireAt = (at: number): void => {
      const run = pending;
      [now, pending] = [at, null];
      run?.();
    };
    return { clock, fireAt };
  }

  function firstTokenOf1s() {
    const { clock, fireAt } = lateClock();
    const ranOut: ClockName[] = [];
    const clocks = new Clocks(clock, (name) => ranOut.push(name));
    clocks.start('firstToken', 1_000);
    return { clocks, fireAt, ranOut };
  }

  test('reads what came meanwhile before it calls a provider silent', () => {
    const { clocks, fireAt, ranOut } = firstTokenOf1s();
    fireAt(4_000);
    clocks.stop('firstToken');
    fireAt(4_050);
    expect(ranOut).toEqual([]);
  });

  test('and calls it silent then, also if it stands still again and again', () => {
    const { fireAt, ranOut } = firstTokenOf1s();
    fireAt(4_000);
    expect(ranOut).toEqual([]);
    fireAt(8_000);
    expect(ranOut).toEqual(['firstToken']);
  });
});
