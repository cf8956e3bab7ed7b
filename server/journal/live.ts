import type { Clock } from '../core/clock.ts';
import type { LiveEvent } from '../core/live.ts';
import type { RequestRecord } from '../core/records.ts';

/** Events kept for pages that come back or fall behind. One that needs an older one gets a snapshot instead. */
const defaultMaxKept = 2_000;
/** Requests shown a second, over all pages; a person reads fewer. */
const defaultRequestsPerSecond = 20;

export type Happening = Exclude<LiveEvent, { type: 'snapshot' }>;
export type Snapshot = Omit<Extract<LiveEvent, { type: 'snapshot' }>, 'type' | 'now'>;

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
  private readonly waiting = new Set<() => void>();
  private second = { from: Number.NEGATIVE_INFINITY, shown: 0 };
  private leftOut = 0;

  constructor(options: LiveOptions) {
    this.options = options;
    this.maxKept = options.maxKept ?? defaultMaxKept;
    this.requestsPerSecond = options.requestsPerSecond ?? defaultRequestsPerSecond;
  }

  publish(happening: Happening): void {
    this.last += 1;
    this.kept[this.last % this.maxKept] = happening;
    for (const wake of this.waiting) wake();
    this.waiting.clear();
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
    this.publish({ type: 'request', request: rowOf(record), leftOut });
  }

  /**
   * What has happened since the event of this id, then what happens, until `signal` is aborted: each event once, in order.
   * A snapshot comes first where that cannot be told: no id, one of another run, or one no longer kept.
   */
  async *subscribe(lastEventId: string | null, signal: AbortSignal): AsyncGenerator<Tracked, void, undefined> {
    let position = this.positionOf(lastEventId);
    while (!signal.aborted) {
      if (position === null || position < this.last - this.maxKept) {
        position = this.last;
        const data = { type: 'snapshot', now: this.options.clock.wall(), ...this.options.snapshot() } as const;
        yield { id: this.idOf(position), data };
      } else if (position < this.last) {
        position += 1;
        const data = this.kept[position % this.maxKept];
        if (data) yield { id: this.idOf(position), data };
      } else {
        await this.next(signal);
      }
    }
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

function rowOf({ attempts, ...request }: RequestRecord): Extract<LiveEvent, { type: 'request' }>['request'] {
  return {
    ...request,
    attempts: attempts.map(
      ({ ordinal, provider, outcome, word, failureKind, status, durationMs, firstTokenMs, permit }) => {
        return { ordinal, provider, outcome, word, failureKind, status, durationMs, firstTokenMs, permit };
      },
    ),
  };
}
