import { z } from 'zod';
import type { ListedAlerts, Storage } from '../../db/storage.ts';
import type { AlertSettings, Delivery } from '../core/alerts/types.ts';
import { writeAct } from './durable.ts';
import { OperationError } from './errors.ts';
import type { Caller, Operations } from './operations.ts';
import { read } from './record.ts';

/** Who looks after alerts (`alerts/alerter.ts`); handed in, so that no verb reaches for the network. */
export interface AlertSource {
  /** In force now. */
  destinations(): readonly AlertSettings[];
  /** Sends a test there, once. `busy`: one is under way; null: there is no such destination. */
  test(name: string, who: string): Promise<Delivery | 'busy' | null>;
}

/** Of a program that tells nobody. */
export const noAlerts: AlertSource = { destinations: () => [], test: async () => null };

export const alertsInput = z.strictObject({ limit: z.int().min(1).max(500).default(50) });
export const alertTestInput = z.strictObject({ name: z.string().min(1).max(64) });

/** A destination as it is shown: of its address the host alone. */
export interface ShownDestination
  extends Pick<AlertSettings, 'name' | 'kind' | 'on' | 'errors' | 'holdMs' | 'remindMs' | 'chains'> {
  host: string;
  /** What was sent there last; null: nothing is known. */
  last: Delivery | null;
}

export interface ShownAlerts extends Omit<ListedAlerts, 'last'> {
  now: number;
  destinations: ShownDestination[];
}

/** Where alerts go, what goes on, and what was sent. Throws `OperationError`. */
export async function listAlerts(
  { storage, clock }: { storage: Pick<Storage, 'listAlerts'>; clock: Operations['clock'] },
  source: AlertSource,
  limit: number,
): Promise<ShownAlerts> {
  const { alerts, deliveries, last, lastOfGoing } = await read(() => storage.listAlerts(limit));
  const destinations = source.destinations().map(({ name, kind, url, on, errors, holdMs, remindMs, chains }) => ({
    ...{ name, kind, on, errors, holdMs, remindMs, chains },
    host: new URL(url).host,
    last: last.find(({ destination }) => destination === name) ?? null,
  }));
  return { now: clock.wall(), destinations, alerts, deliveries, lastOfGoing };
}

/** Sends a test to a destination, with its audit row, and says what became of it. Throws `OperationError`. */
export async function testAlert(
  operations: Operations,
  { source, caller }: { source: AlertSource; caller: Caller },
  name: string,
): Promise<Delivery> {
  const sent = await source.test(name, caller.who);
  if (sent === null) {
    const names = source.destinations().map((destination) => destination.name);
    const some = names.length > 0 ? `Those of the config are ${names.join(', ')}.` : 'The config has no alerts.';
    throw new OperationError('not_found', `There is no destination "${name}". ${some}`);
  }
  if (sent === 'busy')
    throw new OperationError('conflict', `A test is on its way to ${name} already. Wait for its end.`);
  const { clock, newId } = operations;
  const { status, answer, error } = sent;
  const audit = {
    ...{ id: newId(), at: clock.wall(), who: caller.who, from: caller.from, outcome: 'done' as const },
    ...{ what: 'alerts.test', subject: name, reason: null, before: null, after: { status, answer, error } },
  };
  await writeAct(operations, { event: null, stored: null, audit });
  return sent;
}
