import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Answered, startGateway, until } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import {
  answers,
  event,
  fails,
  json,
  openStream,
  resets,
  role,
  type Script,
  silent,
  startUpstream,
  stop,
  streams,
  text,
} from '../support/upstream.ts';

/** What a provider may do with a call. `silent` ends when the caller leaves or its clock runs out. */
const scripts: Record<string, Script> = {
  ok: streams('hello there'),
  plain: answers('hello there'),
  unavailable: fails(503),
  broken: fails(500),
  throttled: fails(429, { message: 'slow down' }, { 'retry-after-ms': '1' }),
  refused: fails(422, { message: 'no' }),
  filtered: fails(400, { message: 'filtered', code: 'content_filter' }),
  key: fails(401),
  resets,
  silent,
  empty: json(200, {}),
  cut: (response) => {
    openStream(response);
    response.write(event(role()) + event(text('half ')), () => response.socket?.destroy());
  },
  stall: (response) => {
    openStream(response);
    response.write(event(text('half ')));
  },
  unmarked: (response) => {
    openStream(response);
    response.end(event(text('whole ')) + event(stop()));
  },
};

const aRequest = fc.record({
  stream: fc.boolean(),
  leaves: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  trip: fc.constantFrom(null, null, null, 'a', 'b'),
});
const aRun = fc.record({
  faults: fc.array(fc.constantFrom(...Object.keys(scripts)), { minLength: 1, maxLength: 8 }),
  requests: fc.array(aRequest, { minLength: 1, maxLength: 12 }),
  retries: fc.nat(2),
});

test('whatever fails, each permit is settled exactly once, each request is recorded once, and no answer is half a one', async () => {
  const upstream = await startUpstream();
  const runs = fc.asyncProperty(aRun, async ({ faults, requests, retries }) => {
    let calls = 0;
    upstream.script = (response, call) => scripts[faults[calls++ % faults.length] ?? 'ok']?.(response, call);
    const provider = {
      url: upstream.url,
      retries,
      timeouts: { firstTokenMs: 30, idleMs: 30, connectMs: 1_000, answerMs: 30, totalMs: 1_000 },
    };
    const gateway = await startGateway({ providers: { a: provider, b: { ...provider, assemble: false } } });
    try {
      const answered = await Promise.all(requests.map((request) => run(gateway, request)));
      await gateway.recorded(requests.length);
      await until(() => gateway.permits.settled >= gateway.permits.acquired);
      expect(gateway.permits.settled).toBe(gateway.permits.acquired);
      expect(gateway.records.length).toBe(requests.length);
      expect(gateway.errors).toEqual([]);
      for (const provider of gateway.board.list()) expect(provider.inFlight).toBe(0);
      const tried = gateway.records.flatMap((record) => record.attempts.filter((attempt) => attempt.permit !== null));
      expect(tried.length).toBe(gateway.permits.acquired);
      for (const answer of answered) if (answer) checkWhole(answer);
    } finally {
      await gateway.gateway.server.close();
    }
  });
  await fc.assert(runs, { numRuns: 60, endOnFailure: true });
}, 60_000);

async function run(
  gateway: Awaited<ReturnType<typeof startGateway>>,
  request: { stream: boolean; leaves: boolean; trip: string | null },
): Promise<Answered | null> {
  const { stream, leaves, trip } = request;
  if (trip) gateway.board.act({ type: 'trip', provider: trip, reason: 'test', by: 'test', forMs: 5 });
  if (!leaves) return gateway.ask({ stream });
  const acquired = gateway.permits.acquired;
  const recorded = gateway.records.length;
  const call = rawCall({
    url: `${gateway.url}/v1/chat/completions`,
    body: { model: 'lucy', stream, messages: [{ role: 'user', content: 'hi' }] },
    headers: { 'content-type': 'application/json' },
  });
  await until(() => gateway.permits.acquired > acquired || gateway.records.length > recorded);
  call.leave();
  return null;
}

function checkWhole({ status, events, json }: Answered): void {
  if (events.length === 0) {
    if (status === 200) expect(json.choices?.[0]?.message?.content).toMatch(/^(hello there|whole )$/);
    else expect(json.error?.message).toBeTruthy();
    return;
  }
  const last = events.at(-1);
  if (last === '[DONE]') expect(JSON.stringify(events)).toMatch(/hello |whole /);
  else expect(last).toHaveProperty('error');
}
