import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backupFile } from '../../db/sqlite/backup.ts';
import { TestDatabase } from './support/database.ts';
import { auditRow, batch, event, request, requests, stored } from './support/records.ts';

test('a record is copied while it is written, put back after it was lost, and stands as it did at the copy', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const audit = auditRow('a1');
  await storage.act({ event: event(1, { to: 'tripped' }), stored: stored(1, { override: 'tripped' }), audit });
  await storage.append(batch({ requests: requests('r', 400) }));
  const writing = storage.append(batch({ requests: requests('late', 400) }));
  const copy = join(database.folder, 'copy.db');
  expect(backupFile(database.path, copy)).toBeGreaterThan(100_000);
  await writing;
  await storage.append(batch({ requests: [request('after')] }));
  await storage.close(2_000);
  // As the README says: the old files out, the copy in their place.
  for (const end of ['', '-wal', '-shm']) rmSync(database.path + end, { force: true });
  copyFileSync(copy, database.path);
  const restored = await database.open();
  expect((await restored.getRequest('r0399'))?.id).toBe('r0399');
  expect(await restored.getRequest('after')).toBeNull();
  expect((await restored.restore('a')).circuits[0]?.override).toBe('tripped');
  await restored.append(batch({ requests: [request('next')] }));
  expect((await restored.getRequest('next'))?.id).toBe('next');

  // What is there is never overwritten, and what cannot be made leaves nothing behind.
  const refused: [from: string, to: string, says: RegExp][] = [
    [database.path, copy, /is there already and is not overwritten/],
    [database.path, join(database.folder, 'none', 'copy.db'), /cannot be made/],
    [join(database.folder, 'none.db'), join(database.folder, 'x.db'), /no database .* on this machine/],
    [join(database.folder, 'letter'), join(database.folder, 'x.db'), /is not a database/],
  ];
  writeFileSync(join(database.folder, 'letter'), 'Dear reader, this is a letter. '.repeat(100));
  for (const [from, to, says] of refused) expect(() => backupFile(from, to)).toThrow(says);
  expect(existsSync(join(database.folder, 'x.db'))).toBe(false);
  expect(readdirSync(database.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});
