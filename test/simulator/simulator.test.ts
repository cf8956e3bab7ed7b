import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CallLog, LOG_BYTES_MAX, LOG_CALLS_MAX, type SeenCall } from '../../server/simulator/callLog.ts';
import { createSimulator } from '../../server/simulator/simulator.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { rawCall } from '../support/rawCall.ts';
import { startSimulator } from '../support/simulator.ts';

const question = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };
const one = [{ name: 'one', model: 'm' }];

async function statusOf(url: string): Promise<number | null> {
  const call = rawCall({ url: `${url}/chat/completions`, body: question });
  await call.closed;
  return call.status;
}

describe('a plan of faults', () => {
  it('a sequence strikes once each, and its last stays', async () => {
    const simulator = await startSimulator({
      providers: [{ ...one[0], name: 'one', model: 'm', fault: 'sequence:503,429,ok' }],
    });
    const seen: (number | null)[] = [];
    for (let count = 0; count < 5; count++) seen.push(await statusOf(simulator.url('one')));
    expect(seen).toEqual([503, 429, 200, 200, 200]);
  });

  it('a share strikes by the draw', async () => {
    const draws = [0.29, 0.3, 0.9, 0.1];
    const random = () => draws[drawn++] ?? 0;
    let drawn = 0;
    const simulator = await startSimulator({ providers: one, random });
    await simulator.setFault('one', 'share=0.3:503');
    const seen: (number | null)[] = [];
    for (const _ of draws) seen.push(await statusOf(simulator.url('one')));
    expect(seen).toEqual([503, 200, 200, 503]);
  });

  it('flap is good first, then down, and so on, from the moment it is set', async () => {
    const clock = new FakeClock();
    const simulator = await startSimulator({ providers: one, clock });
    clock.advance(3_000);
    await simulator.setFault('one', 'flap/up=10s/down=20s:529');
    const seen: [number, number | null][] = [];
    for (const ms of [0, 9_999, 1, 19_999, 1]) {
      clock.advance(ms);
      seen.push([clock.now(), await statusOf(simulator.url('one'))]);
    }
    expect(seen).toEqual([
      [3_000, 200],
      [12_999, 200],
      [13_000, 529],
      [32_999, 529],
      [33_000, 200],
    ]);
  });
});

describe('a schedule', () => {
  it('sets faults at their times, round after round, until it is stopped', async () => {
    const clock = new FakeClock();
    const simulator = await startSimulator({ providers: one, clock });
    const steps = [
      { afterMs: 20_000, fault: '503' },
      { afterMs: 80_000, fault: 'ok' },
    ];
    const schedule = simulator.schedule('one', steps, 180_000);
    const seen: string[] = [];
    for (const ms of [19_999, 1, 60_000, 119_999, 1, 60_000]) {
      clock.advance(ms);
      seen.push(simulator.fault('one'));
    }
    expect(seen).toEqual(['ok', '503', 'ok', 'ok', '503', 'ok']);
    schedule.stop();
    expect(clock.timers).toBe(0);
  });

  it('without a round it runs once; one that cannot be is refused', async () => {
    const clock = new FakeClock();
    const simulator = await startSimulator({ providers: one, clock });
    simulator.schedule('one', [{ afterMs: 5, fault: '500' }]);
    clock.advance(1_000);
    expect([simulator.fault('one'), clock.timers]).toEqual(['500', 0]);
    expect(() => simulator.schedule('one', [])).toThrow('1 to');
    expect(() => simulator.schedule('one', [{ afterMs: 5, fault: 'bogus' }])).toThrow('"bogus" is not known');
    const backwards = [
      { afterMs: 5, fault: '500' },
      { afterMs: 4, fault: 'ok' },
    ];
    expect(() => simulator.schedule('one', backwards)).toThrow('order');
    expect(() => simulator.schedule('one', backwards.slice(0, 1), 0)).toThrow('everyMs');
  });
});

