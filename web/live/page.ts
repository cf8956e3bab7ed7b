import { client, noteError, overviewQuery, queryClient } from '../api.ts';
import { pageClock } from './clock.ts';
import { onHeard } from './heard.ts';
import { LiveHub } from './hub.ts';
import { emptyLive } from './reduce.ts';
import { LiveStore } from './store.ts';
import type { StreamSource } from './stream.ts';
import type { TabChannel, TabLock, TabMessage } from './tabs.ts';

/** The live feed of this page, put together from the browser's parts. */
export const liveStore = new LiveStore(pageClock, emptyLive);

const channelName = 'recloser-live';
/** Newest transitions of the record that a poll brings along. */
const maxPolledEvents = 50;

/** Begins; returns what ends it. */
export function startLive(): () => void {
  const hub = new LiveHub({
    store: liveStore,
    source: trpcSource,
    channel: browserChannel(),
    lock: browserLock(),
    clock: pageClock,
    visible: () => document.visibilityState === 'visible',
    tab: `${performance.timeOrigin}-${Math.random()}`,
  });
  const wake = () => {
    if (document.visibilityState === 'visible') hub.wake();
  };
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('online', wake);
  window.addEventListener('pageshow', wake);
  hub.start();
  return () => {
    document.removeEventListener('visibilitychange', wake);
    window.removeEventListener('online', wake);
    window.removeEventListener('pageshow', wake);
    hub.stop();
  };
}

const trpcSource: StreamSource = {
  open(lastEventId, { onEvent, onDown }) {
    const subscription = client.live.events.subscribe(
      { lastEventId },
      {
        onData: ({ id, data }) => onEvent(id, data),
        // The browser would open it again by itself, seconds later: our own hand is quicker, and knows when to poll.
        onConnectionStateChange: ({ state, error }) => {
          if (state === 'connecting' && error) onDown(error);
        },
        onError: onDown,
        onStopped: () => onDown(null),
      },
    );
    return () => subscription.unsubscribe();
  },
  onHeard,
  async poll() {
    try {
      const answer = await client.circuits.list.query();
      const [overview, events] = await Promise.all([
        queryClient.fetchQuery({ ...overviewQuery, retry: false, staleTime: 0 }).catch(() => null),
        // What is not in the record yet comes with the next poll.
        client.events.list.query({ limit: maxPolledEvents }).then(
          ({ rows }) => rows,
          () => [],
        ),
      ]);
      return { ...answer, events, overview };
    } catch (error) {
      noteError(error);
      throw error;
    }
  },
};

function browserChannel(): TabChannel {
  const channel = new BroadcastChannel(channelName);
  return {
    post: (message) => channel.postMessage(message),
    onMessage(listen) {
      channel.onmessage = ({ data }: MessageEvent<TabMessage>) => listen(data);
    },
    close: () => channel.close(),
  };
}

/** Where a browser has no locks (a page over plain HTTP from another machine), every tab leads itself. */
function browserLock(): TabLock {
  const locks: LockManager | undefined = navigator.locks;
  return {
    ask({ steal, granted, lost }) {
      if (!locks) {
        queueMicrotask(granted);
        return () => {};
      }
      const waiting = new AbortController();
      let release = (): void => {};
      let held = false;
      const holding = new Promise<void>((resolve) => {
        release = resolve;
      });
      const hold = () => {
        if (waiting.signal.aborted) return;
        held = true;
        granted();
        return holding;
      };
      // A wait that is given up, and a lock that is stolen, both reject; only the second is news.
      locks
        .request(channelName, steal ? { steal } : { signal: waiting.signal }, hold)
        .catch(() => held && !waiting.signal.aborted && lost());
      return () => {
        waiting.abort();
        release();
      };
    },
  };
}
