import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { people, tokens } from '../../schema.ts';
import type { Access } from '../../storage.ts';

/** Tokens and people as they are now; in the transaction of the act that made them so. */
export function writeAccess(orm: BetterSQLite3Database, access: Access): void {
  for (const token of access.tokens) {
    const { id: _, ...set } = token;
    orm.insert(tokens).values(token).onConflictDoUpdate({ target: tokens.id, set }).run();
  }
  for (const person of access.people) {
    const { id: _, ...set } = person;
    orm.insert(people).values(person).onConflictDoUpdate({ target: people.id, set }).run();
  }
}
