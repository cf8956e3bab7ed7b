import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Storage } from '../../db/storage.ts';
import { TestDatabase } from './support/database.ts';
import { auditRow, batch, event, request, requests, stored } from './support/records.ts';

const trip = { event: event(1, { to: 'tripped' }), stored: stored(1, { override: 'tripped' }), audit: auditRow('a1') };
const degraded = (sentence: RegExp) => ({ state: 'degraded', problem: expect.stringMatching(sentence) });

/** What another program does that holds the file. */
function lock(path: string): { unlock: () => void } {
  const other = new Database(path);
  other.exec('BEGIN EXCLUSIVE');
  return {
    unlock: () => {
      other.exec('COMMIT');
      other.close();
    },
  };
}

/** As the recorder does: the same batch again, until it is taken. */
async function insist(storage: Storage, ids: string[]): Promise<void> {
  for (;;) {
    try {
      return await storage.append(batch({ requests: ids.map((id) => request(id)) }));
    } catch {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
}

test('an act overtakes the batches that wait', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const done: string[] = [];
  const writing = ['b0', 'b1', 'b2', 'b3'].map((name) =>
    storage.append(batch({ requests: requests(name, 500) })).then(() => done.push(name)),
  );
  const acting = storage.act(trip).then(() => done.push('act'));
  await Promise.all([...writing, acting]);
  expect(done).toEqual(['b0', 'act', 'b1', 'b2', 'b3']);
});

test('a long question delays no batch', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  for (const name of ['a', 'b', 'c', 'd']) await storage.append(batch({ requests: requests(name, 500) }));
  const done: string[] = [];
  const asking = Array.from({ length: 20 }, () =>
    storage.listRequests({ limit: 500, provider: 'deepseek-v3' }).then(() => done.push('question')),
  );
  const writing = storage.append(batch({ requests: [request('r1')] })).then(() => done.push('batch'));
  await Promise.all([...asking, writing]);
  expect(done.indexOf('batch')).toBeLessThan(done.length - 1);
});

test('too many questions at once are refused, the others answered', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const asked = await Promise.allSettled(Array.from({ length: 80 }, () => storage.getRequest('r1')));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(64);
  expect(asked.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
});

test('a locked file refuses a batch, keeps an act, and says so until it is free', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const { unlock } = lock(database.path);
  await expect(storage.append(batch({ requests: [request('r1')] }))).rejects.toMatchObject({ code: 'unavailable' });
  expect(storage.status()).toMatchObject(degraded(/locked by another program/));
  const acting = storage.act(trip);
  unlock();
  await acting;
  expect(storage.status()).toMatchObject({ state: 'ok', problem: null });
  expect((await storage.restore('a')).circuits).toEqual([trip.stored]);
});

test('a full disk refuses a batch whole, keeps an act, and says so until there is room', async () => {
  await using database = new TestDatabase();
  const storage = await database.open({ maxPages: 200 });
  let written = 0;
  const fill = async () => {
    for (; written < 20; written += 1) await storage.append(batch({ requests: requests(`r${written}-`, 200) }));
  };
  await expect(fill()).rejects.toMatchObject({ code: 'unavailable' });
  expect(storage.status()).toMatchObject(degraded(/disk is full.*Make room/));
  expect(await storage.getRequest(`r${written}-0000`)).toBeNull();
  const acts = Array.from({ length: 40 }, (_, at) =>
    storage.act({ ...trip, audit: auditRow(`a${at}`, { reason: 'x'.repeat(2_000) }) }),
  );
  const other = new Database(database.path);
  other.exec('DELETE FROM requests; DELETE FROM attempts');
  other.close();
  await Promise.all(acts);
  expect(storage.status().state).toBe('ok');
  expect((await storage.listAudit({ limit: 100 })).rows).toHaveLength(40);
});

test('a writer that ends is started again, and what it was asked is written', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const appending = storage.append(batch({ requests: [request('r1')] })).catch((error: unknown) => error);
  const acting = storage.act(trip);
  await database.threads.writer[0]?.terminate();
  expect(storage.status()).toMatchObject(degraded(/writer of the database ended/));
  await appending;
  await acting;
  await insist(storage, ['r2']);
  expect(storage.status().state).toBe('ok');
  expect((await storage.getRequest('r2'))?.id).toBe('r2');
  expect(database.threads.writer).toHaveLength(2);
});

