import type { Timer } from '../core/clock.ts';
import type { Circuit } from './circuit.ts';

/** One timer for each deadline of a circuit. The machine has none: XState does not resume them after a restart. */
export class Deadlines {
  private readonly circuit: Circuit;
  private cooldown: Timer | null = null;
  private overrideEnd: Timer | null = null;

  constructor(circuit: Circuit) {
    this.circuit = circuit;
  }

  /** Sets both anew. Called with each epoch: a timer of an old one would be dropped as stale, and never come back. */
  arm(): void {
    this.cooldown?.cancel();
    this.overrideEnd?.cancel();
    const { automatic, override, context } = this.circuit.automaton;
    this.cooldown = automatic === 'open' ? this.timer(context.openUntil) : null;
    this.overrideEnd = override !== 'none' ? this.timer(context.overrideUntil) : null;
  }

  /** The circuit is let go: nothing of it comes due any more. */
  end(): void {
    this.cooldown?.cancel();
    this.overrideEnd?.cancel();
  }

  private timer(until: number | null): Timer | null {
    if (until === null) return null;
    const { clock } = this.circuit.deps;
    return clock.after(Math.max(0, until - clock.now()), () => {
      // Timers fire early, by up to a millisecond, or by days when the wait is longer than a timer takes: wait for the rest.
      if (clock.now() < until) this.arm();
      else this.circuit.catchUp(clock.now());
    });
  }
}
