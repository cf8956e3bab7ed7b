import { describe, expect, it } from 'vitest';
import { Sessions, sessionMs } from '../../server/control/session.ts';
import { realClock } from '../../server/world.ts';
import { TestDatabase } from '../db/support/database.ts';
import { cookieOf, post, tokenOf } from '../support/access.ts';
import { call, startControl, testToken } from '../support/control.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { MemoryStorage } from '../support/memoryStorage.ts';

const operator = { who: 'operator', role: 'operator', owner: null, way: 'link', from: null } as const;
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

function sessions(storage = new MemoryStorage(), clock = new FakeClock()) {
  const restored = [...storage.sessions.values()].filter(({ endsAt }) => endsAt > clock.wall());
  return { storage, clock, sessions: new Sessions({ storage, clock, log: quiet, restored }) };
}

/** Lets writes that were begun come to their end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('sessions', () => {
  it('outlive the process, and nothing on the disk would sign anybody in', async () => {
    await using database = new TestDatabase();
    const first = await database.open();
    const before = new Sessions({ storage: first, clock: realClock, log: quiet, restored: [] });
    const secret = before.open(operator);
    const other = before.open(operator);
    before.close(other);
    await first.close(2_000);
    const second = await database.open();
    const restored = await second.listSessions(realClock.wall());
    expect(JSON.stringify(restored)).not.toContain(secret);
    const after = new Sessions({ storage: second, clock: realClock, log: quiet, restored });
    expect(after.find(secret)?.who).toBe('operator');
    expect(after.find(other)).toBeNull();
    expect(after.find('a guess')).toBeNull();
  });

  it('end after a week, before and after a restart, and their streams with them', async () => {
    const { sessions: before, storage, clock } = sessions();
    const secret = before.open(operator);
    await settle();
    clock.advance(sessionMs - 1_000);
    const { sessions: after } = sessions(storage, clock);
    const signal = after.find(secret)?.signal;
    expect(signal?.aborted).toBe(false);
    clock.advance(1_000);
    expect(signal?.aborted).toBe(true);
    expect(after.find(secret)).toBeNull();
    await settle();
    expect(storage.sessions.size).toBe(0);
  });

  it('of one person end everywhere at once, and those of others go on', async () => {
    const { sessions: kept, storage } = sessions();
    const [one, two, another] = [
      kept.open(operator),
      kept.open(operator),
      kept.open({ ...operator, who: 'token:admin', role: 'admin', way: 'token' }),
    ];
    const signal = kept.find(two)?.signal;
    kept.closeAll(operator);
    expect([kept.find(one), kept.find(two)]).toEqual([null, null]);
    expect(signal?.aborted).toBe(true);
    expect(kept.find(another)?.who).toBe('token:admin');
    await settle();
    expect([...storage.sessions.values()].map(({ who }) => who)).toEqual(['token:admin']);
  });

  it('are written down when seen, but not at each request', async () => {
    const { sessions: kept, storage, clock } = sessions();
    const secret = kept.open(operator);
    await settle();
    const seen = () => [...storage.sessions.values()].map(({ seenAt }) => seenAt - 1_760_000_000_000);
    for (let minute = 0; minute < 9; minute += 1) {
      clock.advance(60_000);
      kept.find(secret);
    }
    await settle();
    expect(seen()).toEqual([0]);
    clock.advance(60_000);
    kept.find(secret);
    await settle();
    expect(seen()).toEqual([600_000]);
  });

  it('go on while the storage is down, and what changed is written once it is back', async () => {
    const { sessions: kept, storage, clock } = sessions();
    const old = kept.open(operator);
    await settle();
    storage.disk = 'broken';
    const made = kept.open(operator);
    kept.close(old);
    await settle();
    expect([kept.find(old), kept.find(made)?.who]).toEqual([null, 'operator']);
    storage.disk = 'well';
    clock.advance(5_000);
    await settle();
    expect(sessions(storage, clock).sessions.find(old)).toBeNull();
    expect(sessions(storage, clock).sessions.find(made)?.who).toBe('operator');
  });

  /** One that was ended while the disk was away. */
  async function endedUnwritten() {
    const control = await startControl();
    const cookie = cookieOf(await post(control, '/sign-in', { token: testToken }));
    await settle();
    control.storage.disk = 'broken';
    const ended = call(control, 'access.endSessions', { post: true });
    const open = async () => (await call(control, 'access.sessions')).body.result?.data.length;
    while ((await open()) !== 0);
    control.clock.advance(1_000);
    expect((await ended).body.result?.data).toEqual({ ended: 1, durable: false });
    expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(401);
    expect(control.storage.sessions.size).toBe(1);
    return control;
  }

  it('that ended while the disk was away are told so to who ended them, and written at the last moment', async () => {
    await using control = await endedUnwritten();
    control.storage.disk = 'well';
    await control.server.close();
    expect(control.storage.sessions.size).toBe(0);
  });

  it('whose end could not be written before the end of the program are in the log', async () => {
    await using control = await endedUnwritten();
    await control.server.close();
    expect(control.logged.at(-1)).toMatchObject({ level: 'error', context: { ended: 1 } });
  });

  it('over a thousand end the eldest', () => {
    const { sessions: kept } = sessions();
    const first = kept.open(operator);
    const second = kept.open(operator);
    for (let more = 0; more < 999; more += 1) kept.open(operator);
    expect([kept.find(first), kept.find(second)?.who]).toEqual([null, 'operator']);
  });
});

