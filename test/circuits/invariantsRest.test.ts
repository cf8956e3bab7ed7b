import { describe, expect, it } from 'vitest';
import type { Permit } from '../../server/circuits/board.ts';
import { failure, neutral, poisoned, Rig, success, timeout } from '../support/breaker.ts';

/** What must hold of a circuit, numbered as the design numbers it: 16 to 22, counting and telling. */

describe('16: old samples do not count', () => {
  it('after an idle time longer than the window a streak begins anew', () => {
    const rig = new Rig();
    rig.calls(4, failure);
    rig.clock.advance(60_001);
    expect(rig.look()).toMatchObject({ failuresInARow: 0, window: { calls: 0, rate: null } });
    rig.calls(4, failure);
    expect(rig.state()).toBe('closed');
    rig.calls(1, failure);
    expect(rig.state()).toBe('open');
  });

  it('below `calls` the rate never trips', () => {
    const rig = new Rig({ failures: 100, timeouts: 100 });
    rig.calls(9, failure);
    expect(rig.state()).toBe('closed');
    rig.calls(1, failure);
    expect(rig.look()).toMatchObject({ state: 'open', cause: 'rate' });
  });

  it('sixty per cent failing, never five in a row, opens for its rate', () => {
    const rig = new Rig();
    for (let round = 0; round < 2; round += 1) {
      rig.calls(2, success);
      rig.calls(3, failure);
    }
    expect(rig.look()).toMatchObject({ state: 'open', cause: 'rate' });
  });

  it('forty per cent failing does not open, however long', () => {
    const rig = new Rig();
    for (let round = 0; round < 50; round += 1) {
      rig.calls(3, success);
      rig.calls(2, failure);
      rig.clock.advance(700);
    }
    expect(rig.state()).toBe('closed');
  });

  it('three time-outs in a row open sooner than five failures do, and another failure in between ends them', () => {
    const rig = new Rig();
    rig.calls(2, timeout);
    rig.calls(1, failure);
    rig.calls(1, timeout);
    expect(rig.look()).toMatchObject({ state: 'closed', failuresInARow: 4, timeoutsInARow: 1 });
    rig.calls(1, success);
    rig.calls(3, timeout);
    expect(rig.look()).toMatchObject({ state: 'open', cause: 'timeouts' });
  });
});

describe('17: a refused call is no attempt', () => {
  it('it counts in no window, no flight and no streak', () => {
    const rig = new Rig();
    rig.open();
    const before = rig.look();
    for (let call = 0; call < 1_000; call += 1) expect(rig.ask().permit).toBeUndefined();
    expect(rig.look()).toEqual(before);
  });
});

describe('18: reading changes nothing', () => {
  it('no probe is used up, no step is made, no credit of the ramp taken', () => {
    const rig = new Rig({ rampMs: 30_000 });
    rig.halfOpen();
    const told = rig.events.length;
    for (let look = 0; look < 100; look += 1) {
      rig.look();
      rig.board.list();
      rig.board.retryAfterMs(['a', 'b']);
    }
    expect([rig.events.length, rig.look().probe.out]).toEqual([told, 0]);
    expect(rig.ask().permit?.kind).toBe('probe');
  });
});

describe('19: settlements and transitions are whole', () => {
  it('a second settlement of a permit changes nothing', () => {
    const rig = new Rig();
    const permit = rig.admit();
    for (let time = 0; time < 10; time += 1) rig.board.settle(permit, failure);
    expect(rig.look()).toMatchObject({ inFlight: 0, failuresInARow: 1, window: { calls: 1 } });
  });

  it('a permit of another board is refused with a sentence', () => {
    const stranger: Permit = { provider: 'a', kind: 'closed', state: 'closed', epoch: 1 };
    expect(() => new Rig().board.settle(stranger, success)).toThrow('A permit comes from the board');
    expect(() => new Rig().ask('nobody')).toThrow('No circuit for provider "nobody"');
  });

  it('every transition says from, to, cause, epoch, by and when, each following from the one before', () => {
    const rig = new Rig();
    rig.halfOpen();
    rig.calls(1, failure);
    rig.trip(1_000);
    rig.clock.advance(1_000);
    rig.calls(1, success);
    rig.hold();
    rig.release();
    rig.reset();
    const told = rig.events.map(({ from, to, cause, by }) => `${from} ${to} ${cause} ${by}`);
    expect(told).toEqual([
      'closed open failures itself',
      'open halfOpen cooldown itself',
      'halfOpen open probe itself',
      'open tripped trip ana',
      'tripped halfOpen expired itself',
      'halfOpen closed probe itself',
      'closed heldClosed hold ana',
      'heldClosed closed release ana',
      'closed closed reset ana',
    ]);
    expect(rig.events.map(({ seq, epoch }) => [seq, epoch])).toEqual(told.map((_, index) => [index + 1, index + 2]));
    expect(rig.events.every(({ at }) => at > 0 && at <= rig.clock.wall())).toBe(true);
  });

  it('closed never goes straight to half-open by itself', () => {
    const rig = new Rig();
    rig.clock.advance(10_000_000);
    rig.calls(4, failure);
    rig.clock.advance(10_000_000);
    expect([rig.state(), rig.events]).toEqual(['closed', []]);
  });
});

