import type { Clock, Timer } from '../../server/core/clock.ts';
import type { LiveInput, LiveState } from './reduce.ts';
import type { LinkState } from './store.ts';

/** What tabs of one browser tell one another. A channel gives the messages of one tab in their order. */
export type TabMessage =
  /** A tab has come, or has missed something: the leader answers with `state`. */
  | { kind: 'hello'; from: string }
  /** `to`: for one tab; null: for all. */
  | {
      kind: 'state';
      to: string | null;
      state: LiveState;
      lastEventId: string | null;
      link: LinkState;
      serverNow: number;
    }
  | { kind: 'input'; input: LiveInput; id: string | null }
  | { kind: 'link'; link: LinkState }
  | { kind: 'heard'; serverNow: number };

export interface TabChannel {
  post(message: TabMessage): void;
  onMessage(listen: (message: TabMessage) => void): void;
  close(): void;
}

/** The lock that makes a tab the leader. `steal`: takes it from a holder that does not answer. */
export interface TabLock {
  /** `granted` is called when the lock is ours, `lost` when another tab has stolen it. Returns what gives it up. */
  ask(options: { steal: boolean; granted(): void; lost(): void }): () => void;
}

/** A leader that has been silent for so long is frozen or throttled in the background: a visible tab takes over. */
const silentLeaderMs = 12_000;

/**
 * Chooses the one tab that holds the stream. The lock passes on by itself when that tab closes; a visible tab that hears
 * nothing takes it.
 */
export class Leadership {
  private readonly lock: TabLock;
  private readonly clock: Clock;
  private readonly visible: () => boolean;
  private readonly changed: (leads: boolean) => void;
  private giveUp: (() => void) | null = null;
  private silent: Timer | null = null;
  leads = false;

  constructor(deps: { lock: TabLock; clock: Clock; visible: () => boolean; changed: (leads: boolean) => void }) {
    this.lock = deps.lock;
    this.clock = deps.clock;
    this.visible = deps.visible;
    this.changed = deps.changed;
  }

  start(): void {
    this.ask(false);
    this.leaderHeard();
  }

  /** To be told of every message of the leader. */
  leaderHeard(): void {
    this.silent?.cancel();
    this.silent = this.leads ? null : this.clock.after(silentLeaderMs, () => this.takeOver());
  }

  stop(): void {
    this.silent?.cancel();
    this.giveUp?.();
  }

  private takeOver(): void {
    if (this.leads) return;
    if (this.visible()) {
      this.giveUp?.();
      this.ask(true);
    } else this.leaderHeard();
  }

  private ask(steal: boolean): void {
    this.giveUp = this.lock.ask({
      steal,
      granted: () => {
        this.leads = true;
        this.silent?.cancel();
        this.changed(true);
      },
      lost: () => {
        this.leads = false;
        this.changed(false);
        this.ask(false);
        this.leaderHeard();
      },
    });
  }
}
