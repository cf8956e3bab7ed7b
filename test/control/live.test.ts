import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { LiveSource } from '../../server/control/live.ts';
import { createRouter } from '../../server/control/router.ts';
import type { LiveEvent } from '../../server/core/live.ts';
import { act, bearer, cookieOf, post, tokenOf } from '../support/access.ts';
import {
  aboutTests,
  bookOfTests,
  call,
  nothingYet,
  settingsOfTests,
  startControl,
  testOperations,
  testToken,
} from '../support/control.ts';
import { listen } from '../support/listen.ts';

/** A source of numbered events that keeps all of them, and knows how many readers it has. */
class NumberedSource extends EventEmitter implements LiveSource {
  readonly events: LiveEvent[] = [];
  readers = 0;
  asked: (string | null)[] = [];

  constructor() {
    super();
    this.setMaxListeners(0);
  }

  publish(problem: string): void {
    this.events.push({ type: 'storage', status: { state: 'degraded', problem, since: 0 } });
    this.emit('more');
  }

  async *subscribe(lastEventId: string | null, signal: AbortSignal) {
    this.asked.push(lastEventId);
    this.readers += 1;
    this.emit('readers');
    try {
      let next = lastEventId === null ? 0 : Number(lastEventId.split('.')[1]);
      while (!signal.aborted) {
        const data = this.events[next];
        if (data) yield { id: `boot.${++next}`, data };
        else await once(this, 'more', { signal }).catch(() => {});
      }
    } finally {
      this.readers -= 1;
      this.emit('readers');
    }
  }
}

