import { unguessableCharacters } from '../core/access.ts';
import { hashAside, isPassword } from '../operations/access/passwords.ts';
import { hashOf, sameHash } from '../operations/access/secret.ts';

/** `RECLOSER_TOKEN`. Another one may take its place while the program runs: who came in by the one before is out then. */
export class AdminToken {
  private token: string | null;
  private ending = new AbortController();
  /** Its sessions are kept by this; null: it has none yet. */
  private seal: string | null = null;
  /** The same while it is being made. */
  private making: Promise<string> | null = null;

  /** Null: there is none. */
  constructor(token: string | null) {
    this.token = token;
  }

  get isSet(): boolean {
    return this.token !== null;
  }

  /** Guesses at a longer one need not be counted, and so keep nobody out. */
  get isGuessable(): boolean {
    return this.token !== null && this.token.length < unguessableCharacters;
  }

  /** Aborts when another one takes its place. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** Whether this is the hash of it. */
  is(hash: string): boolean {
    return this.token !== null && sameHash(hash, hashOf(this.token));
  }

  /** Another one from now on. The answer is what sessions of the one before are kept by; null: there are none. */
  replace(token: string | null): string | null {
    if (token === this.token) return null;
    const { seal, ending } = this;
    this.token = token;
    this.seal = null;
    this.making = null;
    this.ending = new AbortController();
    ending.abort();
    return seal;
  }

  /** What a session is kept by that is opened with it: Argon2id, since a person may have chosen it. Null: it has been replaced meanwhile. */
  async sealNow(): Promise<string | null> {
    const { token, ending } = this;
    if (token === null) return null;
    this.making ??= hashAside(token);
    const seal = this.seal ?? (await this.making);
    if (ending.signal.aborted) return null;
    this.seal ??= seal;
    return this.seal;
  }

  /** Whether a session of an earlier run that is kept by `seal` was opened with this token. */
  async recognise(seal: string): Promise<boolean> {
    const isSeal = this.token !== null && this.seal === null && seal.startsWith('$argon2');
    if (isSeal && (await isPassword(seal, this.token ?? ''))) this.seal = seal;
    return this.isSeal(seal);
  }

  /** Whether a session that is kept by this was opened with it. */
  isSeal(owner: string): boolean {
    return owner === this.seal;
  }
}
