import { expect, test } from 'vitest';
import type { Storage } from '../../db/storage.ts';
import type { Alert, Delivery } from '../../server/core/alerts/types.ts';

type Open = () => Promise<{ storage: Storage } & AsyncDisposable>;

const told = { destination: 'team', sending: 'opened', severity: 'page', at: 5, count: 1 } as const;

function alert(key: string, changes: Partial<Alert> = {}): Alert {
  const since = { badSince: 1, riskSince: null, wellSince: null, resolvedAt: null };
  return { key, incidentId: 1, chain: null, seenAt: 1, ...since, told: [told], ...changes };
}

function delivery(id: string, changes: Partial<Delivery> = {}): Delivery {
  return {
    ...{ id, alertKey: 'incident/1', destination: 'team', ordinal: 1, createdAt: 1, status: 'waiting', attempts: 0 },
    ...{ nextAt: 1, answer: null, error: null, settledAt: null },
    message: {
      ...{ sending: 'opened', severity: 'page', key: 'incident/1', title: 'x', lines: ['y'], link: null, at: 1 },
      ...{ environment: 'test', incidentId: 1, chains: ['lucy'], providers: [], beganAt: 1, errors: null },
    },
    ...changes,
  };
}

/** What every storage does with alerts and the messages about them. */
export function keepsAlerts(open: Open): void {
  test('alerts that go on and messages that wait are read again at a start; what is done or settled is not', async () => {
    await using opened = await open();
    const { storage } = opened;
    const going = alert('incident/1');
    const waiting = [delivery('b', { createdAt: 1 }), delivery('a', { createdAt: 2, ordinal: 2 })];
    await storage.writeAlerts({
      alerts: [
        { alert: going, done: false },
        { alert: alert('incident/2', { told: [] }), done: true },
      ],
      deliveries: [...waiting, delivery('c', { ordinal: 3, status: 'delivered', settledAt: 3 })],
    });
    expect(await storage.readAlerts()).toEqual({ alerts: [going], waiting });
    expect((await storage.listAlerts(1)).lastOfGoing.map(({ id }) => id)).toEqual(['b']);
    const changed = { ...going, resolvedAt: 9 };
    await storage.writeAlerts({ alerts: [{ alert: changed, done: true }], deliveries: [] });
    expect((await storage.readAlerts()).alerts).toEqual([]);
    const listed = await storage.listAlerts(10);
    expect(listed.alerts).toEqual([changed]);
    expect(listed.deliveries.map(({ id }) => id)).toEqual(['a', 'c', 'b']);
    expect(listed.last.map(({ id }) => id)).toEqual(['a']);
    expect(listed.lastOfGoing).toEqual([]);
    await expect(storage.listAlerts(501)).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('a message that has arrived stays so, whatever is written late; no message of an alert is there twice', async () => {
    await using opened = await open();
    const { storage } = opened;
    const write = (deliveries: Delivery[]) => storage.writeAlerts({ alerts: [], deliveries });
    await write([delivery('a')]);
    await write([delivery('a', { status: 'delivered', attempts: 1, answer: 200, settledAt: 4 })]);
    await write([delivery('a'), delivery('b')]);
    expect((await storage.listAlerts(10)).deliveries).toMatchObject([{ id: 'a', status: 'delivered', attempts: 1 }]);
    expect((await storage.readAlerts()).waiting).toEqual([]);
    await write([delivery('t1', { alertKey: null, ordinal: 0 }), delivery('t2', { alertKey: null, ordinal: 0 })]);
    expect((await storage.listAlerts(10)).deliveries).toHaveLength(3);
  });
}
