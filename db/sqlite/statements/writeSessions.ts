import { inArray } from 'drizzle-orm';
import { sessions } from '../../schema.ts';
import type { SessionChange } from '../../storage.ts';
import type { DatabaseFile } from '../file.ts';
import { durably } from './write.ts';

/** A sign-out that was answered must hold over a power cut. */
export function writeSessions({ sqlite, orm }: DatabaseFile, { put, drop }: SessionChange): void {
  durably(sqlite, () => {
    for (const session of put) {
      const { hash: _, ...set } = session;
      orm.insert(sessions).values(session).onConflictDoUpdate({ target: sessions.hash, set }).run();
    }
    if (drop.length > 0) orm.delete(sessions).where(inArray(sessions.hash, drop)).run();
  });
}
