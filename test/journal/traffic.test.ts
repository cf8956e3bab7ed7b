import { expect, test } from 'vitest';
import type { Overview } from '../../server/core/overview.ts';
import { Live, type Tracked } from '../../server/journal/live.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { metered } from '../support/meterTraffic.ts';
import { entryOf, eventOf } from '../support/webCircuits.ts';

const well = { state: 'ok' as const, problem: null, since: 0 };

function setUp() {
  const clock = new FakeClock();
  const template = metered().overviews.get();
  let asked = 0;
  const overview = (): Overview => {
    asked += 1;
    return { ...template, now: clock.wall() };
  };
  const snapshot = () => ({ seq: 0, circuits: [], storage: well });
  const live = new Live({ boot: 'b1', clock, maxKept: 5, snapshot, overview });
  const publish = (): void => live.publish({ type: 'storage', status: well });
  return { clock, live, publish, asked: () => asked };
}

async function next(events: AsyncGenerator<Tracked>): Promise<string> {
  const { value, done } = await events.next();
  return done ? 'the end' : `${value.data.type} ${value.id}`;
}

test('a page gets the traffic right after its snapshot, and then each second', async () => {
  const { clock, live } = setUp();
  const events = live.subscribe(null, new AbortController().signal);
  expect(await next(events)).toBe('snapshot b1.0');
  expect(await next(events)).toBe('traffic b1.0');
  for (let second = 0; second < 3; second += 1) {
    const waiting = next(events);
    clock.advance(1_000);
    expect(await waiting).toBe('traffic b1.0');
  }
});

test('nobody listening, nothing is counted together, and no timer runs', async () => {
  const { clock, live, asked } = setUp();
  const ending = new AbortController();
  const events = live.subscribe(null, ending.signal);
  await next(events);
  await next(events);
  const last = next(events);
  ending.abort();
  expect(await last).toBe('the end');
  clock.advance(1_000);
  const counted = asked();
  clock.advance(60_000);
  expect(asked()).toBe(counted);
  expect(clock.timers).toBe(0);
});

test('one overview a second serves all pages', async () => {
  const { clock, live, asked } = setUp();
  const pages = Array.from({ length: 10 }, () => live.subscribe(null, new AbortController().signal));
  for (const page of pages) {
    expect(await next(page)).toBe('snapshot b1.0');
    expect(await next(page)).toBe('traffic b1.0');
  }
  expect(asked()).toBe(1);
  clock.advance(1_000);
  for (const page of pages) expect(await next(page)).toBe('traffic b1.0');
  expect(asked()).toBe(2);
});

test('a slow page gets the newest traffic alone, and every event', async () => {
  const { clock, live, publish } = setUp();
  const events = live.subscribe(null, new AbortController().signal);
  await next(events);
  await next(events);
  for (let second = 0; second < 3; second += 1) {
    publish();
    clock.advance(1_000);
  }
  const heard = [await next(events), await next(events), await next(events), await next(events)];
  expect(heard).toEqual(['traffic b1.0', 'storage b1.1', 'storage b1.2', 'storage b1.3']);
});

test('who comes back from the id of a traffic event misses nothing', async () => {
  const { live, publish } = setUp();
  const ending = new AbortController();
  const first = live.subscribe(null, ending.signal);
  await next(first);
  publish();
  expect(await next(first)).toBe('traffic b1.0');
  ending.abort();
  publish();
  const second = live.subscribe('b1.0', new AbortController().signal);
  const heard = [await next(second), await next(second), await next(second)];
  expect(heard).toEqual(['traffic b1.0', 'storage b1.1', 'storage b1.2']);
});

test('a transition brings the traffic with it, once for several of them', async () => {
  const { clock, live } = setUp();
  const events = live.subscribe(null, new AbortController().signal);
  await next(events);
  await next(events);
  const event = eventOf({ seq: 1 });
  const entry = entryOf(event.provider);
  for (let count = 0; count < 3; count += 1) live.publish({ type: 'circuit', event, entry });
  for (let count = 0; count < 3; count += 1) expect(await next(events)).toMatch(/^circuit/);
  const waiting = next(events);
  clock.advance(100);
  expect(await waiting).toBe('traffic b1.3');
  const second = next(events);
  clock.advance(999);
  live.publish({ type: 'storage', status: well });
  expect(await second).toBe('storage b1.4');
});
