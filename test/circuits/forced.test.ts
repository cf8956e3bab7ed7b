import { describe, expect, it } from 'vitest';
import type { Permit } from '../../server/circuits/board.ts';
import { failure, Rig, refused, success, throttled } from '../support/breaker.ts';

const OPEN_MS = 300_000;

/** A forced try, which must be given. */
function forced(rig: Rig, providers = ['a']): Permit {
  const permit = rig.force(providers);
  if (!permit) throw new Error('no forced try was given');
  return permit;
}

describe('the last one standing', () => {
  it('is tried five seconds after it opened, and every five seconds then', () => {
    const rig = new Rig();
    rig.open();
    rig.clock.advance(4_999);
    expect(rig.force()).toBeNull();
    rig.clock.advance(1);
    expect(forced(rig)).toMatchObject({ kind: 'forced', state: 'open' });
    rig.clock.advance(4_999);
    expect(rig.force()).toBeNull();
  });

  it('a try that fails moves neither the deadline nor the growth, only its own pace', () => {
    const rig = new Rig({ openMaxMs: 8 * OPEN_MS });
    rig.open();
    const { until, epoch } = rig.look();
    for (let waitMs = 5_000; waitMs <= 80_000; waitMs *= 2) {
      rig.clock.advance(waitMs);
      rig.board.settle(forced(rig), failure);
      expect(rig.look()).toMatchObject({ state: 'open', until, epoch, probe: { failed: 0 } });
    }
    rig.clock.advance((until ?? 0) - rig.clock.wall());
    rig.calls(1, failure);
    expect(rig.look()).toMatchObject({ probe: { failed: 1 }, until: rig.clock.wall() + 2 * OPEN_MS });
  });

  it('one that succeeds closes it, and says that it was forced', () => {
    const rig = new Rig({ rampMs: 30_000 });
    rig.open();
    rig.clock.advance(5_000);
    rig.board.settle(forced(rig), success);
    expect(rig.look()).toMatchObject({ state: 'closed', failuresInARow: 0, ramp: { share: 0.1 } });
    expect(rig.events.at(-1)).toMatchObject({ cause: 'forced', from: 'open', to: 'closed', by: 'itself' });
  });

  it('closes provisionally at its first content: if that answer breaks, it is open again', () => {
    const rig = new Rig();
    rig.open();
    rig.clock.advance(5_000);
    const permit = forced(rig);
    rig.board.answered(permit);
    expect(rig.state()).toBe('closed');
    rig.board.settle(permit, failure);
    expect(rig.look()).toMatchObject({ state: 'open', probe: { failed: 1 } });
  });

  it('where two must succeed, one that answers and breaks is none of them', () => {
    const rig = new Rig({ successes: 2 });
    rig.open();
    const answerAndBreak = (): void => {
      const permit = forced(rig);
      rig.board.answered(permit);
      rig.board.settle(permit, failure);
    };
    for (let time = 0; time < 5; time += 1) {
      rig.clock.advance(20_000);
      answerAndBreak();
    }
    expect(rig.state()).toBe('open');
    rig.clock.advance(20_000);
    rig.board.settle(forced(rig), success);
    rig.clock.advance(20_000);
    rig.board.settle(forced(rig), success);
    expect(rig.state()).toBe('closed');
  });

  it('one that is told to slow down is not tried sooner than it was told', () => {
    const rig = new Rig();
    rig.open();
    rig.clock.advance(5_000);
    rig.board.settle(forced(rig), throttled(120_000));
    rig.clock.advance(119_999);
    expect(rig.force()).toBeNull();
    rig.clock.advance(1);
    expect(forced(rig).kind).toBe('forced');
  });

  it('never one that is tripped, throttled, or ours to mend', () => {
    const rig = new Rig();
    rig.calls(1, throttled(600_000), 'a');
    rig.calls(1, refused('balance'), 'b');
    rig.open('c');
    rig.board.act({ type: 'trip', provider: 'c', by: 'ana', reason: 'because', forMs: null });
    rig.clock.advance(200_000);
    expect(rig.force(['a', 'b', 'c'])).toBeNull();
    expect(rig.board.retryAfterMs(['c'])).toBeNull();
    expect(rig.board.retryAfterMs(['a', 'b', 'c'])).toBe(100_000);
  });

  it('of several that never succeeded the first of the chain is the one', () => {
    const rig = new Rig();
    for (const provider of ['a', 'b', 'c']) rig.open(provider);
    rig.clock.advance(5_000);
    expect(forced(rig, ['c', 'a', 'b']).provider).toBe('c');
  });

  it('who succeeded last is remembered over a restart', () => {
    const rig = new Rig();
    for (const provider of ['b', 'a', 'c', 'b']) {
      rig.calls(1, success, provider);
      rig.clock.advance(1_000);
    }
    for (const provider of ['a', 'b', 'c']) rig.open(provider);
    rig.restart(1_000);
    rig.clock.advance(5_000);
    expect(forced(rig, ['a', 'b', 'c']).provider).toBe('b');
  });
});

describe('the ramp', () => {
  it('a tenth of the traffic at first, all of it in the end; a skip for it says so', () => {
    const rig = new Rig({ rampMs: 30_000 });
    rig.halfOpen();
    rig.calls(1, success);
    const asked = Array.from({ length: 100 }, () => rig.would());
    expect(new Set(asked)).toEqual(new Set(['closed', 'ramping']));
    expect(Math.abs(asked.filter((word) => word === 'closed').length - 10)).toBeLessThanOrEqual(1);
    expect(rig.ask().refusal ?? { retryMs: 0 }).toMatchObject({ retryMs: 0 });
    rig.clock.advance(30_000);
    expect(Array.from({ length: 20 }, () => rig.would())).toEqual(Array(20).fill('closed'));
  });

  it('where nobody else would take the request, the ramp does', () => {
    const rig = new Rig({ rampMs: 30_000 });
    rig.halfOpen();
    rig.calls(1, success);
    const options = { leaseMs: 10_000, onEvacuate: () => {}, ramp: 'ignore' as const };
    for (let call = 0; call < 20; call += 1) expect(rig.board.acquire('a', options).permit?.kind).toBe('closed');
  });

  it('two failures in a row on it open the circuit again', () => {
    const rig = new Rig({ rampMs: 30_000 });
    rig.halfOpen();
    rig.calls(1, success);
    const options = { leaseMs: 10_000, onEvacuate: () => {}, ramp: 'ignore' as const };
    const calls = [1, 2].map(() => rig.board.acquire('a', options).permit);
    for (const permit of calls) if (permit) rig.board.settle(permit, failure);
    expect(rig.look()).toMatchObject({ state: 'open', cause: 'failures', ramp: null });
  });
});
