import type { Clock } from '../core/clock.ts';
import { hashOf, newSecret } from '../operations/access/secret.ts';

/** How long a sign-in code works. */
export const codeMs = 10 * 60_000;
/** Codes open at once; over it the eldest stops working. */
const maxCodes = 10;

/** Codes of sign-in links: each works once, and for ten minutes. Only their hashes are kept. */
export class SignInCodes {
  private readonly clock: Clock;
  private readonly endings = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  make(): string {
    const [eldest] = this.endings.keys();
    if (this.endings.size >= maxCodes && eldest !== undefined) this.endings.delete(eldest);
    const code = newSecret();
    this.endings.set(hashOf(code), this.clock.now() + codeMs);
    return code;
  }

  /** True, once: the code was good. */
  use(code: string): boolean {
    const hash = hashOf(code);
    const end = this.endings.get(hash);
    this.endings.delete(hash);
    return end !== undefined && this.clock.now() < end;
  }
}
