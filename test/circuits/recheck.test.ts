import { afterEach, describe, expect, it, test } from 'vitest';
import { Recheck } from '../../server/circuits/recheck.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type { PingResult } from '../../server/core/ping.ts';
import {
  defaults,
  failure,
  neutral,
  providerNamed,
  Rig,
  type RigOptions,
  success,
  throttled,
} from '../support/breaker.ts';

const OPEN_MS = 300_000;
const running: Recheck[] = [];

afterEach(() => {
  for (const recheck of running.splice(0)) recheck.stop();
});

/** A board whose provider `a` is pinged, each ping answered by `answer`. */
function pinged(options: RigOptions, answer: () => Settlement) {
  const rig = new Rig({ ...options, names: ['a'] });
  const asked: string[] = [];
  const { names: _names, concurrency: _concurrency, draw: _draw, ...breaker } = options;
  const recheck = new Recheck({
    board: rig.board,
    providers: [providerNamed('a', { ...defaults, ...breaker })],
    clock: rig.clock,
    ping: async (provider): Promise<PingResult> => {
      asked.push(provider);
      const settlement = answer();
      return { ok: settlement.result === 'success', word: 'ok', status: 200, ms: 1, costNanoUsd: 1, settlement };
    },
  });
  recheck.start();
  running.push(recheck);
  /** Time goes by in steps, and what a ping answered is heard after each. */
  const pass = async (ms: number, stepMs = 1_000): Promise<void> => {
    for (let left = ms; left > 0; left -= stepMs) {
      rig.clock.advance(Math.min(stepMs, left));
      await heard();
    }
  };
  return { rig, recheck, asked, pass };
}

/** Everything that waits for an answered ping has gone on. */
async function heard(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('recheck', () => {
  it('a period under a second is kept as asked for', async () => {
    const { rig, asked, pass } = pinged({ recheckMs: 200 }, () => failure);
    rig.open();
    await pass(1_050, 50);
    expect(asked).toHaveLength(5);
  });

  it('asks an open provider by its period, and closes early when it answers', async () => {
    let back = false;
    const { rig, asked, pass } = pinged({ recheckMs: 10_000 }, () => (back ? success : failure));
    rig.open();
    await pass(35_000);
    expect([rig.state(), asked.length]).toEqual(['open', 3]);
    back = true;
    await pass(10_000);
    expect([rig.state(), asked.length]).toEqual(['closed', 4]);
    expect(rig.events.at(-1)).toMatchObject({ cause: 'recheck', by: 'itself' });
    await pass(60_000);
    expect(asked.length).toBe(4);
  });

  it('a ping that fails while open moves no deadline', async () => {
    const { rig, pass } = pinged({ recheckMs: 10_000 }, () => failure);
    rig.open();
    const { until, epoch } = rig.look();
    await pass(100_000);
    expect(rig.look()).toMatchObject({ until, epoch, inFlight: 0 });
  });

  it('does not ask one that named its time, nor one under an override', async () => {
    const { rig, asked, pass } = pinged({ recheckMs: 10_000 }, () => success);
    rig.board.settle(rig.admit(), throttled(600_000));
    await pass(100_000);
    rig.trip();
    await pass(100_000);
    expect(asked).toEqual([]);
  });

  it('is off as it comes', async () => {
    const { rig, asked, pass } = pinged({}, () => success);
    rig.open();
    await pass(OPEN_MS);
    expect([rig.state(), asked]).toEqual(['halfOpen', []]);
  });
});

describe('probe: ping', () => {
  it('asks as soon as it is half-open, and no caller is asked for it', async () => {
    const { rig, asked, pass } = pinged({ probe: 'ping' }, () => success);
    rig.open();
    await pass(OPEN_MS - 1_000);
    expect(asked).toEqual([]);
    await pass(1_001);
    expect([rig.state(), asked.length]).toEqual(['closed', 1]);
  });

  it('a ping that fails opens it again', async () => {
    const { rig, asked, pass } = pinged({ probe: 'ping' }, () => failure);
    rig.open();
    await pass(OPEN_MS + 1_000);
    expect([rig.state(), asked.length]).toEqual(['open', 1]);
  });

  it('one that says nothing is followed by another, a second later and no sooner', async () => {
    const { rig, asked, pass } = pinged({ probe: 'ping' }, () => neutral);
    rig.open();
    await pass(OPEN_MS + 10_000, 100);
    expect(rig.state()).toBe('halfOpen');
    expect(asked.length).toBeGreaterThanOrEqual(9);
    expect(asked.length).toBeLessThanOrEqual(11);
  });

  it('after one that says nothing, a caller’s call is to prove it, and the pings go on beside', async () => {
    let answer: Settlement = neutral;
    const { rig, asked, pass } = pinged({ probe: 'ping' }, () => answer);
    rig.open();
    await pass(OPEN_MS - 1);
    expect(rig.would()).toBe('open');
    await pass(1);
    const caller = rig.admit();
    expect([caller.kind, rig.would()]).toEqual(['probe', 'halfOpen']);
    rig.board.settle(caller, failure);
    expect(rig.state()).toBe('open');
    answer = success;
    const before = asked.length;
    await pass(OPEN_MS + 1_000);
    expect([rig.state(), asked.length]).toEqual(['closed', before + 1]);
  });

  it('asks until enough have succeeded', async () => {
    const { rig, asked, pass } = pinged({ probe: 'ping', successes: 3 }, () => success);
    rig.open();
    await pass(OPEN_MS + 5_000);
    expect([rig.state(), asked.length]).toEqual(['closed', 3]);
  });

  it('stopped, it asks no more, not even after a ping that was out', async () => {
    const { rig, recheck, asked, pass } = pinged({ probe: 'ping' }, () => {
      recheck.stop();
      return neutral;
    });
    rig.open();
    await pass(OPEN_MS + 60_000);
    expect(asked.length).toBe(1);
  });
});

test('one that our own stop cut is in no record and moves nothing', async () => {
  const rig = new Rig({ names: ['a'], probe: 'ping' });
  const heardOf: unknown[] = [];
  const cut: PingResult = { ok: false, word: 'shutdown', status: null, ms: 1, costNanoUsd: null, settlement: neutral };
  const recheck = new Recheck({
    board: rig.board,
    providers: [providerNamed('a', defaults)],
    clock: rig.clock,
    ping: async () => cut,
    onAnswer: (asked) => heardOf.push(asked),
  });
  rig.open();
  rig.clock.advance(OPEN_MS);
  await recheck.probeNow('a', 'itself', 'standby');
  expect([rig.state(), rig.look().inFlight, heardOf]).toEqual(['halfOpen', 0, []]);
});

describe('a ping by hand', () => {
  it('closes an open circuit in the name of who asked', async () => {
    const { rig, recheck } = pinged({}, () => success);
    rig.open();
    await recheck.probeNow('a', 'ana');
    expect(rig.events.at(-1)).toMatchObject({ to: 'closed', cause: 'recheck', by: 'ana' });
  });

  it('takes off no trip', async () => {
    const { rig, recheck } = pinged({}, () => success);
    rig.open();
    rig.trip();
    await recheck.probeNow('a', 'ana');
    expect(rig.look()).toMatchObject({ state: 'tripped', automatic: 'open', inFlight: 0 });
  });

  it('a bad one counts for nothing while closed', async () => {
    const { rig, recheck } = pinged({}, () => failure);
    for (let time = 0; time < 10; time += 1) await recheck.probeNow('a', 'ana');
    expect(rig.look()).toMatchObject({ state: 'closed', failuresInARow: 0, inFlight: 0, window: { calls: 0 } });
  });
});
