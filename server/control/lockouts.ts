import type { Clock } from '../core/clock.ts';

/** Wrong passwords in a row that lock a name out, and for how long. */
const maxWrong = 10;
const lockMs = 15 * 60_000;
/** Names remembered; over it the eldest is forgotten. */
const maxNames = 10_000;

interface Tries {
  wrong: number;
  /** Of the last wrong one, by the monotonic clock. */
  at: number;
}

/**
 * Stops whoever guesses one person's password from many addresses. The right password of a locked name is refused too, in
 * the words of a wrong one. Names that nobody has are counted as well, so that a lock tells nothing of who there is.
 */
export class Lockouts {
  private readonly clock: Clock;
  private readonly tries = new Map<string, Tries>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  isLocked(name: string): boolean {
    const tries = this.current(name);
    return tries !== null && tries.wrong >= maxWrong;
  }

  /** True: this one locks the name. */
  wrong(name: string): boolean {
    const wrong = (this.current(name)?.wrong ?? 0) + 1;
    this.tries.delete(fold(name));
    this.tries.set(fold(name), { wrong, at: this.clock.now() });
    const [eldest] = this.tries.keys();
    if (this.tries.size > maxNames && eldest !== undefined) this.tries.delete(eldest);
    return wrong === maxWrong;
  }

  right(name: string): void {
    this.tries.delete(fold(name));
  }

  private current(name: string): Tries | null {
    const tries = this.tries.get(fold(name));
    return tries && this.clock.now() - tries.at < lockMs ? tries : null;
  }
}

function fold(name: string): string {
  return name.toLowerCase();
}