describe('20: a listener that throws breaks nothing', () => {
  it('the others are told, the state is whole, and the error is handed on', () => {
    const rig = new Rig();
    const broken = new Error('listener');
    const told: string[] = [];
    rig.board.onTransition(() => {
      throw broken;
    });
    const stop = rig.board.onTransition((event) => void told.push(event.to));
    rig.open();
    expect([rig.state(), told, rig.errors]).toEqual(['open', ['open'], [broken]]);
    stop();
    rig.reset();
    expect(told).toEqual(['open']);
  });

  it('a call that throws when it is told to move on keeps nobody else waiting', () => {
    const rig = new Rig();
    const broken = new Error('evacuee');
    const onEvacuate = (): void => {
      throw broken;
    };
    rig.board.acquire('a', { leaseMs: 10_000, onEvacuate });
    rig.admit();
    expect(rig.trip()).toMatchObject({ ok: true });
    expect([rig.evacuated, rig.errors]).toEqual([1, [broken]]);
  });
});

describe('21: a poisonous prompt is not an outage', () => {
  it('one body whose failures are ambiguous opens no circuit, however often it is sent', () => {
    const rig = new Rig();
    for (let time = 0; time < 200; time += 1) {
      for (const provider of ['a', 'b', 'c']) rig.calls(1, poisoned('x'), provider);
      rig.clock.advance(997);
    }
    expect(rig.events).toEqual([]);
    expect(rig.look('b').window.failures).toBe(0);
  });

  it('two providers truly down both open, whatever the bodies', () => {
    const rig = new Rig();
    for (let request = 0; request < 10; request += 1) {
      for (const provider of ['a', 'b']) {
        const { permit } = rig.ask(provider);
        if (permit) rig.board.settle(permit, failure);
      }
    }
    expect([rig.state('a'), rig.state('b'), rig.state('c')]).toEqual(['open', 'open', 'closed']);
  });

  it('so do two that answer 500 to everything, one after the other', () => {
    const rig = new Rig();
    for (let request = 0; request < 10; request += 1) {
      for (const provider of ['a', 'b']) {
        const { permit } = rig.ask(provider);
        if (permit) rig.board.settle(permit, poisoned(`body ${request}`));
      }
    }
    expect([rig.state('a'), rig.state('b')]).toEqual(['open', 'open']);
  });
});

describe('6 before 21: who is to prove that it is back', () => {
  it('a probe that fails opens it again, though its body was charged within the window', () => {
    const rig = new Rig({ openMs: 5_000, failures: 1 });
    rig.calls(1, poisoned('x'));
    rig.clock.advance(5_000);
    rig.calls(1, poisoned('x'));
    expect([rig.state(), rig.look().probe.failed]).toEqual(['open', 1]);
  });

  it('a probe’s body is charged: the next provider it fails at is not', () => {
    const rig = new Rig({ openMs: 5_000, failures: 1 });
    rig.calls(1, failure);
    rig.clock.advance(5_000);
    rig.calls(1, poisoned('x'));
    rig.calls(1, poisoned('x'), 'b');
    expect([rig.state('a'), rig.state('b')]).toEqual(['open', 'closed']);
  });
});

describe('22: on opening nobody waits on', () => {
  it('everyone without content moves on at once, streams that flow go on', () => {
    const rig = new Rig();
    const flowing = rig.admit();
    rig.board.answered(flowing);
    for (let call = 0; call < 60; call += 1) rig.admit();
    rig.calls(3, timeout);
    expect([rig.state(), rig.evacuated]).toEqual(['open', 60]);
    rig.board.settle(flowing, success);
    expect(rig.look().inFlight).toBe(60);
  });

  it('so it is when it is tripped, and each is told once', () => {
    const rig = new Rig();
    rig.admit();
    const settled = rig.admit();
    rig.board.settle(settled, neutral);
    rig.trip();
    rig.trip(1_000);
    expect(rig.evacuated).toBe(1);
  });

  it('a hold keeps them: the operator wants them there', () => {
    const rig = new Rig();
    rig.hold();
    rig.admit();
    rig.calls(5, failure);
    expect([rig.look().automatic, rig.evacuated]).toEqual(['open', 0]);
  });
});