test('a reader that ends refuses its questions, delays no batch, and is started again', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const asking = storage.listRequests({ limit: 10 });
  const refused = expect(asking).rejects.toMatchObject({ code: 'unavailable' });
  await database.threads.reader[0]?.terminate();
  await refused;
  await storage.append(batch({ requests: [request('r1')] }));
  expect(storage.status()).toMatchObject(degraded(/reader of the database ended/));
  await database.told(({ state }) => state === 'ok');
  expect((await storage.getRequest('r1'))?.id).toBe('r1');
});

test('a deleted file is written anew with everything in it, and that is told', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  await storage.act(trip);
  await storage.append(batch({ requests: [request('r1')] }));
  rmSync(database.path);
  await storage.append(batch({ requests: [request('r2')] }));
  await database.told(({ problem }) => /written anew with everything/.test(problem ?? ''));
  await storage.append(batch({ requests: [request('r3')] }));
  expect((await storage.listRequests({ limit: 10 })).rows.map(({ id }) => id).sort()).toEqual(['r1', 'r2', 'r3']);
  await storage.close(1_000);
  const file = new Database(database.path, { readonly: true });
  expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(file.prepare('SELECT id FROM requests ORDER BY id').pluck().all()).toEqual(['r1', 'r2', 'r3']);
  expect(file.prepare('SELECT override FROM circuits').pluck().get()).toBe('tripped');
  file.close();
});

test('a deleted folder is made again, with the file in it', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  await storage.append(batch({ requests: [request('r1')] }));
  rmSync(database.folder, { recursive: true });
  await database.told(({ problem }) => /written anew/.test(problem ?? ''));
  expect(existsSync(database.path)).toBe(true);
  expect((await storage.getRequest('r1'))?.id).toBe('r1');
});

test('a file put in the place of the open one is used from then on', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  await storage.append(batch({ requests: [request('of the backup')] }));
  // The backup an operator made, as `recloser backup` will: a whole database in one file.
  const other = new Database(database.path);
  other.prepare('VACUUM INTO ?').run(`${database.path}.backup`);
  other.close();
  await storage.append(batch({ requests: [request('after the backup')] }));
  renameSync(`${database.path}.backup`, database.path);
  await database.told(({ problem }) => /was replaced/.test(problem ?? ''));
  await storage.append(batch({ requests: [request('new')] }));
  const { rows } = await storage.listRequests({ limit: 10 });
  expect(rows.map(({ id }) => id).sort()).toEqual(['new', 'of the backup']);
});

test('something foreign put in the place of the file is left alone, and told', async () => {
  await using database = new TestDatabase();
  const storage = await database.open();
  const foreign = new Database(`${database.path}.foreign`);
  foreign.exec('CREATE TABLE songs (title TEXT)');
  foreign.close();
  copyFileSync(`${database.path}.foreign`, `${database.path}.copy`);
  renameSync(`${database.path}.copy`, database.path);
  await database.told(({ problem }) => /of another program/.test(problem ?? ''));
  await storage.append(batch({ requests: [request('r1')] }));
  expect(storage.status()).toMatchObject(degraded(/of another program/));
});

test('closing writes what was accepted, and gives up on a file that stays locked', async () => {
  await using database = new TestDatabase();
  const first = await database.open();
  const accepted = [first.append(batch({ requests: requests('r', 500) })), first.act(trip)];
  await first.close(5_000);
  await Promise.all(accepted);
  const second = await database.open();
  expect((await second.listRequests({ limit: 500 })).rows).toHaveLength(500);
  const { unlock } = lock(database.path);
  const kept = expect(second.act(trip)).rejects.toMatchObject({ code: 'unavailable' });
  await second.close(300);
  await kept;
  expect(database.sentences).toContainEqual(expect.stringContaining('An act by hand was not written'));
  unlock();
});
