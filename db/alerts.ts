import type { Alert, Delivery } from '../server/core/alerts/types.ts';

/** The part of a storage that alerts are kept by: what was told, so that nothing is told twice and no end is forgotten. */
export interface AlertStorage {
  /** Alerts that are not done, and messages that have not arrived, the eldest first. */
  readAlerts(): Promise<{ alerts: Alert[]; waiting: Delivery[] }>;
  /** Writes how alerts and messages stand, in one transaction, flushed to the disk. Safe to give twice. */
  writeAlerts(change: AlertChange): Promise<void>;
  /** For people: the newest of each, and the last message to each destination, of all and of each alert. `limit`: 1 to 500. */
  listAlerts(limit: number): Promise<ListedAlerts>;
}

export interface AlertChange {
  alerts: { alert: Alert; done: boolean }[];
  deliveries: Delivery[];
}

export interface ListedAlerts {
  /** Alerts that somebody was told of, those that go on first, then the newest. */
  alerts: Alert[];
  /** The newest first. */
  deliveries: Delivery[];
  /** To each destination, of whatever alert or test. */
  last: Delivery[];
  /** What the listed alerts that go on were told last, to each destination of each. */
  lastOfGoing: Delivery[];
}
