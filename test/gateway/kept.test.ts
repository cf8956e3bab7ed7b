import { expect, test } from 'vitest';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway, until } from '../support/gateway.ts';
import {
  asChunks,
  chunked,
  eventStream,
  headOf,
  lastChunk,
  type RawScript,
  startRawUpstream,
} from '../support/rawUpstream.ts';
import { openStream, startUpstream, streamOf, streams } from '../support/upstream.ts';

const whole = Buffer.concat([
  Buffer.from(headOf([eventStream, asChunks])),
  chunked(streamOf('from a')),
  Buffer.from(lastChunk),
]);
const answers: RawScript = (socket) => void socket.write(whole);

/** A raw provider that has answered once, so that its connection is kept, and a good one behind it. */
async function kept() {
  const clock = new FakeClock();
  const raw = await startRawUpstream(answers);
  const b = await startUpstream(streams('from b'));
  const gateway = await startGateway({ providers: { a: { url: raw.url }, b: { url: b.url } }, clock });
  await gateway.ask();
  const seen = () => raw.requests.map(({ connection, nth }) => `${connection}/${nth}`);
  /** Waits of the walk are on the fake clock too. */
  const ask = async (body?: object) => {
    let over = false;
    const answer = gateway.ask(body).finally(() => {
      over = true;
    });
    await until(() => {
      if (!held.now) clock.advance(1);
      return over;
    });
    return answer;
  };
  const held = { now: false };
  return { ...gateway, ask, held, raw, clock, seen };
}

const onKept =
  (does: RawScript): RawScript =>
  (socket, request) =>
    request.nth > 0 ? does(socket, request) : answers(socket, request);

test.each<[string, RawScript]>([
  ['closed', (socket) => void socket.end()],
  ['reset', (socket) => void socket.resetAndDestroy()],
])(
  'a kept-alive connection %s under the request is nobody’s failure: it goes out once more on a fresh one',
  async (_how, does) => {
    const { ask, raw, seen, board } = await kept();
    raw.script = onKept(does);
    const answer = await ask({ stream: true });
    expect(answer.headers.get('x-recloser-trail')).toBe('a=ok');
    expect(answer.events.at(-1)).toBe('[DONE]');
    expect(seen()).toEqual(['0/0', '0/1', '1/0']);
    expect(raw.requests[2]?.body).toBe(raw.requests[1]?.body);
    expect(board.look('a')).toMatchObject({ state: 'closed', failuresInARow: 0, inFlight: 0 });
  },
);

test('what breaks on the fresh connection too is one failure, and not tried a third time', async () => {
  const { ask, raw, seen, board } = await kept();
  raw.script = (socket) => void socket.resetAndDestroy();
  const answer = await ask();
  expect(answer.headers.get('x-recloser-trail')).toBe('a=reset, b=ok');
  expect(seen()).toEqual(['0/0', '0/1', '1/0']);
  expect(board.look('a')).toMatchObject({ failuresInARow: 1 });
});

test('a fresh connection that breaks is a failure at once', async () => {
  const raw = await startRawUpstream((socket) => void socket.resetAndDestroy());
  const { ask } = await startGateway({ providers: { a: { url: raw.url } } });
  expect((await ask()).headers.get('x-recloser-trail')).toBe('a=reset');
  expect(raw.requests).toHaveLength(1);
});

test('a provider that had begun to answer is not asked again', async () => {
  const { ask, raw, seen } = await kept();
  raw.script = onKept((socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-'));
  expect((await ask()).headers.get('x-recloser-trail')).toBe('a=reset, b=ok');
  expect(seen()).toEqual(['0/0', '0/1']);
});

test('a connection that breaks after seconds had taken the request: it is not sent again', async () => {
  const { ask, raw, seen, clock, held } = await kept();
  let cut = () => {};
  raw.script = onKept((socket) => {
    cut = () => void socket.resetAndDestroy();
  });
  held.now = true;
  const answer = ask();
  await until(() => raw.requests.length === 2);
  clock.advance(3_000);
  cut();
  held.now = false;
  expect((await answer).headers.get('x-recloser-trail')).toBe('a=reset, b=ok');
  expect(seen()).toEqual(['0/0', '0/1']);
});

test('a caller that leaves while the request goes out again leaves no call behind', async () => {
  const { url, raw, recorded, permits } = await kept();
  const leaving = new AbortController();
  const closed = new Promise((resolve) => {
    raw.script = (socket, request) => {
      if (request.nth > 0) return void socket.end();
      socket.once('close', resolve);
      leaving.abort();
    };
  });
  const body = JSON.stringify({ model: 'lucy', messages: [{ role: 'user', content: 'hi' }] });
  const asked = fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: leaving.signal,
  });
  await expect(asked).rejects.toThrow('abort');
  expect((await recorded(2)).outcome).toBe('cancelled');
  await closed;
  expect(permits.acquired).toBe(permits.settled);
});

test('bodies that do not end after [DONE] take no connection from those who ask next', async () => {
  const clock = new FakeClock();
  const upstream = await startUpstream((response) => {
    openStream(response);
    response.write(streamOf('hello'));
  });
  const { ask } = await startGateway({ providers: { a: { url: upstream.url, concurrency: 1 } }, clock });
  for (let asked = 0; asked < 150; asked += 1) {
    expect((await ask()).headers.get('x-recloser-trail')).toBe('a=ok');
  }
  clock.advance(1_000);
  await until(() => upstream.connections() === 0 && clock.timers === 0);
});
