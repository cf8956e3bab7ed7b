import type { AlertChange, Storage } from '../../db/storage.ts';
import type { Watched } from '../core/alerts/concerns.ts';
import { messageOf, testMessage } from '../core/alerts/message.ts';
import { type Step, type StepAsk, step } from '../core/alerts/step.ts';
import type { Alert, AlertSettings, AlertSums, Delivery } from '../core/alerts/types.ts';
import type { CircuitEntry } from '../core/circuit/types.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { IncidentRow } from '../core/incidents/report.ts';
import type { OursEvidence } from '../core/incidents/types.ts';
import type { Log } from '../core/log.ts';
import { Outbox } from './outbox.ts';
import type { Post } from './post.ts';

/** How often it is looked whether there is something to tell. */
const tickMs = 5_000;
/** Incidents that go on at once, looked at. */
const maxIncidents = 100;
/** Messages that the disk has not taken; over it the eldest are in no log. They are sent all the same. */
const maxUnwritten = 2_000;

/** What there is to know now, beside the record. */
interface AlertFacts {
  chains: Watched['chains'];
  circuits: readonly CircuitEntry[];
  /** Nobody could be connected to since the last answer; null: it is not so. */
  ours: OursEvidence | null;
  /** Old incidents are still being told: how those of before ended is not known yet. */
  isBehind: boolean;
  environment: string;
  /** Where people reach the dashboard, without a slash at its end. */
  dashboard: string;
}

export interface AlerterOptions {
  storage: Pick<Storage, 'readAlerts' | 'writeAlerts' | 'listIncidents' | 'getIncident'>;
  clock: Clock;
  log: Log;
  newId: () => string;
  post: Post;
  /** In force now. */
  destinations: () => readonly AlertSettings[];
  facts: () => AlertFacts;
}

/** Looks after who is to be told of what: one look after the other, never two, and all it knows is in the record. */
export class Alerter {
  private readonly options: AlerterOptions;
  private readonly outbox: Outbox;
  /** Those that are not done; null: not read yet. */
  private alerts: Alert[] | null = null;
  /** What could not be written yet. */
  private unwritten: AlertChange = { alerts: [], deliveries: [] };
  private timer: Timer | null = null;
  private running = false;
  private looking: Promise<void> | null = null;
  private failing = false;
  /** Destinations that a test is under way to. */
  private readonly testing = new Set<string>();

  constructor(options: AlerterOptions) {
    this.options = options;
    this.outbox = new Outbox(options);
  }

  start(): void {
    this.running = true;
    this.next();
  }

  /** Resolves when nothing is under way any more. What has not arrived is in the record, and sent after the next start. */
  async stop(): Promise<void> {
    this.running = false;
    this.timer?.cancel();
    this.outbox.stop();
    await this.idle();
  }

  /** Resolves when no look and no message is under way. */
  async idle(): Promise<void> {
    await this.looking;
    await this.outbox.idle();
  }

  /** What became of messages since this run began. */
  counted(): AlertSums[] {
    return this.outbox.counted();
  }

  destinations(): readonly AlertSettings[] {
    return this.options.destinations();
  }

  /**
   * Sends a message that says it is a test, once, and gives what became of it; `busy`: one is under way there already;
   * null: there is no such destination.
   */
  async test(name: string, who: string): Promise<Delivery | 'busy' | null> {
    const { clock, newId, storage, facts } = this.options;
    const destination = this.destinations().find((each) => each.name === name);
    if (!destination) return null;
    if (this.testing.has(name)) return 'busy';
    this.testing.add(name);
    try {
      const now = clock.wall();
      const message = testMessage({ ...facts(), now, who });
      const made = begun({ id: newId(), alertKey: null, destination: name, ordinal: 0, message, now });
      const sent = await this.outbox.once(made, destination);
      await storage.writeAlerts({ alerts: [], deliveries: [sent] }).catch((error: unknown) => {
        this.options.log.warn({ error }, 'A test of alerts could not be written into the log of deliveries.');
      });
      return sent;
    } finally {
      this.testing.delete(name);
    }
  }

  private next(): void {
    this.timer = this.options.clock.after(tickMs, () => {
      this.looking = this.look().finally(() => {
        this.looking = null;
        if (this.running) this.next();
      });
    });
  }

  private async look(): Promise<void> {
    const { log, clock, destinations, facts } = this.options;
    try {
      const all = this.alerts ?? (await this.read());
      if (all.length === 0 && destinations().length === 0) return;
      const { isBehind, ...now } = facts();
      const { rows, error } = isBehind ? unread : await this.incidentsOf(all);
      const held = rows === null ? all.filter(({ chain }) => chain === null) : [];
      const before = all.filter((alert) => !held.includes(alert));
      const seen = { ...now, destinations: destinations(), incidents: rows ?? [], alerts: before, now: clock.wall() };
      await this.take(step({ ...seen, waiting: this.outbox.waiting() }), { ...seen, held });
      if (error !== null) throw error;
      if (this.failing) log.info({}, 'Alerts are looked after again.');
      this.failing = false;
    } catch (error) {
      if (!this.failing && this.running) {
        log.warn({ error }, 'The record cannot be read or written now: alerts are told by what is known without it.');
      }
      this.failing = true;
    }
  }

