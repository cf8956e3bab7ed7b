import type { Clock } from '../../server/core/clock.ts';
import { emptyLive, type LiveInput, type LiveState, reduceLive, serverTimeOf } from './reduce.ts';
import type { LinkState, LiveStore } from './store.ts';
import { LiveStream, type StreamSource } from './stream.ts';
import { Leadership, type TabChannel, type TabLock, type TabMessage } from './tabs.ts';

/** The other tabs are told of a sign of life at most so often. */
const heardEveryMs = 1_000;

export interface HubDeps {
  store: LiveStore;
  source: StreamSource;
  channel: TabChannel;
  lock: TabLock;
  clock: Clock;
  visible: () => boolean;
  /** A name of this tab. */
  tab: string;
}

/**
 * One tab's part in the live feed. The leader holds the stream, and tells the others what comes; they patch what they
 * have by the same reducer. Whoever misses something says hello and is given the whole state.
 */
export class LiveHub {
  private readonly deps: HubDeps;
  private readonly leadership: Leadership;
  private state: LiveState = emptyLive;
  private lastEventId: string | null = null;
  private link: LinkState = { up: false, via: 'stream' };
  private stream: LiveStream | null = null;
  /** A snapshot is on its way; until it comes nothing more is asked. */
  private mending = false;
  private heardToldAt = Number.NEGATIVE_INFINITY;

  constructor(deps: HubDeps) {
    this.deps = deps;
    this.leadership = new Leadership({
      lock: deps.lock,
      clock: deps.clock,
      visible: deps.visible,
      changed: (leads) => (leads ? this.lead() : this.follow()),
    });
  }

  start(): void {
    this.deps.channel.onMessage((message) => this.told(message));
    this.deps.channel.post({ kind: 'hello', from: this.deps.tab });
    this.leadership.start();
  }

  stop(): void {
    this.stream?.stop();
    this.leadership.stop();
    this.deps.channel.close();
  }

  /** The page was shown again, or the network came back. */
  wake(): void {
    this.stream?.wake();
  }

  private lead(): void {
    const { source, clock } = this.deps;
    this.mending = false;
    this.stream = new LiveStream({
      source,
      clock,
      lastEventId: this.lastEventId,
      listener: {
        onInput: (input, id) => this.came(input, id),
        onLink: (link) => this.linked(link),
        onHeard: (serverNow) => this.heard(serverNow),
      },
    });
    if (this.state.known) this.tellState(null);
    this.stream.start();
  }

  private follow(): void {
    this.stream?.stop();
    this.stream = null;
    this.deps.channel.post({ kind: 'hello', from: this.deps.tab });
  }

  /** From our own stream. */
  private came(input: LiveInput, id: string | null): void {
    this.deps.channel.post({ kind: 'input', input, id });
    this.take(input, id);
    if (this.state.gap && !this.mending) {
      this.mending = true;
      this.stream?.startOver();
    }
  }

  private linked(link: LinkState): void {
    const same = link.up === this.link.up && link.via === this.link.via;
    // While it is down each try is told: a leader that says nothing is taken for frozen.
    if (same && link.up) return;
    this.link = link;
    this.deps.store.setLink(link);
    this.deps.channel.post({ kind: 'link', link });
  }

  private heard(serverNow: number | null): void {
    const { store, channel, clock } = this.deps;
    store.heard(serverNow);
    if (clock.now() - this.heardToldAt < heardEveryMs) return;
    this.heardToldAt = clock.now();
    channel.post({ kind: 'heard', serverNow: this.serverNow() });
  }

  private told(message: TabMessage): void {
    if (message.kind === 'hello') {
      if (this.leadership.leads && this.state.known) this.tellState(message.from);
      return;
    }
    if (this.leadership.leads) return;
    this.leadership.leaderHeard();
    switch (message.kind) {
      case 'state':
        if (message.to === null || message.to === this.deps.tab) this.adopt(message);
        return;
      case 'input':
        this.toldInput(message.input, message.id);
        return;
      case 'link':
        this.link = message.link;
        this.deps.store.setLink(message.link);
        return;
      case 'heard':
        this.deps.store.heard(message.serverNow);
    }
  }

  private toldInput(input: LiveInput, id: string | null): void {
    const whole = input.type === 'snapshot' || input.type === 'polled';
    // Before the leader's state has come there is nothing to patch; the state will have it.
    if (!this.state.known && !whole) return;
    this.take(input, id);
    if (this.state.gap && !this.mending) {
      this.mending = true;
      this.deps.channel.post({ kind: 'hello', from: this.deps.tab });
    }
  }

  private adopt({ state, lastEventId, link, serverNow }: Extract<TabMessage, { kind: 'state' }>): void {
    // A new leader may know less than we do; what it lacks it will tell again.
    if (this.state.known && !this.state.gap && state.seq < this.state.seq) return;
    this.state = state;
    this.lastEventId = lastEventId;
    this.link = link;
    this.mending = false;
    this.deps.store.heard(serverNow);
    this.deps.store.show(state, true);
    this.deps.store.setLink(link);
  }

  private take(input: LiveInput, id: string | null): void {
    if (id !== null) this.lastEventId = id;
    const serverNow = serverTimeOf(input);
    if (serverNow !== null) this.deps.store.heard(serverNow);
    this.state = reduceLive(this.state, input);
    if (input.type === 'snapshot') this.mending = false;
    this.deps.store.show(this.state, input.type !== 'request' && input.type !== 'traffic');
  }

  private tellState(to: string | null): void {
    const { state, lastEventId, link } = this;
    this.deps.channel.post({ kind: 'state', to, state, lastEventId, link, serverNow: this.serverNow() });
  }

  private serverNow(): number {
    return this.deps.store.serverNow();
  }
}
