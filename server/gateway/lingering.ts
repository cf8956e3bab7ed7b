import type { Clock } from '../core/clock.ts';

/** After `[DONE]` the body should end at once; a connection that does not is closed after this. */
const LINGER_MS = 1_000;
/** So many of a provider's are waited for; they are no longer counted in its `concurrency`, and must leave it its connections. */
export const LINGERING_CONNECTIONS = 48;

/** Connections of one provider whose answer is whole and whose body is not over yet: they may end by themselves, to be used again. */
export class Lingering {
  private readonly clock: Clock;
  private now = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Waits for one, or closes it by `close`, where there are enough at once. What comes back is to be called at its end. */
  wait(close: () => void): () => void {
    if (this.now >= LINGERING_CONNECTIONS) {
      close();
      return () => {};
    }
    this.now += 1;
    const timer = this.clock.after(LINGER_MS, close);
    let isOver = false;
    return () => {
      timer.cancel();
      if (!isOver) this.now -= 1;
      isOver = true;
    };
  }
}
