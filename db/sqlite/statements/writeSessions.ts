import { eq, inArray } from 'drizzle-orm';
import { people, sessions, tokens } from '../../schema.ts';
import type { SessionChange } from '../../storage.ts';
import type { DatabaseFile } from '../file.ts';
import { durably } from './write.ts';

/** A sign-out that was answered must hold over a power cut. */
export function writeSessions({ sqlite, orm }: DatabaseFile, { put, drop, seen }: SessionChange): void {
  durably(sqlite, () => {
    for (const session of put) {
      const { hash: _, ...set } = session;
      orm.insert(sessions).values(session).onConflictDoUpdate({ target: sessions.hash, set }).run();
    }
    for (const { id, at } of seen?.tokens ?? []) {
      orm.update(tokens).set({ lastUsedAt: at }).where(eq(tokens.id, id)).run();
    }
    for (const { id, at } of seen?.people ?? []) {
      orm.update(people).set({ seenAt: at }).where(eq(people.id, id)).run();
    }
    if (drop.length > 0) orm.delete(sessions).where(inArray(sessions.hash, drop)).run();
  });
}
