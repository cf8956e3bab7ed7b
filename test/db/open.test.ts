import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { backupFile } from '../../db/sqlite/backup.ts';
import { TestDatabase } from './support/database.ts';
import { batch, request } from './support/records.ts';

/** Hands the file to `change` while nobody has it open, and gives its bytes after that. */
function changed(path: string, change: (sqlite: Database.Database) => void): Buffer {
  const sqlite = new Database(path);
  change(sqlite);
  sqlite.close();
  return readFileSync(path);
}

async function refused(database: TestDatabase, path: string, sentence: RegExp): Promise<void> {
  const expected = { name: 'StorageError', code: 'unusable', message: expect.stringMatching(sentence) };
  await expect(database.open({ path })).rejects.toMatchObject(expected);
}

test('the folder of the database is made, and what was written is there at the next opening', async () => {
  await using database = new TestDatabase();
  const path = join(database.folder, 'new', 'deep', 'recloser.db');
  const first = await database.open({ path });
  await first.append(batch({ requests: [request('r1')] }));
  await first.close(1_000);
  const second = await database.open({ path });
  expect((await second.getRequest('r1'))?.id).toBe('r1');
  expect(existsSync(`${path}.before-migration-1`)).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'a record is for its owner’s eyes alone, with its log and its copies',
  async () => {
    await using database = new TestDatabase();
    const storage = await database.open();
    await storage.append(batch({ requests: [request('r1')] }));
    backupFile(database.path, join(database.folder, 'copy.db'));
    const rights = () =>
      readdirSync(database.folder).map((name) => {
        const mode = statSync(join(database.folder, name)).mode & 0o777;
        return `${name} ${mode.toString(8)}`;
      });
    expect(rights().sort()).toEqual(['copy.db 600', 'recloser.db 600', 'recloser.db-shm 600', 'recloser.db-wal 600']);
  },
);

test.runIf(process.platform === 'linux')(
  'a folder in a place that takes none is refused, and not tried for ever',
  async () => {
    await using database = new TestDatabase();
    await refused(database, '/proc/nothing/recloser.db', /folder \/proc\/nothing .* cannot be made/);
  },
);

/** Of each thread of this process, as the kernel counts it. */
function nicenesses(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

test.runIf(process.platform === 'linux')('the threads of the record give way to the one that answers', async () => {
  await using database = new TestDatabase();
  const before = getPriority();
  await database.open();
  expect(getPriority()).toBe(before);
  expect(nicenesses()).toContain(Math.min(19, before + 5));
  expect(nicenesses()).toContain(Math.min(19, before + 10));
});

test('closing leaves one file, without a log beside it', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  await storage.append(batch({ requests: [request('r1')] }));
  await storage.close(1_000);
  expect(readdirSync(database.folder)).toEqual(['recloser.db']);
});

test('a file that is not a database is refused, and stays as it is', async () => {
  await using database = new TestDatabase();
  writeFileSync(database.path, 'these are the notes of somebody, and long enough to look like a header. '.repeat(20));
  const before = readFileSync(database.path);
  await refused(database, database.path, /is not a database.*another file/);
  expect(readFileSync(database.path)).toEqual(before);
});

test('the database of another program is refused, and stays as it is', async () => {
  await using database = new TestDatabase();
  const before = changed(database.path, (sqlite) => sqlite.exec('CREATE TABLE songs (title TEXT)'));
  await refused(database, database.path, /of another program/);
  expect(readFileSync(database.path)).toEqual(before);
});

test('a database of a newer version is refused, and stays as it is', async () => {
  await using database = new TestDatabase();
  await (await database.open()).close(1_000);
  const before = changed(database.path, (sqlite) => {
    sqlite.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('from the future', 9999999999999)");
  });
  await refused(database, database.path, /newer version of Recloser. Run that version/);
  expect(readFileSync(database.path)).toEqual(before);
});

test('a folder that cannot be made, and a path that is a folder, are refused with what to do', async () => {
  await using database = new TestDatabase();
  const file = join(database.folder, 'a-file');
  writeFileSync(file, '');
  await refused(database, join(file, 'recloser.db'), /cannot be made.*Name a file/);
  const folder = join(database.folder, 'a-folder');
  mkdirSync(folder);
  await refused(database, folder, /is a folder. Name a file/);
  await refused(database, 'recloser.db', /must be absolute/);
});

test('a migration of a database with rows in it copies it first', async () => {
  await using database = new TestDatabase();
  // An older version of ours: rows, and no migration of today recorded yet.
  changed(database.path, (sqlite) => {
    sqlite.exec('CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash TEXT NOT NULL, created_at NUMERIC)');
    sqlite.exec("CREATE TABLE drafts (text TEXT); INSERT INTO drafts VALUES ('kept')");
  });
  await database.open();
  const copies = readdirSync(database.folder).filter((name) => name.includes('before-migration'));
  expect(copies).toHaveLength(1);
  const copy = new Database(join(database.folder, copies[0] ?? ''), { readonly: true });
  expect(copy.prepare('SELECT text FROM drafts').pluck().all()).toEqual(['kept']);
  expect(copy.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'requests'").pluck().get()).toBe(0);
  copy.close();
  expect(database.sentences).toContain('The database was copied before its tables were brought up to date.');
});

test('a database that is locked only for a while is waited for', async () => {
  await using database = new TestDatabase();
  const other = new Database(database.path);
  other.exec('BEGIN EXCLUSIVE');
  const opening = database.open();
  const earliest = await Promise.race([opening.then(() => 'opened'), database.started().then(() => 'started')]);
  other.exec('COMMIT');
  other.close();
  expect(earliest).toBe('started');
  expect((await (await opening).restore('a')).lastSeq).toBe(0);
});