  /** What an earlier run left. */
  private async read(): Promise<Alert[]> {
    const { alerts, waiting } = await this.options.storage.readAlerts();
    this.alerts = alerts;
    this.outbox.add(waiting);
    return alerts;
  }

  /** Those that go on, and those that alerts are about. Never rejects: chains at risk are told of without the record. */
  private async incidentsOf(alerts: readonly Alert[]): Promise<ReadIncidents> {
    const { storage } = this.options;
    try {
      const { rows } = await storage.listIncidents({ unresolved: true, limit: maxIncidents });
      const others: IncidentRow[] = [];
      for (const { incidentId, resolvedAt } of alerts) {
        if (incidentId === null || resolvedAt !== null || rows.some(({ id }) => id === incidentId)) continue;
        const found = await storage.getIncident(incidentId);
        if (found) others.push(found.row);
      }
      return { rows: [...rows, ...others], error: null };
    } catch (error) {
      return { rows: null, error };
    }
  }

  /** Writes how alerts stand and what is to be told, and then tells it: also where the disk does not take it. */
  private async take(made: Step, seen: Seen): Promise<void> {
    const known = new Map(seen.alerts.map((alert) => [alert.key, JSON.stringify(alert)]));
    const changed = made.alerts.filter(({ alert, done }) => done || known.get(alert.key) !== JSON.stringify(alert));
    const deliveries = made.due.map((due) => this.delivery(due, seen));
    this.alerts = [...seen.held, ...made.alerts.filter(({ done }) => !done).map(({ alert }) => alert)];
    this.note({ alerts: changed, deliveries });
    this.sayUntold(made, seen);
    try {
      await this.write();
    } finally {
      this.note({ alerts: [], deliveries: this.outbox.add(deliveries) });
    }
  }

  /** Who was told of something and is not in the config any more hears nothing of its end: nobody else would close it there. */
  private sayUntold({ alerts }: Step, seen: Seen): void {
    const names = seen.destinations.map(({ name }) => name);
    for (const { alert } of alerts) {
      const before = seen.alerts.find(({ key }) => key === alert.key);
      if (alert.resolvedAt === null || before?.resolvedAt !== null) continue;
      for (const { destination } of alert.told) if (!names.includes(destination)) this.warnUntold(alert, destination);
    }
  }

  private warnUntold({ key }: Alert, destination: string): void {
    const { log } = this.options;
    log.warn(
      { alert: key, destination },
      'An alert is over whose destination is not in the config any more and hears no end: close it there by hand, or put it back within a week.',
    );
  }

  private note({ alerts, deliveries }: AlertChange): void {
    const others = this.unwritten.alerts.filter(({ alert: { key } }) => !alerts.some(({ alert }) => alert.key === key));
    const messages = [...this.unwritten.deliveries, ...deliveries].slice(-maxUnwritten);
    this.unwritten = { alerts: [...others, ...alerts], deliveries: messages };
  }

  private async write(): Promise<void> {
    const change = this.unwritten;
    if (change.alerts.length === 0 && change.deliveries.length === 0) return;
    await this.options.storage.writeAlerts(change);
    this.unwritten = { alerts: [], deliveries: [] };
  }

  private delivery({ alert, concern, told }: Step['due'][number], seen: Seen): Delivery {
    const incident = seen.incidents.find(({ id }) => id === alert.incidentId) ?? null;
    const message = messageOf({ ...seen, alert, concern, told, incident });
    const about = { alertKey: alert.key, destination: told.destination, ordinal: told.count };
    return begun({ ...about, id: this.options.newId(), message, now: seen.now });
  }
}

/** `rows` null: incidents are not known now, and what was told of them stands. */
interface ReadIncidents {
  rows: IncidentRow[] | null;
  error: unknown;
}

const unread: ReadIncidents = { rows: null, error: null };

type Seen = Omit<AlertFacts, 'isBehind'> &
  Pick<StepAsk, 'destinations' | 'incidents' | 'alerts' | 'now'> & {
    /** Those that nothing is to be said of now. */
    held: readonly Alert[];
  };

type Begun = Pick<Delivery, 'id' | 'alertKey' | 'destination' | 'ordinal' | 'message'> & { now: number };

function begun({ now, ...delivery }: Begun): Delivery {
  const never = { attempts: 0, answer: null, error: null, settledAt: null };
  return { ...delivery, ...never, createdAt: now, nextAt: now, status: 'waiting' };
}