describe('the simulator', () => {
  it('notes what it saw, and forgets it on reset', async () => {
    const clock = new FakeClock();
    const simulator = await startSimulator({ providers: one, clock });
    clock.advance(42);
    const call = rawCall({
      url: `${simulator.url('one')}/chat/completions`,
      body: question,
      headers: { 'X-Mine': 'yes' },
    });
    await call.closed;
    await simulator.until((calls) => calls[0]?.end === 'answered');
    expect(simulator.calls('one')).toMatchObject([
      {
        provider: 'one',
        at: 42,
        endedAt: 42,
        path: '/v1/chat/completions',
        body: question,
        fault: 'ok',
        tokensSent: 24,
      },
    ]);
    expect(simulator.log[0]?.headers['x-mine']).toBe('yes');
    await simulator.setFault('one', '503');
    await simulator.reset('one');
    expect([simulator.log.length, simulator.fault('one')]).toEqual([0, 'ok']);
  });

  it('a fault or a provider it does not know is refused in a sentence', async () => {
    const simulator = await startSimulator({ providers: one });
    await expect(simulator.setFault('one', 'bogus')).rejects.toThrow('The fault "bogus" is not known. Use one of: ');
    await expect(simulator.setFault('two', 'ok')).rejects.toThrow('No simulated provider "two": there are one.');
    expect(simulator.fault('one')).toBe('ok');
  });

  it('a port in use is an error, and what was opened before it is closed again', async () => {
    const taken = createServer();
    onTestFinished(() => void taken.close());
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const simulator = createSimulator({ clock: new FakeClock(), random: () => 0, providers: one });
    await expect(simulator.listen(port)).rejects.toThrow('EADDRINUSE');
  });

  it('closing ends the calls that hang', async () => {
    const simulator = await startSimulator({ providers: one });
    await simulator.setFault('one', 'silent');
    const call = rawCall({ url: `${simulator.url('one')}/chat/completions`, body: question });
    await simulator.until((calls) => calls.length === 1);
    await simulator.close();
    await call.closed;
    await simulator.until((calls) => calls[0]?.end === 'broken');
  });

  it('refuse and back, many times over, leaves it in the last state asked for', async () => {
    const simulator = await startSimulator({ providers: one });
    const faults = Array.from({ length: 20 }, (_, at) => simulator.setFault('one', at % 2 ? 'ok' : 'refuse'));
    await Promise.all(faults);
    expect(await statusOf(simulator.url('one'))).toBe(200);
  });
});

describe('the log', () => {
  const call = (bodyBytes: number, provider = 'one'): SeenCall => ({
    provider,
    at: 0,
    method: 'POST',
    path: '/',
    headers: {},
    body: null,
    bodyBytes,
    fault: 'ok',
    tokensSent: 0,
    end: 'open',
    endedAt: null,
  });

  it('keeps the newest calls within its number and its bytes', () => {
    const log = new CallLog();
    for (let count = 0; count <= LOG_CALLS_MAX; count++) log.add({ ...call(1), at: count });
    expect([log.calls.length, log.calls[0]?.at]).toEqual([LOG_CALLS_MAX, 1]);
    log.add(call(LOG_BYTES_MAX));
    expect(log.calls).toHaveLength(1);
    log.add(call(1));
    expect(log.calls.map((one) => one.bodyBytes)).toEqual([1]);
  });

  it('is as short as it was asked to be', async () => {
    const simulator = createSimulator({ clock: new FakeClock(), random: () => 0, providers: one, logCalls: 2 });
    onTestFinished(() => simulator.close());
    await simulator.listen();
    for (let count = 0; count < 3; count++) await statusOf(simulator.url('one'));
    expect(simulator.log).toHaveLength(2);
  });

  it('forgets one provider and keeps the others', () => {
    const log = new CallLog();
    log.add(call(1, 'one'));
    log.add(call(1, 'two'));
    log.forget('one');
    expect(log.calls.map((one) => one.provider)).toEqual(['two']);
  });
});
