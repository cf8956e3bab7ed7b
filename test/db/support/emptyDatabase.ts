import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { DatabaseFile } from '../../../db/sqlite/file.ts';
import { migrateFile } from '../../../db/sqlite/migrate.ts';
import { writeStatements } from '../../../db/sqlite/statements/write.ts';

/** A database in memory for the statements themselves, without threads. */
export function emptyDatabase(): DatabaseFile & Disposable {
  const sqlite = new Database(':memory:');
  const orm = drizzle(sqlite);
  migrateFile({ sqlite, orm, path: ':memory:', stamp: 0 });
  const file = { path: ':memory:', sqlite, orm, write: writeStatements(sqlite, orm), identity: null };
  return { ...file, [Symbol.dispose]: () => void sqlite.close() };
}

const emptied = [
  ...['requests', 'attempts', 'chain_minutes', 'provider_minutes', 'facet_minutes', 'facets'],
  ...['chain_hours', 'provider_hours', 'facet_hours', 'rollups', 'let_go'],
  ...['circuit_events', 'circuits', 'probes', 'skip_shapes', 'skip_minutes', 'skip_hours'],
];

/** Cheaper than another. */
export function emptyAgain({ sqlite }: DatabaseFile): void {
  sqlite.exec(emptied.map((table) => `delete from ${table};`).join('\n'));
}
