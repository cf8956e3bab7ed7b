import type { Clock } from './clock.ts';
import { networkOf } from './network.ts';

/** Wrong secrets that one address may try within `spanMs`. One of a name that was noted already is a mistaken script, no guess. */
const maxGuesses = 20;
const spanMs = 60_000;
/** Addresses remembered; over it the eldest is forgotten. */
const maxAddresses = 1_000;

interface Tries {
  since: number;
  names: Set<string>;
}

/** Slows down whoever guesses keys, tokens and passwords, by where they come from. */
export class Guesses {
  private readonly clock: Clock;
  private readonly tries = new Map<string, Tries>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** True: this address has guessed too often, and is not even looked at for the rest of the minute. */
  tooMany(address: string): boolean {
    const tries = this.current(address);
    return tries !== null && tries.names.size >= maxGuesses;
  }

  /** Notes a wrong secret by a name of its own, such as its hash. True: with this one it is too many. */
  wrong(address: string, name: string): boolean {
    const tries = this.current(address) ?? { since: this.clock.now(), names: new Set() };
    this.tries.set(networkOf(address), tries);
    const before = tries.names.size;
    if (before < maxGuesses) tries.names.add(name);
    const [eldest] = this.tries.keys();
    if (this.tries.size > maxAddresses && eldest !== undefined) this.tries.delete(eldest);
    return before < maxGuesses && tries.names.size === maxGuesses;
  }

  private current(address: string): Tries | null {
    const network = networkOf(address);
    const tries = this.tries.get(network);
    if (!tries) return null;
    if (this.clock.now() - tries.since < spanMs) return tries;
    this.tries.delete(network);
    return null;
  }
}
