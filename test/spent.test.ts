import { expect, test } from 'vitest';
import type { Settings } from '../server/core/settings.ts';
import { Clients, takePlace } from '../server/gateway/clients.ts';
import { SpentBefore } from '../server/spent.ts';
import { attempt, request } from './db/support/records.ts';
import { MemoryStorage } from './support/memoryStorage.ts';

const dollar = 1_000_000_000;
const app = { name: 'app', key: 'key-of-app' };
const bounded = { ...app, limits: { dollarsPerDay: 1 } };
const startedAt = Date.UTC(2026, 10, 27, 12);

/** The words in which a client is refused a place, or null. */
function refusalOf(clients: Clients): string | null {
  const found = clients.identify('Bearer key-of-app');
  const moment = { now: 0, wall: startedAt + 60_000 };
  return found.ok ? (takePlace(found.client, moment)?.code ?? null) : 'unknown';
}

function settingsOf(client: Settings['clients'][number]): Settings {
  return { clients: [client] } as unknown as Settings;
}

test('a limit that a reload brings counts what was spent earlier today, before the start and since, each once', async () => {
  const storage = new MemoryStorage();
  const before = request('r1', { client: 'app', costNanoUsd: 0.6 * dollar, startedAt: startedAt - 1 });
  const since = request('r2', { client: 'app', costNanoUsd: 0.3 * dollar, startedAt });
  storage.requests.push(before, since);
  const spent = new SpentBefore(storage, startedAt);
  const first = new Clients([app]);
  first.restore(await spent.ask(settingsOf(app)));
  first.spend(since);
  const clients = new Clients([bounded], first);
  clients.restore(await spent.ask(settingsOf(bounded)));
  clients.restore(await spent.ask(settingsOf(bounded)));
  expect(refusalOf(clients)).toBeNull();
  clients.spend(request('r3', { client: 'app', costNanoUsd: 0.1 * dollar, startedAt }));
  expect(refusalOf(clients)).toBe('spend_limit_exceeded');
});

test('a record that cannot be read is asked again', async () => {
  const storage = new MemoryStorage();
  storage.requests.push(request('r1', { client: 'app', costNanoUsd: dollar, startedAt: startedAt - 1 }));
  const spent = new SpentBefore(storage, startedAt);
  storage.disk = 'broken';
  await expect(spent.ask(settingsOf(bounded))).rejects.toThrow();
  storage.disk = 'well';
  expect((await spent.ask(settingsOf(bounded))).clients).toEqual([{ client: 'app', costNanoUsd: dollar }]);
});

test('a request of which one attempt has no price counts with the others', () => {
  const clients = new Clients([bounded]);
  const attempts = [attempt({ costNanoUsd: dollar }), attempt({ ordinal: 1, costNanoUsd: null })];
  clients.spend(request('r1', { client: 'app', costNanoUsd: null, attempts, startedAt }));
  expect(refusalOf(clients)).toBe('spend_limit_exceeded');
});
