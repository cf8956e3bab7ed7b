import type { CircuitEntry, CircuitEvent } from '../../server/core/circuit/types.ts';
import type { Clock, Timer } from '../../server/core/clock.ts';
import type { LiveEvent } from '../../server/core/live.ts';
import type { Overview } from '../../server/core/overview.ts';
import type { LiveInput } from './reduce.ts';
import type { LinkState } from './store.ts';

/** The world of the feed: how to open the stream, how to ask without one. */
export interface StreamSource {
  /** Opens the stream from the event after `lastEventId`. Returns what closes it. `onDown` is called at most once. */
  open(
    lastEventId: string | null,
    hear: { onEvent(id: string | null, input: LiveEvent): void; onDown(error: unknown): void },
  ): () => void;
  /** Calls `listen` at every sign of life of the open stream. */
  onHeard(listen: () => void): () => void;
  poll(): Promise<{
    now: number;
    seq: number;
    circuits: CircuitEntry[];
    events: CircuitEvent[];
    overview: Overview | null;
  }>;
}

export interface StreamListener {
  onInput(input: LiveInput, id: string | null): void;
  onLink(link: LinkState): void;
  /** The server was heard; its clock, if it told it. */
  onHeard(serverNow: number | null): void;
}

const firstRetryMs = 250;
const maxRetryMs = 5_000;
/** The server pings each 10 s: after so long without a sound the line is dead, whatever it looks like. */
const silenceMs = 25_000;
/** Without a stream for so long, the circuits are asked for instead. */
const pollAfterMs = 2_000;
const pollMs = 3_000;

/** Keeps one stream open: tries again, a little later each time; asks every few seconds while there is none. */
export class LiveStream {
  private readonly source: StreamSource;
  private readonly listener: StreamListener;
  private readonly clock: Clock;
  private lastEventId: string | null;
  private close: (() => void) | null = null;
  private stopHearing: (() => void) | null = null;
  private retry: Timer | null = null;
  private retryMs = firstRetryMs;
  private silence: Timer | null = null;
  private polling: Timer | null = null;
  private heardAt = 0;
  private stopped = false;

  constructor(deps: { source: StreamSource; listener: StreamListener; clock: Clock; lastEventId: string | null }) {
    this.source = deps.source;
    this.listener = deps.listener;
    this.clock = deps.clock;
    this.lastEventId = deps.lastEventId;
  }

  start(): void {
    this.stopHearing = this.source.onHeard(() => this.heard());
    this.open();
    this.startPolling(pollAfterMs);
  }

  stop(): void {
    this.stopped = true;
    this.drop();
    this.stopHearing?.();
    this.retry?.cancel();
    this.stopPolling();
  }

  /** The laptop woke, or the network came back: a line that has been silent too long is opened anew at once. */
  wake(): void {
    if (this.stopped) return;
    const alive = this.close !== null && this.clock.wall() - this.heardAt <= silenceMs;
    if (!alive) this.reopen();
  }

  /** Something was missed: begins again with a snapshot. */
  startOver(): void {
    this.lastEventId = null;
    this.reopen();
  }

  private reopen(): void {
    this.retry?.cancel();
    this.drop();
    this.open();
  }

  private open(): void {
    this.retry = null;
    this.heardAt = this.clock.wall();
    let mine = true;
    const close = this.source.open(this.lastEventId, {
      onEvent: (id, input) => {
        if (!mine) return;
        this.lastEventId = id ?? this.lastEventId;
        this.heard();
        this.listener.onInput(input, id);
      },
      onDown: () => {
        if (mine) this.down();
      },
    });
    this.close = () => {
      mine = false;
      close();
    };
    this.watchSilence();
  }

  private heard(): void {
    if (this.close === null) return;
    this.retryMs = firstRetryMs;
    this.heardAt = this.clock.wall();
    this.watchSilence();
    this.stopPolling();
    this.listener.onLink({ up: true, via: 'stream' });
    this.listener.onHeard(null);
  }

  private down(): void {
    this.drop();
    if (this.stopped) return;
    this.retry ??= this.clock.after(this.retryMs, () => this.open());
    this.retryMs = Math.min(this.retryMs * 2, maxRetryMs);
    if (this.polling) return;
    this.listener.onLink({ up: false, via: 'stream' });
    this.startPolling(pollAfterMs);
  }

  private drop(): void {
    this.silence?.cancel();
    this.close?.();
    this.close = null;
  }

  private watchSilence(): void {
    this.silence?.cancel();
    this.silence = this.clock.after(silenceMs, () => this.down());
  }

  private startPolling(ms: number): void {
    this.polling?.cancel();
    const timer = this.clock.after(ms, () => {
      this.poll().finally(() => {
        // Another timer, or none: the stream came back, or this one was stopped, while the answer was under way.
        if (this.polling === timer) this.startPolling(pollMs);
      });
    });
    this.polling = timer;
  }

  private stopPolling(): void {
    this.polling?.cancel();
    this.polling = null;
  }

  private async poll(): Promise<void> {
    const asked = this.polling;
    try {
      const { now, seq, circuits, events, overview } = await this.source.poll();
      if (this.polling !== asked) return;
      this.listener.onHeard(now);
      this.listener.onInput({ type: 'polled', seq, circuits, events }, null);
      if (overview) this.listener.onInput({ type: 'traffic', overview, circuits }, null);
      this.listener.onLink({ up: true, via: 'polling' });
    } catch {
      if (this.polling === asked) this.listener.onLink({ up: false, via: 'polling' });
    }
  }
}
