import { beforeEach, describe, expect, it } from 'vitest';
import { LiveHub } from '../../web/live/hub.ts';
import { emptyLive } from '../../web/live/reduce.ts';
import { LiveStore } from '../../web/live/store.ts';
import type { StreamSource } from '../../web/live/stream.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeBrowser, FakeServer } from './liveFakes.ts';
import { now, rowOf, transition } from './support.ts';

let clock: FakeClock;
let server: FakeServer;
let browser: FakeBrowser;

beforeEach(() => {
  clock = new FakeClock(now);
  server = new FakeServer();
  browser = new FakeBrowser();
});

function openTab(tab: string, visible = true) {
  const store = new LiveStore(clock, emptyLive);
  const channel = browser.channel(tab);
  const parts = { store, source: server.source(), channel, lock: browser.lock, clock, tab, visible: () => visible };
  const hub = new LiveHub(parts);
  hub.start();
  return {
    store,
    hub,
    state: () => store.view().circuits[0]?.state,
    seqs: () => store.view().events.map((e) => e.seq),
  };
}

/** Lets what waits in microtasks come. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('one tab', () => {
  it('shows a transition at once', async () => {
    const tab = openTab('a');
    await settle();
    server.publish(transition(1, 'deepseek-v3', 'open'));
    expect(tab.state()).toBe('open');
    expect(tab.store.view().status).toBe('live');
  });

  it('goes on after a cut from where it was, without gap or double', async () => {
    const tab = openTab('a');
    await settle();
    server.publish(transition(1, 'deepseek-v3', 'open'));
    server.cut();
    expect(tab.store.view().status).toBe('reconnecting');
    server.publish(transition(2, 'deepseek-v3', 'halfOpen'));
    server.up = true;
    clock.advance(300);
    await settle();
    expect(server.opened).toEqual([null, 'boot.1']);
    expect(tab.state()).toBe('halfOpen');
    expect(tab.seqs()).toEqual([2, 1]);
    expect(tab.store.view().status).toBe('live');
  });

  it('is stale after ten seconds of silence, with its clock standing still', async () => {
    const tab = openTab('a');
    await settle();
    server.cut();
    for (let second = 0; second < 12; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    const { status, staleSince, serverNow } = tab.store.view();
    expect(status).toBe('stale');
    expect(staleSince).toBe(now);
    expect(serverNow()).toBe(now);
  });

  it('asks every three seconds while only the stream cannot be had, and says so', async () => {
    const open: StreamSource['open'] = (_, { onDown }) => {
      queueMicrotask(() => onDown(null));
      return () => {};
    };
    const tab = openTabWith({ ...server.source(), open });
    for (let second = 0; second < 12; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    expect(tab.view()).toMatchObject({ status: 'live', via: 'polling', known: true });
    expect(server.polls).toBeGreaterThanOrEqual(3);
    expect(server.polls).toBeLessThanOrEqual(4);
  });

  it('opens a line anew that has been silent for 25 s, though nobody said it was cut', async () => {
    openTab('a');
    await settle();
    clock.advance(20_000);
    server.ping();
    clock.advance(20_000);
    expect(server.opened).toHaveLength(1);
    clock.advance(6_000);
    expect(server.opened).toHaveLength(2);
  });

  it('a woken laptop opens a dead line at once, and leaves a live one', async () => {
    const tab = openTab('a');
    await settle();
    tab.hub.wake();
    expect(server.opened).toHaveLength(1);
    clock.jumpWall(3_600_000);
    tab.hub.wake();
    expect(server.opened).toHaveLength(2);
  });

  it('asks for a fresh snapshot when a transition was missed', async () => {
    const tab = openTab('a');
    await settle();
    server.publish(transition(3, 'deepseek-v3', 'open'));
    await settle();
    expect(server.opened).toEqual([null, null]);
    expect(tab.state()).toBe('open');
    expect(server.open).toBe(1);
  });

  it('paused, it stands still and counts; going on, it has it all', async () => {
    const tab = openTab('a');
    await settle();
    tab.store.view().pause();
    server.publish(transition(1, 'deepseek-v3', 'open'));
    server.publish({ type: 'request', request: rowOf('x'), leftOut: 2 });
    clock.advance(1_000);
    expect(tab.state()).toBe('closed');
    expect(tab.store.view()).toMatchObject({ status: 'paused', staleSince: now, requestsMissed: 3 });
    tab.store.view().resume();
    expect(tab.state()).toBe('open');
    expect(tab.store.view()).toMatchObject({ status: 'live', requestsMissed: 0, requestsShown: 1 });
  });

  function openTabWith(source: StreamSource): LiveStore {
    const store = new LiveStore(clock, emptyLive);
    const channel = browser.channel('a');
    new LiveHub({ store, source, channel, lock: browser.lock, clock, tab: 'a', visible: () => true }).start();
    return store;
  }
});

describe('seven tabs', () => {
  it('hold one stream between them, and all show the transition', async () => {
    const tabs = Array.from({ length: 7 }, (_, index) => openTab(`t${index}`));
    await settle();
    server.publish(transition(1, 'deepseek-v3', 'open'));
    expect(server.open).toBe(1);
    expect(tabs.map((tab) => tab.state())).toEqual(Array.from({ length: 7 }, () => 'open'));
    expect(tabs.map((tab) => tab.store.view().status)).toEqual(Array.from({ length: 7 }, () => 'live'));
  });

  it('a tab that comes later has what the others have', async () => {
    openTab('a');
    await settle();
    server.publish(transition(1, 'deepseek-v3', 'open'));
    const late = openTab('b');
    await settle();
    expect(late.state()).toBe('open');
    expect(late.seqs()).toEqual([1]);
    expect(server.opened).toEqual([null]);
  });

  it('when the leader closes, the next goes on from its last event, without gap or double', async () => {
    const leader = openTab('a');
    const next = openTab('b');
    const third = openTab('c');
    await settle();
    server.publish(transition(1, 'deepseek-v3', 'open'));
    leader.hub.stop();
    server.publish(transition(2, 'deepseek-v3', 'halfOpen'));
    await settle();
    expect(server.opened).toEqual([null, 'boot.1']);
    expect(next.seqs()).toEqual([2, 1]);
    expect(third.seqs()).toEqual([2, 1]);
    expect(server.open).toBe(1);
  });

  it('a leader that cannot reach the server is left in its place: the others could not either', async () => {
    openTab('a');
    openTab('b');
    await settle();
    server.cut();
    for (let second = 0; second < 40; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    const tries = server.opened.length;
    expect(tries).toBeGreaterThan(8);
    expect(tries).toBeLessThan(16);
  });

  it('a visible tab takes over from a leader that is frozen in the background', async () => {
    openTab('a', false);
    const seen = openTab('b');
    await settle();
    browser.freeze('a');
    clock.advance(13_000);
    await settle();
    server.publish(transition(1, 'deepseek-v3', 'open'));
    expect(seen.state()).toBe('open');
    expect(seen.store.view().status).toBe('live');
  });
});
