import type { LiveEvent } from '../../server/core/live.ts';
import type { StreamSource } from '../../web/live/stream.ts';
import type { TabChannel, TabLock, TabMessage } from '../../web/live/tabs.ts';
import { entryOf, now, snapshot } from './support.ts';

/** A server whose events are numbered `boot.n`, kept, and resumed from any of them, as the real one's. */
export class FakeServer {
  private readonly kept: LiveEvent[] = [];
  private readonly streams = new Set<Parameters<StreamSource['open']>[1]>();
  private heard = new Set<() => void>();
  private seq = 0;
  up = true;
  opened: (string | null)[] = [];
  polls = 0;

  get open(): number {
    return this.streams.size;
  }

  readonly source = (): StreamSource => ({
    open: (lastEventId, hear) => {
      this.opened.push(lastEventId);
      if (!this.up) {
        queueMicrotask(() => hear.onDown(new Error('refused')));
        return () => {};
      }
      this.streams.add(hear);
      queueMicrotask(() => this.catchUp(lastEventId, hear));
      return () => void this.streams.delete(hear);
    },
    onHeard: (listen) => {
      this.heard.add(listen);
      return () => this.heard.delete(listen);
    },
    poll: async () => {
      this.polls += 1;
      if (!this.up) throw new Error('refused');
      const circuits = [entryOf('deepseek-v3', 'closed', this.seq)];
      return { now, seq: this.seq, circuits, events: [], overview: null };
    },
  });

  publish(event: LiveEvent): void {
    if (event.type === 'circuit') this.seq = event.event.seq;
    this.kept.push(event);
    for (const stream of this.streams) stream.onEvent(`boot.${this.kept.length}`, event);
  }

  ping(): void {
    for (const listen of this.heard) listen();
  }

  cut(): void {
    this.up = false;
    for (const stream of [...this.streams]) stream.onDown(new Error('cut'));
    this.streams.clear();
  }

  private catchUp(lastEventId: string | null, hear: Parameters<StreamSource['open']>[1]): void {
    if (!this.streams.has(hear)) return;
    if (lastEventId === null) {
      const state = this.seq === 0 ? 'closed' : 'open';
      hear.onEvent(`boot.${this.kept.length}`, snapshot(this.seq, [entryOf('deepseek-v3', state, this.seq)]));
      return;
    }
    const from = Number(lastEventId.slice('boot.'.length));
    for (const [index, event] of this.kept.entries()) if (index >= from) hear.onEvent(`boot.${index + 1}`, event);
  }
}

/** One browser: its tabs hear one another, and one of them has the lock. */
export class FakeBrowser {
  private readonly tabs = new Map<string, (message: TabMessage) => void>();
  private readonly waiting: { granted: () => void; lost: () => void }[] = [];
  private holder: { granted: () => void; lost: () => void } | null = null;

  channel(tab: string): TabChannel {
    return {
      post: (message) => {
        for (const [name, listen] of this.tabs) if (name !== tab) listen(structuredClone(message));
      },
      onMessage: (listen) => void this.tabs.set(tab, listen),
      close: () => void this.tabs.delete(tab),
    };
  }

  /** A tab whose messages no longer go out or come in. */
  freeze(tab: string): void {
    this.tabs.delete(tab);
  }

  readonly lock: TabLock = {
    ask: ({ steal, ...asker }) => {
      if (steal && this.holder) {
        const robbed = this.holder;
        this.holder = asker;
        queueMicrotask(robbed.lost);
        asker.granted();
      } else {
        this.waiting.push(asker);
        this.next();
      }
      return () => {
        const at = this.waiting.indexOf(asker);
        if (at >= 0) this.waiting.splice(at, 1);
        if (this.holder === asker) this.holder = null;
        this.next();
      };
    },
  };

  private next(): void {
    if (this.holder) return;
    this.holder = this.waiting.shift() ?? null;
    this.holder?.granted();
  }
}
