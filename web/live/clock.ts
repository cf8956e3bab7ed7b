import type { Clock } from '../../server/core/clock.ts';

/** The browser's clock, the only place that reads it for the live feed. */
export const pageClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
