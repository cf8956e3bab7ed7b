import type { CircuitEvent } from '../core/circuit/types.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { LiveEvent } from '../core/live.ts';
import type { Overview } from '../core/overview.ts';
import type { RequestRecord, RequestRow } from '../core/records.ts';
import { rowOfRequest } from '../core/trail.ts';

/** Events kept for pages that come back or fall behind. One that needs an older one gets a snapshot instead. */
const defaultMaxKept = 2_000;
/** Transitions that a snapshot brings along: many times what the record may be behind by. */
const maxRecent = 50;
/** Requests likewise: those of the last second. */
const maxRecentRequests = 20;
/** Requests shown a second, over all pages; a person reads fewer. */
const defaultRequestsPerSecond = 20;
/** How often open pages are told of the traffic. */
const trafficMs = 1_000;
/** After a transition they are told so soon, since who carries what has moved with it. Several at once are one. */
const hurryMs = 100;

export type Happening = Exclude<LiveEvent, { type: 'snapshot' | 'traffic' }>;
export type Snapshot = Omit<Extract<LiveEvent, { type: 'snapshot' }>, 'type' | 'now' | 'events' | 'requests'>;

export interface Tracked {
  /** `<boot>.<number>`: what to resume from. */
  id: string;
  data: LiveEvent;
}

interface LiveOptions {
  /** A name of this run, another at each start: numbers begin anew with it. */
  boot: string;
  clock: Clock;
  /** How everything stands now: all that has been published is in it. */
  snapshot: () => Snapshot;
  /** Asked for once a second, and only while a page is open. */
  overview?: (() => Overview) | undefined;
  maxKept?: number | undefined;
  requestsPerSecond?: number | undefined;
}

/**
 * Tells open pages what happens. All of them read from the same bounded list, each at its own pace: a slow page costs no
 * memory, and one that is overtaken is given a fresh snapshot.
 */
export class Live {
  private readonly options: LiveOptions;
  private readonly maxKept: number;
  private readonly requestsPerSecond: number;
  /** Event `number` is at `number % maxKept`. */
  private readonly kept: Happening[] = [];
  private last = 0;
  /** Newest first. */
  private recent: CircuitEvent[] = [];
  private recentRequests: RequestRow[] = [];
  private readonly waiting = new Set<() => void>();
  private second = { from: Number.NEGATIVE_INFINITY, shown: 0 };
  private leftOut = 0;
  private pages = 0;
  private traffic: { number: number; data: LiveEvent } | null = null;
  private ticking: Timer | null = null;
  private hurried = false;

  constructor(options: LiveOptions) {
    this.options = options;
    this.maxKept = options.maxKept ?? defaultMaxKept;
    this.requestsPerSecond = options.requestsPerSecond ?? defaultRequestsPerSecond;
  }

  publish(happening: Happening): void {
    this.last += 1;
    this.kept[this.last % this.maxKept] = happening;
    if (happening.type === 'circuit') {
      this.recent = [happening.event, ...this.recent.slice(0, maxRecent - 1)];
      this.hurry();
    }
    if (happening.type === 'request') {
      this.recentRequests = [happening.request, ...this.recentRequests.slice(0, maxRecentRequests - 1)];
    }
    this.wakeAll();
  }

  /** A sample of these is published. Cheap for the rest. */
  request(record: RequestRecord): void {
    const now = this.options.clock.now();
    if (now - this.second.from >= 1_000) this.second = { from: now, shown: 0 };
    if (this.second.shown >= this.requestsPerSecond) {
      this.leftOut += 1;
      return;
    }
    this.second.shown += 1;
    const { leftOut } = this;
    this.leftOut = 0;
    this.publish({ type: 'request', request: rowOfRequest(record), leftOut });
  }

  /**
   * What has happened since the event of this id, then what happens, until `signal` is aborted: each event once, in order.
   * A snapshot comes first where that cannot be told: no id, one of another run, or one no longer kept.
   */
  async *subscribe(lastEventId: string | null, signal: AbortSignal): AsyncGenerator<Tracked, void, undefined> {
    this.pages += 1;
    try {
      yield* this.tell(this.positionOf(lastEventId), signal);
    } finally {
      this.pages -= 1;
    }
  }

  private async *tell(from: number | null, signal: AbortSignal): AsyncGenerator<Tracked, void, undefined> {
    let position = from;
    let trafficTold = 0;
    if (!this.ticking) this.tick();
    while (!signal.aborted) {
      if (position === null || position < this.last - this.maxKept) {
        position = this.last;
        yield { id: this.idOf(position), data: this.snapshot() };
      } else if (this.traffic && this.traffic.number > trafficTold) {
        trafficTold = this.traffic.number;
        // It goes by the id before it: whoever comes back from here has missed nothing.
        yield { id: this.idOf(position), data: this.traffic.data };
      } else if (position < this.last) {
        position += 1;
        const data = this.kept[position % this.maxKept];
        if (data) yield { id: this.idOf(position), data };
      } else {
        await this.next(signal);
      }
    }
  }

  private snapshot(): LiveEvent {
    const { recent: events, recentRequests: requests } = this;
    return { type: 'snapshot', now: this.options.clock.wall(), events, requests, ...this.options.snapshot() };
  }

  private hurry(): void {
    if (!this.ticking || this.hurried) return;
    this.hurried = true;
    this.ticking.cancel();
    this.ticking = this.options.clock.after(hurryMs, () => this.tick());
  }

  private tick(): void {
    this.ticking = null;
    this.hurried = false;
    const { overview, snapshot, clock } = this.options;
    if (!overview || this.pages === 0) return;
    const data: LiveEvent = { type: 'traffic', overview: overview(), circuits: snapshot().circuits };
    this.traffic = { number: (this.traffic?.number ?? 0) + 1, data };
    this.wakeAll();
    this.ticking = clock.after(trafficMs, () => this.tick());
  }

  private wakeAll(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  private idOf(position: number): string {
    return `${this.options.boot}.${position}`;
  }

  /** Null: not an event of this run. */
  private positionOf(id: string | null): number | null {
    const start = `${this.options.boot}.`;
    if (!id?.startsWith(start)) return null;
    const digits = id.slice(start.length);
    const position = Number(digits);
    return /^\d{1,15}$/.test(digits) && position <= this.last ? position : null;
  }

  /** Settles at the next event, or at the abort. */
  private next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.waiting.delete(wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.waiting.add(wake);
    });
  }
}
