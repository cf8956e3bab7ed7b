import type { CircuitEntry, CircuitEvent } from '../../server/core/circuit/types.ts';
import type { Clock, Timer } from '../../server/core/clock.ts';
import type { StorageStatus } from '../../server/core/live.ts';
import type { Overview } from '../../server/core/overview.ts';
import type { RequestRow } from '../../server/core/records.ts';
import type { LiveState } from './reduce.ts';

/** `stale`: nothing was heard for `staleAfterMs`. */
export type LiveStatus = 'live' | 'reconnecting' | 'stale' | 'paused';

/** What components see. The same object until something changed. */
export interface LiveView {
  /** False until the first snapshot: there is nothing to show yet. */
  known: boolean;
  circuits: CircuitEntry[];
  overview: Overview | null;
  storage: StorageStatus | null;
  /** How often something was written of incidents: when it moves, they are read again. */
  incidentsTold: number;
  /** Newest first, at most 100. Those above `eventsSince` are all here; `events.list` has the others. */
  events: CircuitEvent[];
  eventsSince: number;
  /** Newest first, bounded, a sample; see `requestsShown`. */
  requests: RequestRow[];
  /** How many have ever been in `requests`, and how many the server left out between them. */
  requestsShown: number;
  requestsLeftOut: number;
  /** How often the tail began anew: with it what the record has is read again. */
  snapshots: number;
  /** While paused: how many requests have ended since. */
  requestsMissed: number;
  status: LiveStatus;
  /** How it comes: by the stream, or asked for every few seconds because there is no stream. */
  via: 'stream' | 'polling';
  /** Server time of the last news, ms since 1970, while `stale` or `paused`; else null. */
  staleSince: number | null;
  /** The server's wall clock, ms since 1970; stands still while stale or paused. */
  serverNow(): number;
  /** Keeps this tab's view as it is; what happens meanwhile is there at `resume`. */
  pause(): void;
  resume(): void;
}

/** What the feed tells the store: the state, and how it is got. */
export interface LinkState {
  up: boolean;
  via: 'stream' | 'polling';
}

const staleAfterMs = 10_000;
/** Transitions are shown at once; the rest at most so often. */
const calmMs = 250;

export class LiveStore {
  private readonly clock: Clock;
  private readonly listeners = new Set<() => void>();
  private state: LiveState;
  private link: LinkState = { up: false, via: 'stream' };
  /** Local monotonic time of the last news. */
  private heardAt: number;
  /** Server's wall clock minus the local monotonic one. */
  private offset: number;
  private pausedAt: number | null = null;
  private shown: LiveView;
  private soon: Timer | null = null;
  private staleTimer: Timer | null = null;

  constructor(clock: Clock, first: LiveState) {
    this.clock = clock;
    this.state = first;
    this.heardAt = clock.now();
    this.offset = clock.wall() - clock.now();
    this.shown = this.build();
  }

  readonly subscribe = (listen: () => void): (() => void) => {
    this.listeners.add(listen);
    return () => this.listeners.delete(listen);
  };

  readonly view = (): LiveView => this.shown;

  /** `urgent`: a transition or a change of the line, not to be held back. */
  show(state: LiveState, urgent: boolean): void {
    this.state = state;
    if (urgent) this.publish();
    else this.soon ??= this.clock.after(calmMs, () => this.publish());
  }

  /** Something came: the line is alive. `serverNow`: the server's clock, if it was told. */
  heard(serverNow: number | null): void {
    const now = this.clock.now();
    const wasStale = this.isStale();
    this.heardAt = now;
    if (serverNow !== null) this.offset = serverNow - now;
    this.watch();
    if (wasStale) this.publish();
  }

  setLink(link: LinkState): void {
    if (link.up === this.link.up && link.via === this.link.via) return;
    this.link = link;
    if (link.up) this.heardAt = this.clock.now();
    this.watch();
    this.publish();
  }

  /** The server's wall clock by what it told last. */
  serverNow(): number {
    return this.clock.now() + this.offset;
  }

  private readonly pause = (): void => {
    if (this.pausedAt !== null) return;
    this.publish();
    this.pausedAt = this.clock.now();
    this.publish();
  };

  private readonly resume = (): void => {
    this.pausedAt = null;
    this.publish();
  };

  /** Says so when it turns stale, without anything having come. */
  private watch(): void {
    this.staleTimer?.cancel();
    if (this.link.up) return;
    const left = this.heardAt + staleAfterMs - this.clock.now();
    if (left >= 0) this.staleTimer = this.clock.after(left + 1, () => this.publish());
  }

  private isStale(): boolean {
    return !this.link.up && this.clock.now() - this.heardAt > staleAfterMs;
  }

  private status(): LiveStatus {
    if (this.pausedAt !== null) return 'paused';
    if (this.link.up) return 'live';
    return this.isStale() ? 'stale' : 'reconnecting';
  }

  private publish(): void {
    this.soon?.cancel();
    this.soon = null;
    this.shown = this.build();
    for (const listen of this.listeners) listen();
  }

  private build(): LiveView {
    const status = this.status();
    const { pausedAt, heardAt } = this;
    const stoppedAt = pausedAt ?? (status === 'stale' ? heardAt : null);
    const { gap: _gap, seq: _seq, ...facts } = this.state;
    return {
      ...(pausedAt === null ? { ...facts, requestsMissed: 0 } : frozen(this.shown, this.state)),
      status,
      via: this.link.via,
      staleSince: stoppedAt === null ? null : stoppedAt + this.offset,
      serverNow: () => (stoppedAt ?? this.clock.now()) + this.offset,
      pause: this.pause,
      resume: this.resume,
    };
  }
}

/** While paused nothing moves but the count of what came: "+312 new". */
function frozen(shown: LiveView, { requestsShown, requestsLeftOut }: LiveState): LiveView {
  const missed = requestsShown - shown.requestsShown + requestsLeftOut - shown.requestsLeftOut;
  return { ...shown, requestsMissed: missed };
}
