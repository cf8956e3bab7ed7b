import type { Alert, Delivery, Sending, Severity, Told } from '../../server/core/alerts/types.ts';
import type { Outputs } from '../api.ts';
import { showAge } from '../time.ts';
import { plural } from '../words.ts';

/** The words of alerts. Pure. */

export type ShownDestination = Outputs['alerts']['list']['destinations'][number];

/** With its sign, so that it is told apart in greyscale. */
export const severityWords: Record<Severity, string> = { page: '■ page', notify: '▲ notify' };

const kindWords: Record<ShownDestination['kind'], string> = {
  webhook: 'signed webhook',
  slack: 'Slack message',
  pagerduty: 'PagerDuty event',
};

/** What a message was sent to say. */
export const sendingWords: Record<Sending, string> = {
  opened: 'that it began',
  escalated: 'that it is worse',
  reminder: 'a reminder',
  recovered: 'that it is well again',
  returned: 'that it is back',
  resolved: 'that it is over',
  test: 'a test',
};

/** `signed webhook to hooks.example.com`. */
export function whereOf({ kind, host }: ShownDestination): string {
  return `${kindWords[kind]} to ${host}`;
}

/** `page (from 3 callers with an error) and notify, of lucy`. */
export function whatOf({ on, errors, chains }: ShownDestination): string {
  const from = errors > 1 ? ` (from ${errors} callers with an error)` : '';
  const words = on.map((severity) => (severity === 'page' ? `page${from}` : severity));
  return `${words.join(' and ')}${chains === null ? '' : `, of ${chains.join(', ')}`}`;
}

/** `after 30 s, again every 30 m`. */
export function whenOf({ holdMs, remindMs }: ShownDestination): string {
  const first = holdMs === 0 ? 'at once' : `after ${showAge(holdMs)}`;
  return `${first}, ${remindMs === null ? 'no reminders' : `again every ${showAge(remindMs)}`}`;
}

/** How a message stands: a word with its sign, and by which colour. */
export interface Became {
  word: string;
  tone: 'good' | 'waiting' | 'bad' | 'none';
}

const became: Record<Delivery['status'], Became> = {
  delivered: { word: '● arrived', tone: 'good' },
  waiting: { word: '▲ on its way', tone: 'waiting' },
  failed: { word: '■ did not arrive', tone: 'bad' },
  dropped: { word: '– not sent', tone: 'none' },
};

export function becameOf({ status, attempts }: Pick<Delivery, 'status' | 'attempts'>): Became {
  if (status === 'waiting' && attempts > 0) return { word: '▲ not arrived yet', tone: 'waiting' };
  return became[status];
}

/** `after 3 tries: it answered 503`; empty: it arrived at the first. */
export function triesOf({ attempts, error, status }: Pick<Delivery, 'attempts' | 'error' | 'status'>): string {
  const tries = attempts > 1 || (attempts === 1 && status !== 'delivered') ? `after ${pluralTry(attempts)}` : '';
  const why = error === null || status === 'delivered' ? '' : error;
  return tries !== '' && why !== '' ? `${tries}: ${why}` : tries + why;
}

function pluralTry(count: number): string {
  return count === 1 ? 'one try' : `${count} tries`;
}

/** What goes on now: somebody was sent word of it, and nobody of its end. */
export function goingOf(alerts: readonly Alert[]): Alert[] {
  return alerts.filter(({ resolvedAt, told }) => resolvedAt === null && told.length > 0);
}

/** As bad as anybody was sent word of. */
export function severityOf({ told }: Alert): Severity {
  return told.some(({ severity }) => severity === 'page') ? 'page' : 'notify';
}

/** The last message of an alert to a destination, and what became of it; null: not written yet, or let go. */
export function lastOf(lastOfGoing: readonly Delivery[], { key }: Alert, { destination }: Told): Delivery | null {
  return lastOfGoing.find((sent) => sent.alertKey === key && sent.destination === destination) ?? null;
}

/** What an alert is about, by the newest message of it; without one by its number. */
export function titleOf(alert: Alert, lastOfGoing: readonly Delivery[]): string {
  const own = lastOfGoing.filter(({ alertKey }) => alertKey === alert.key);
  const [first, ...rest] = own;
  if (first)
    return rest.reduce((newest, sent) => (sent.createdAt > newest.createdAt ? sent : newest), first).message.title;
  return alert.chain === null ? `Incident ${alert.incidentId}` : `${alert.chain} would not survive the next loss`;
}

/** `2 go on`. */
export function goingWords(count: number): string {
  return count === 0 ? 'nothing now' : `${plural(count, 'alert')} now`;
}
