import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { TestDatabase } from './support/database.ts';
import { batch, noon, request } from './support/records.ts';

const folder = new URL('../../db/migrations/', import.meta.url);

/** A database as the first version left it, with one request in it. */
function firstVersion(path: string): void {
  const sqlite = new Database(path);
  const text = readFileSync(new URL('0000_first.sql', folder), 'utf8');
  for (const statement of text.split('--> statement-breakpoint')) sqlite.exec(statement);
  const journal = JSON.parse(readFileSync(new URL('meta/_journal.json', folder), 'utf8')) as {
    entries: { when: number }[];
  };
  sqlite.exec('create table __drizzle_migrations (id integer primary key, hash text not null, created_at numeric)');
  sqlite
    .prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
    .run(createHash('sha256').update(text).digest('hex'), journal.entries[0]?.when);
  sqlite
    .prepare(
      `insert into requests (id, node, chain, stream, started_at, duration_ms, outcome, status, fallback, cost_estimated)
       values ('old', 'a', 'lucy', 1, ?, 2000, 'succeeded', 200, 0, 0)`,
    )
    .run(noon);
  sqlite.close();
}

test('a record of the first version is copied and brought up to date: its requests are kept, what they needed is not known', async () => {
  await using database = new TestDatabase();
  firstVersion(database.path);
  const storage = await database.open();
  expect(await storage.getRequest('old')).toMatchObject({ id: 'old', needs: null });
  await storage.append(batch({ requests: [request('new', { startedAt: noon + 1 })] }));
  const { rows } = await storage.listRequests({ limit: 10 });
  expect(rows.map(({ id, needs }) => [id, needs?.promptTokens ?? null])).toEqual([
    ['new', 900],
    ['old', null],
  ]);
  expect(await storage.lastProbes()).toEqual([]);
  const copies = readdirSync(database.folder).filter((name) => name.includes('.before-migration-2-'));
  expect(copies.map((name) => statSync(join(database.folder, name)).mode & 0o077)).toEqual([0]);
});

test('a record that cannot be copied is left as it is, and nothing of the copy stays', async () => {
  await using database = new TestDatabase();
  firstVersion(database.path);
  const sqlite = new Database(database.path);
  sqlite
    .prepare(
      `with recursive many (value) as (select 1 union all select value + 1 from many limit 5000)
       insert into requests (id, node, chain, stream, started_at, duration_ms, outcome, status, fallback, cost_estimated)
       select 'r' || value, 'a', 'lucy', 1, ?, 2000, 'succeeded', 200, 0, 0 from many`,
    )
    .run(noon);
  sqlite.close();
  // What lies at its end cannot be read: the copy fails when much of it is written, as on a disk that fills up.
  const { size } = statSync(database.path);
  const file = openSync(database.path, 'r+');
  for (let at = size - 4_096 * 50; at < size; at += 4_096) writeSync(file, Buffer.alloc(100, 0xff), 0, 100, at);
  closeSync(file);
  await expect(database.open()).rejects.toThrow(/could not be copied to .*before-migration-2-.*left as they are/);
  expect(readdirSync(database.folder).filter((name) => name.includes('before-migration'))).toEqual([]);
});
