import { type StorageUnderTest, storageContract } from './storage.contract.ts';
import { TestDatabase } from './support/database.ts';

async function open(path?: string): Promise<StorageUnderTest> {
  const database = new TestDatabase();
  const storage = await database.open(path === undefined ? {} : { path });
  return { storage, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

storageContract('SQLite in a file', () => open());
storageContract('SQLite in memory', () => open(':memory:'), { short: true });
