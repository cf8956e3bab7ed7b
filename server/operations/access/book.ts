import type { Access } from '../../../db/storage.ts';
import { isGood, type PersonRecord, type TokenRecord } from '../../core/access.ts';
import { hashOf } from './secret.ts';

/** Tokens and people in memory, where they are looked up: who may come in is known while the disk is not. */
export class AccessBook {
  private readonly tokens = new Map<string, TokenRecord>();
  private readonly people = new Map<string, PersonRecord>();
  private readonly tokenIds = new Map<string, string>();

  constructor(restored: Access) {
    this.put(restored);
  }

  /** Takes them as they are now. */
  put({ tokens, people }: Access): void {
    for (const token of tokens) {
      this.tokens.set(token.id, token);
      this.tokenIds.set(token.hash, token.id);
    }
    for (const person of people) this.people.set(person.id, person);
  }

  listTokens(): TokenRecord[] {
    return [...this.tokens.values()];
  }

  listPeople(): PersonRecord[] {
    return [...this.people.values()];
  }

  token(id: string): TokenRecord | null {
    return this.tokens.get(id) ?? null;
  }

  person(id: string): PersonRecord | null {
    return this.people.get(id) ?? null;
  }

  /** The token with this secret, if it lets anybody in now. Found by its hash, so the time it takes tells nothing of a secret. */
  tokenOf(secret: string, now: number): TokenRecord | null {
    const token = this.token(this.tokenIds.get(hashOf(secret)) ?? '');
    return token && isGood(token, now) ? token : null;
  }

  /** Names are the same in upper and lower case: `Ada` is `ada`. */
  named(name: string): PersonRecord | null {
    const folded = name.toLowerCase();
    return this.listPeople().find((person) => person.name.toLowerCase() === folded) ?? null;
  }

  bySubject(subject: string): PersonRecord | null {
    return this.listPeople().find((person) => person.subject === subject) ?? null;
  }

  /** The person whom this invitation is for, while it holds. */
  invited(secret: string, now: number): PersonRecord | null {
    const hash = hashOf(secret);
    const person = this.listPeople().find(({ inviteHash }) => inviteHash === hash);
    const holds = person?.disabledAt === null && person.inviteEndsAt !== null && now < person.inviteEndsAt;
    return person && holds ? person : null;
  }

  /** Somebody who decides about the rest can come in by themselves, without the link of a start. */
  hasAdmin(): boolean {
    return this.listPeople().some(
      ({ role, disabledAt, passwordHash, subject }) =>
        role === 'admin' && disabledAt === null && (passwordHash !== null || subject !== null),
    );
  }
}
