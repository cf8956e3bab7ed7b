/**
 * Time as an argument. The one real clock is in `server/world.ts`; tests pass one that they move by hand.
 * `now` is monotonic and decides; `wall` is for people and the record, and decides nothing within a run.
 */
export interface Clock {
  /** Milliseconds since some fixed moment of this process, never going back; may have a fraction. */
  now(): number;
  /** Milliseconds since 1970, UTC; an administrator may move it either way at any time. */
  wall(): number;
  /** Calls `run` once, `ms` from now. The timer does not keep the process alive. */
  after(ms: number, run: () => void): Timer;
}

export interface Timer {
  /** Forgets the call; doing so twice, or after it fired, does nothing. */
  cancel(): void;
}

/** A draw in [0, 1), like `Math.random`. */
export type Random = () => number;
