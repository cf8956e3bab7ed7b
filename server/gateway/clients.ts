import { createHash, timingSafeEqual } from 'node:crypto';
import type { ClientSettings } from '../core/settings.ts';

/** Who may call. Keys are compared as hashes and every one of them, so that the time it takes tells nothing of a key. */
export class Clients {
  private readonly known: { name: string; hash: Buffer }[];

  constructor(clients: readonly ClientSettings[]) {
    this.known = clients.map(({ name, key }) => ({ name, hash: hashOf(key) }));
  }

  /** The client of an `Authorization` header. With no clients in the config it is nobody: only loopback is listened to then. */
  identify(authorization: string | undefined): { ok: true; client: string | null } | { ok: false } {
    if (this.known.length === 0) return { ok: true, client: null };
    const key = /^bearer +(.+)$/i.exec(authorization?.trim() ?? '')?.[1];
    if (key === undefined) return { ok: false };
    const hash = hashOf(key);
    let found: string | null = null;
    for (const client of this.known) {
      if (timingSafeEqual(client.hash, hash)) found = client.name;
    }
    return found === null ? { ok: false } : { ok: true, client: found };
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
