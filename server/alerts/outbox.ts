import type { AlertStorage } from '../../db/storage.ts';
import { afterTry } from '../core/alerts/retry.ts';
import type { AlertMessage, AlertSettings, AlertSums, Delivery } from '../core/alerts/types.ts';
import { bodyOf } from '../core/alerts/wire.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Post } from './post.ts';
import { signatureHeaders } from './sign.ts';

/** Messages that wait, over all destinations; over it new ones are not sent, and the log of deliveries says so. */
const maxWaiting = 2_000;
/** A wall clock that was set back must not hold a message for longer. */
const longestWaitMs = 15 * 60_000;
/** Messages under way when the program stops get so long. */
const stopGraceMs = 3_000;

interface OutboxOptions {
  storage: Pick<AlertStorage, 'writeAlerts'>;
  clock: Clock;
  log: Log;
  post: Post;
  /** In force now. */
  destinations: () => readonly AlertSettings[];
}

/** Sends messages: to each destination one after the other in their order, each until it has arrived or is given up. */
export class Outbox {
  private readonly options: OutboxOptions;
  private readonly lanes = new Map<string, Delivery[]>();
  private readonly timers = new Map<string, Timer>();
  private readonly sending = new Map<string, Promise<void>>();
  private readonly ending = new AbortController();
  private readonly sums = new Map<string, AlertSums>();
  private running = true;

  constructor(options: OutboxOptions) {
    this.options = options;
  }

  /** Takes messages that wait, in their order. Those that there is no room for are given back, as failed. */
  add(deliveries: readonly Delivery[]): Delivery[] {
    const refused: Delivery[] = [];
    let count = [...this.lanes.values()].reduce((sum, lane) => sum + lane.length, 0);
    for (const delivery of deliveries) {
      if (count >= maxWaiting) {
        const error = `${maxWaiting} messages wait already`;
        this.sumsOf(delivery.destination).failed += 1;
        refused.push({ ...delivery, status: 'failed', error, settledAt: this.options.clock.wall() });
        continue;
      }
      count += 1;
      const lane = this.lanes.get(delivery.destination) ?? [];
      this.lanes.set(delivery.destination, [...lane, delivery]);
    }
    for (const name of this.lanes.keys()) this.next(name);
    return refused;
  }

  /** By the key of an alert: destinations that a message about it waits for. */
  waiting(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const { alertKey, destination } of [...this.lanes.values()].flat()) {
      if (alertKey === null) continue;
      found.set(alertKey, (found.get(alertKey) ?? new Set<string>()).add(destination));
    }
    return found;
  }

  /** By destination: those of the config, and those that had messages. */
  counted(): AlertSums[] {
    for (const { name } of this.options.destinations()) this.sumsOf(name);
    return [...this.sums.values()].map((sums) => ({ ...sums, waiting: this.lanes.get(sums.destination)?.length ?? 0 }));
  }

  /** Sends one message now, beside those that wait, once. */
  async once(delivery: Delivery, destination: AlertSettings): Promise<Delivery> {
    const sent = await this.attempt(delivery, destination);
    // Nobody has to close what a test has opened.
    if (destination.kind === 'pagerduty' && sent.status === 'delivered') {
      const message: AlertMessage = { ...delivery.message, sending: 'resolved' };
      await this.attempt({ ...delivery, message }, destination);
    }
    return sent;
  }

  /** Begins nothing more; what is under way is given up after a while. */
  stop(): void {
    this.running = false;
    for (const timer of this.timers.values()) timer.cancel();
    const { clock } = this.options;
    const grace = clock.after(stopGraceMs, () => this.ending.abort());
    void this.idle().then(() => grace.cancel());
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.sending.size > 0) await Promise.all(this.sending.values());
  }

  private next(name: string): void {
    this.timers.get(name)?.cancel();
    this.timers.delete(name);
    const [first] = this.lanes.get(name) ?? [];
    if (!first) this.lanes.delete(name);
    if (!first || !this.running || this.sending.has(name)) return;
    const waitMs = Math.min(longestWaitMs, first.nextAt - this.options.clock.wall());
    if (waitMs > 0)
      this.timers.set(
        name,
        this.options.clock.after(waitMs, () => this.start(name, first)),
      );
    else this.start(name, first);
  }

  private start(name: string, delivery: Delivery): void {
    if (!this.running || this.sending.has(name)) return;
    const sending = this.send(name, delivery).finally(() => {
      this.sending.delete(name);
      this.next(name);
    });
    this.sending.set(name, sending);
  }

  private async send(name: string, delivery: Delivery): Promise<void> {
    const { clock, destinations } = this.options;
    const destination = destinations().find((each) => each.name === name);
    const after = destination
      ? await this.attempt(delivery, destination)
      : { ...delivery, status: 'dropped' as const, error: 'it is not in the config any more', settledAt: clock.wall() };
    // Given up by the end of the program: it is as if it had not been tried.
    if (this.ending.signal.aborted && after.status !== 'delivered') return;
    this.say(after);
    if (after.status !== 'waiting') this.sumsOf(name)[after.status] += 1;
    const rest = (this.lanes.get(name) ?? []).slice(1);
    this.lanes.set(name, after.status === 'waiting' ? [after, ...rest] : rest);
    await this.write(after);
  }

  private async attempt(delivery: Delivery, destination: AlertSettings): Promise<Delivery> {
    const { clock, post } = this.options;
    const body = JSON.stringify(bodyOf(delivery.message, destination));
    const { secret, previousSecret } = destination;
    const secrets = [secret, previousSecret].filter((each) => each !== null);
    const signed = { id: delivery.id, at: clock.wall(), body, secrets };
    const headers = secrets.length > 0 ? signatureHeaders(signed) : {};
    const tried = await post({ destination, headers, body, signal: this.ending.signal });
    return afterTry(delivery, tried, clock.wall());
  }

  private async write(delivery: Delivery): Promise<void> {
    try {
      await this.options.storage.writeAlerts({ alerts: [], deliveries: [delivery] });
    } catch (error) {
      this.options.log.warn(
        { error, delivery: delivery.id },
        'What became of a message of an alert could not be written: it may be sent once more, under the same id, after a restart.',
      );
    }
  }

  private sumsOf(destination: string): AlertSums {
    const sums = this.sums.get(destination) ?? { destination, delivered: 0, failed: 0, dropped: 0, waiting: 0 };
    this.sums.set(destination, sums);
    return sums;
  }

  private say({ id, destination, status, attempts, error, message, alertKey }: Delivery): void {
    const { log } = this.options;
    const about = { delivery: id, alert: alertKey, destination, sending: message.sending };
    if (status === 'delivered') log.info(about, 'An alert was sent.');
    else if (status === 'waiting' && attempts > 1) return;
    else if (status === 'waiting') log.warn({ ...about, problem: error }, 'An alert did not arrive: it is sent again.');
    else log.error({ ...about, problem: error }, 'An alert did not arrive, and is given up.');
  }
}