describe('live events', () => {
  it('come with their ids as a stream, and a reader who left resumes after the last one heard', async () => {
    const live = new NumberedSource();
    await using control = await startControl({ live });
    live.publish('one');
    live.publish('two');
    const first = await listen(control);
    expect(first.response.status).toBe(200);
    expect(first.response.headers.get('content-type')).toContain('text/event-stream');
    expect(await first.next()).toMatchObject({ id: 'boot.1', data: { status: { problem: 'one' } } });
    first.leave();

    const second = await listen(control, { lastEventId: 'boot.1' });
    expect(await second.next()).toMatchObject({ id: 'boot.2', data: { status: { problem: 'two' } } });
    live.publish('three');
    expect(await second.next()).toMatchObject({ id: 'boot.3', data: { status: { problem: 'three' } } });
    expect(live.asked).toEqual([null, 'boot.1']);
    second.leave();
  });

  it('a reader who leaves is no longer read for', async () => {
    const live = new NumberedSource();
    await using control = await startControl({ live });
    live.publish('one');
    const reader = await listen(control);
    await reader.next();
    expect(live.readers).toBe(1);
    const left = once(live, 'readers');
    reader.leave();
    await left;
    expect(live.readers).toBe(0);
  });

  it('signing out ends the streams of that session', async () => {
    const live = new NumberedSource();
    await using control = await startControl({ live });
    live.publish('one');
    const signedIn = await fetch(control.url + control.signInLink(), { redirect: 'manual' });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    const reader = await listen(control, { headers: { cookie } });
    await reader.next();
    const headers = { cookie, 'content-type': 'application/json' };
    await fetch(`${control.url}/sign-out`, { method: 'POST', headers, body: '{}' });
    expect(await reader.next()).toBeNull();
    expect(live.readers).toBe(0);
  });

  it('streams that were asked for with a token end when it is revoked, or when its time is up, and no others', async () => {
    const live = new NumberedSource();
    await using control = await startControl({ live });
    live.publish('one');
    const secrets = {
      revoked: await tokenOf(control, 'viewer', { name: 'revoked', expires: '90d' }),
      expired: await tokenOf(control, 'viewer', { name: 'expired', expires: '30d' }),
      good: await tokenOf(control, 'viewer', { name: 'good' }),
    };
    const signedIn = cookieOf(await post(control, '/sign-in', { token: secrets.expired }));
    const [revoked, expired, session, good] = await Promise.all(
      [bearer(secrets.revoked), bearer(secrets.expired), { cookie: signedIn }, bearer(secrets.good)].map((headers) =>
        listen(control, { headers }),
      ),
    );
    const all = [revoked, expired, session, good];
    for (const reader of all) expect(await reader?.next()).toMatchObject({ id: 'boot.1' });
    await act(control, 'access.revokeToken', { id: 'revoked' });
    expect(await revoked?.next()).toBeNull();
    // Set back, the clock gives a token the time that it gives everything else.
    control.clock.jumpWall(-60_000);
    control.clock.advance(7 * 86_400_000 - 1);
    expect(live.readers).toBe(3);
    control.clock.advance(1);
    expect(await session?.next()).toBeNull();
    control.clock.advance(23 * 86_400_000 + 60_000 - 1);
    expect(live.readers).toBe(2);
    control.clock.advance(1);
    expect(await expired?.next()).toBeNull();
    live.publish('two');
    expect(await good?.next()).toMatchObject({ id: 'boot.2' });
    good?.leave();
  });

  it('there is a bound on open streams, of one and of all, and one that ends makes room', async () => {
    const live = new NumberedSource();
    await using control = await startControl({ live });
    live.publish('one');
    const names = ['one', 'two', 'three', 'four', 'five'];
    const tokens = await Promise.all(names.map((name) => tokenOf(control, 'viewer', { name })));
    const refusal = async (token = '') => {
      const { body } = await call(control, 'live.events', { headers: bearer(token) });
      return [body.error?.data.code, body.error?.message.split(',')[0]];
    };
    const readers: Awaited<ReturnType<typeof listen>>[] = [];
    for (const token of tokens.slice(0, 4)) {
      for (let open = 0; open < 50; open += 1) readers.push(await listen(control, { headers: bearer(token) }));
      await Promise.all(readers.slice(-50).map((reader) => reader.next()));
      if (token === tokens[0]) {
        expect(await refusal(token)).toEqual(['TOO_MANY_REQUESTS', '50 live streams of token:one are open']);
      }
    }
    expect(await refusal(tokens[4])).toEqual(['TOO_MANY_REQUESTS', '200 live streams are open']);
    const left = once(live, 'readers');
    readers[0]?.leave();
    await left;
    expect((await (await listen(control)).next())?.id).toBe('boot.1');
    for (const reader of readers) reader.leave();
  });

  it('silence is filled with pings, and a client knows when to connect anew', () => {
    const { operations, storage, board, clock } = testOperations();
    const parts = { overviews: nothingYet(board, clock), about: () => aboutTests, book: bookOfTests };
    const { sse } = createRouter({
      operations,
      storage,
      live: new NumberedSource(),
      settings: settingsOfTests,
      ...parts,
    })._def._config;
    expect(sse?.ping?.enabled).toBe(true);
    expect(sse?.client?.reconnectAfterInactivityMs).toBeGreaterThan(2 * (sse?.ping?.intervalMs ?? Number.NaN));
  });

  it('closing the listener breaks open streams off at once, so that readers come back to the next start', async () => {
    const live = new NumberedSource();
    const control = await startControl({ live });
    live.publish('one');
    const reader = await listen(control);
    await reader.next();
    await control.server.close();
    await expect(reader.next()).rejects.toThrow();
  });
});

describe('closing the listener', () => {
  it('lets an act under way through to its answer first', async () => {
    const control = await startControl();
    control.storage.disk = 'stuck';
    const acting = fetch(`${control.url}/trpc/circuits.trip`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${testToken}` },
      body: JSON.stringify({ provider: 'qwen-72b', reason: 'outage' }),
    });
    await expect.poll(() => control.board.lastSeq).toBe(1);
    const closing = control.server.close();
    await expect.poll(async () => (await fetch(`${control.url}/healthz`)).status).toBe(503);
    control.storage.unstick();
    expect(await (await acting).json()).toMatchObject({ result: { data: { state: 'tripped', durable: true } } });
    await closing;
  });
});
