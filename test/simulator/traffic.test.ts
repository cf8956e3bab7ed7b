import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { IN_FLIGHT_MAX, startTraffic, type Traffic, type TrafficCounts } from '../../server/simulator/traffic.ts';
import { FakeClock } from '../support/fakeClock.ts';

/** A stand-in for the gateway, and traffic on it at one call a second on a clock moved by hand. */
async function start(serve: RequestListener, draws: number[] = []) {
  const clock = new FakeClock();
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const random = () => draws.shift() ?? 0.5;
  const traffic = startTraffic({ url: `http://127.0.0.1:${port}/v1`, clock, random, perSecond: 1, chain: 'lucy' });
  onTestFinished(() => traffic.stop());
  return { clock, traffic, server };
}

/** Until the counts are so: the event loop turns, no time passes. */
async function until(traffic: Traffic, test: (counts: TrafficCounts) => boolean): Promise<TrafficCounts> {
  while (!test(traffic.counts())) await new Promise((resolve) => setImmediate(resolve));
  return traffic.counts();
}

const oneCall = (clock: FakeClock) => clock.advance(700);

describe('traffic', () => {
  it('asks for the chain, streamed and plain, with varied questions', async () => {
    const bodies: { model: string; stream: boolean; messages: { content: string }[] }[] = [];
    const draws = Array.from({ length: 200 }, (_, at) => (at * 0.37) % 1);
    const { clock, traffic } = await start(async (request, response) => {
      let text = '';
      for await (const piece of request) text += piece;
      const body = JSON.parse(text);
      bodies.push(body);
      response.end(body.stream ? 'data: {}\n\ndata: [DONE]\n\n' : '{}');
    }, draws);
    for (let count = 1; count <= 20; count++) {
      while (traffic.counts().sent < count) clock.advance(100);
      await until(traffic, (counts) => counts.inFlight === 0);
    }
    expect(traffic.counts()).toMatchObject({ answered: 20, errors: 0, broken: 0, fallback: 0 });
    expect(new Set(bodies.map((body) => body.model))).toEqual(new Set(['lucy']));
    expect(new Set(bodies.map((body) => body.stream))).toEqual(new Set([true, false]));
    expect(new Set(bodies.map((body) => body.messages[0]?.content)).size).toBeGreaterThan(5);
  });

  it.each<[string, RequestListener, Partial<TrafficCounts>]>([
    [
      'an answer by another provider',
      (_, response) => response.setHeader('x-recloser-trail', 'a=503, b=ok').end('data: [DONE]\n\n'),
      { answered: 1, fallback: 1 },
    ],
    ['a status', (_, response) => response.writeHead(503).end('{}'), { errors: 1 }],
    ['no connection', (request) => request.socket.destroy(), { errors: 1 }],
    ['a stream without [DONE]', (_, response) => response.end('data: {"error":{}}\n\n'), { broken: 1 }],
    ['a stream cut off', (_, response) => response.write('data: {}\n\n', () => response.destroy()), { broken: 1 }],
  ])('counts %s', async (_, serve, expected) => {
    const { clock, traffic } = await start(serve);
    oneCall(clock);
    expect(await until(traffic, (counts) => counts.sent === 1 && counts.inFlight === 0)).toMatchObject({
      answered: 0,
      fallback: 0,
      errors: 0,
      broken: 0,
      ...expected,
    });
  });

  it('keeps no more calls open than its bound, and stopping ends them and leaves no timer', async () => {
    const { clock, traffic } = await start(() => {});
    for (let count = 0; count < IN_FLIGHT_MAX + 5; count++) oneCall(clock);
    const { inFlight, heldBack, sent } = traffic.counts();
    expect([inFlight, heldBack, sent]).toEqual([IN_FLIGHT_MAX, 5, IN_FLIGHT_MAX]);
    await traffic.stop();
    expect(traffic.counts()).toMatchObject({ inFlight: 0, errors: 0 });
    expect(clock.timers).toBe(0);
  });

  it('a call that gets no answer is given up after 90 s', async () => {
    const { clock, traffic } = await start(() => {}, [0.5, 0.5, 0.5, 0.999999]);
    oneCall(clock);
    clock.advance(90_000);
    await until(traffic, (counts) => counts.errors > 0);
  });
});
