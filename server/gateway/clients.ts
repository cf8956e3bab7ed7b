import { createHash, timingSafeEqual } from 'node:crypto';
import { unguessableCharacters } from '../core/access.ts';
import type { ApiError } from '../core/errors.ts';
import { knownCostNanoUsd } from '../core/money.ts';
import type { RequestRecord, SpentByClient } from '../core/records.ts';
import type { ClientSettings } from '../core/settings.ts';
import { ClientUse, type Moment } from './clientUse.ts';

/** One that may call the gateway. */
export interface Client extends Pick<ClientSettings, 'name' | 'limits'> {
  /** Chains it may ask for; null: all. */
  chains: ReadonlySet<string> | null;
  use: ClientUse;
}

/** What clients have spent on the day (UTC) of `at`, ms since 1970. */
export interface Spent {
  at: number;
  clients: readonly SpentByClient[];
}

interface Known {
  client: Client;
  hash: Buffer;
  isGuessable: boolean;
}

/** Whose key a request bears. `isGuessable`: it is so short that it may have been guessed. `tried`: names the wrong one; null: it bore none. */
export type Identified =
  | { ok: true; client: Client | null; isGuessable: boolean }
  | { ok: false; tried: string | null };

/**
 * Who may call, and what of it each has taken. Keys are found by their hashes: what the time of a look-up tells is of a
 * hash that nobody can choose; the hashes themselves are compared in constant time.
 */
export class Clients {
  private readonly byHash = new Map<string, Known>();
  private readonly uses: Map<string, ClientUse>;

  /** `before`: those of the config until now, who keep what they have. */
  constructor(clients: readonly ClientSettings[], before: Clients | null = null) {
    this.uses = new Map(before?.uses);
    for (const { name, key, previousKey, chains, limits } of clients) {
      const client = { name, limits, chains: chains ? new Set(chains) : null, use: this.countedOf(name) };
      for (const each of [key, previousKey]) {
        if (each === undefined) continue;
        const hash = hashOf(each);
        this.byHash.set(nameOf(hash), { client, hash, isGuessable: each.length < unguessableCharacters });
      }
    }
  }

  /** The client of an `Authorization` header. With no clients in the config it is nobody: only loopback is listened to then. */
  identify(authorization: string | undefined): Identified {
    if (this.byHash.size === 0) return { ok: true, client: null, isGuessable: false };
    const key = /^bearer +(.+)$/i.exec(authorization?.trim() ?? '')?.[1];
    if (key === undefined) return { ok: false, tried: null };
    const hash = hashOf(key);
    const known = this.byHash.get(nameOf(hash));
    if (!known || !timingSafeEqual(known.hash, hash)) return { ok: false, tried: nameOf(hash) };
    return { ok: true, client: known.client, isGuessable: known.isGuessable };
  }

  /** A finished request: what it has cost, as far as that is known, counts for its client. */
  spend(request: RequestRecord): void {
    if (request.client !== null) this.uses.get(request.client)?.spend(knownCostNanoUsd(request), request.startedAt);
  }

  /** What was spent before this process began. */
  restore({ at, clients }: Spent): void {
    for (const { client, costNanoUsd } of clients) this.countedOf(client).spend(costNanoUsd, at);
  }

  private countedOf(name: string): ClientUse {
    const use = this.uses.get(name) ?? new ClientUse();
    this.uses.set(name, use);
    return use;
  }
}

/** Takes a place for one request of a client: null, and it has to leave; else why there is none. */
export function takePlace(client: Client | null, moment: Moment): ApiError | null {
  return client?.limits ? client.use.take(client.limits, moment) : null;
}

/** Gives the place back. */
export function leavePlace(client: Client | null): void {
  if (client?.limits) client.use.leave();
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function nameOf(hash: Buffer): string {
  return hash.toString('latin1');
}
