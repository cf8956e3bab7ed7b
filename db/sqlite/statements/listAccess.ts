import { asc } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { people, tokens } from '../../schema.ts';
import type { Access } from '../../storage.ts';

/** Both are made by hand, one by one, and bounded where they are made. */
export function listAccess(orm: BetterSQLite3Database): Access {
  return {
    tokens: orm.select().from(tokens).orderBy(asc(tokens.createdAt), asc(tokens.id)).all(),
    people: orm.select().from(people).orderBy(asc(people.createdAt), asc(people.id)).all(),
  };
}
