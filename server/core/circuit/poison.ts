/** How many bodies are remembered; over it the eldest is forgotten. */
export const POISON_LIMIT = 10_000;

/**
 * A poisonous prompt is not an outage. A failure that may be the prompt's own fault (500, a malformed or an empty
 * answer) is charged once per body within the window, to the first provider it failed at, whoever else it fails at.
 * Bodies are known by a keyed hash only. Times are monotonic ms.
 */
export class PoisonMemory {
  /** In order of insertion: the eldest is first. */
  private readonly charged = new Map<string, number>();

  /** True: this failure is charged. False: this body was charged within `windowMs`. */
  charge(bodyHash: string, now: number, windowMs: number): boolean {
    const at = this.charged.get(bodyHash);
    if (at !== undefined && now - at <= windowMs) return false;
    this.charged.delete(bodyHash);
    this.charged.set(bodyHash, now);
    if (this.charged.size > POISON_LIMIT) {
      const eldest = this.charged.keys().next();
      if (!eldest.done) this.charged.delete(eldest.value);
    }
    return true;
  }
}