describe('signing out', () => {
  type Control = Awaited<ReturnType<typeof startControl>>;

  async function signIn(control: Control): Promise<string> {
    const response = await post(control, '/sign-in', { body: { token: testToken } });
    return response.headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  function post(control: Control, path: string, { body, cookie }: { body: object; cookie?: string }) {
    const headers = { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) };
    return fetch(`${control.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  const status = async (control: Control, cookie: string): Promise<number> =>
    (await call(control, 'circuits.list', { headers: { cookie } })).status;

  it('here leaves the other machines signed in; everywhere does not', async () => {
    await using control = await startControl();
    const [here, there] = [await signIn(control), await signIn(control)];
    expect((await post(control, '/sign-out', { body: {}, cookie: here })).status).toBe(204);
    expect([await status(control, here), await status(control, there)]).toEqual([401, 200]);
    const again = await signIn(control);
    expect((await post(control, '/sign-out', { body: { everywhere: true }, cookie: again })).status).toBe(204);
    expect([await status(control, again), await status(control, there)]).toEqual([401, 401]);
    expect(control.audit.map(({ who, what }) => `${who} ${what}`)).toEqual([
      ...['token:admin session.open', 'token:admin session.open', 'token:admin session.close'],
      ...['token:admin session.open', 'token:admin session.closeAll'],
    ]);
  });

  it('of a start with another RECLOSER_TOKEN: sessions that were opened with the one before are over, the others go on', async () => {
    await using before = await startControl();
    const drawn = await tokenOf(before, 'viewer');
    const [byAdmin, byDrawn] = [
      await signIn(before),
      cookieOf(await post(before, '/sign-in', { body: { token: drawn } })),
    ];
    const link = cookieOf(await fetch(before.url + before.signInLink(), { redirect: 'manual' }));
    const kept = { sessions: [...before.storage.sessions.values()], access: await before.storage.listAccess() };
    expect(JSON.stringify(kept)).not.toContain(testToken);
    const statuses = async (token: string) => {
      await using after = await startControl({ ...kept, token });
      return [await status(after, byAdmin), await status(after, byDrawn), await status(after, link)];
    };
    expect(await statuses(testToken)).toEqual([200, 200, 200]);
    expect(await statuses('another token')).toEqual([401, 200, 200]);
  });

  it('without a session is no error, and anything else in the body is', async () => {
    await using control = await startControl();
    expect((await post(control, '/sign-out', { body: {} })).status).toBe(204);
    const cookie = await signIn(control);
    expect((await post(control, '/sign-out', { body: { everywhere: 'yes' }, cookie })).status).toBe(400);
    expect(await status(control, cookie)).toBe(200);
  });
});
