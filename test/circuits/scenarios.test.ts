import { describe, expect, it } from 'vitest';
import { failure, neutral, Rig, refused, success, throttled, timeout } from '../support/breaker.ts';

/** What other libraries test their breakers with, said in our own words. */
const OPEN_MS = 300_000;

describe('gobreaker', () => {
  it('TestGeneration: what was begun in one generation settles into no other', () => {
    const rig = new Rig();
    const first = rig.admit();
    rig.reset();
    const second = rig.admit();
    rig.board.settle(first, failure);
    expect(rig.look().failuresInARow).toBe(0);
    rig.board.settle(second, failure);
    expect(rig.look().failuresInARow).toBe(1);
  });

  it('TestIsExcludedAndIsSuccessfulCombination: what is excluded is neither success nor failure', () => {
    const rig = new Rig();
    rig.calls(3, failure);
    rig.calls(3, neutral);
    expect(rig.look()).toMatchObject({ failuresInARow: 3, window: { calls: 3, failures: 3 } });
    rig.calls(1, success);
    rig.calls(3, neutral);
    expect(rig.look()).toMatchObject({ failuresInARow: 0, window: { calls: 4, failures: 3 } });
  });
});

describe('resilience4j CircuitBreakerStateMachineTest', () => {
  it('closed, open, half-open, open, half-open, closed: the whole round', () => {
    const rig = new Rig();
    rig.halfOpen();
    rig.calls(1, failure);
    rig.clock.advance(OPEN_MS);
    rig.calls(1, success);
    expect(rig.events.map(({ to }) => to)).toEqual(['open', 'halfOpen', 'open', 'halfOpen', 'closed']);
  });

  it('an operator may force it open and disable it from any state, and nothing counts on meanwhile', () => {
    const rig = new Rig();
    for (const enter of [() => rig.reset(), () => rig.open(), () => rig.clock.advance(OPEN_MS)]) {
      enter();
      rig.trip();
      expect([rig.state(), rig.would()]).toEqual(['tripped', 'tripped']);
      rig.hold();
      expect([rig.state(), rig.ask().permit?.kind === undefined]).toEqual(['heldClosed', false]);
      rig.release();
    }
    expect(rig.state()).toBe('halfOpen');
  });
});

describe('Polly CircuitBreakerSpecs', () => {
  it('opens at exactly the number of failures in a row, and refuses without calling', () => {
    const rig = new Rig({ failures: 2 });
    rig.calls(1, failure);
    rig.calls(1, success);
    rig.calls(1, failure);
    expect(rig.state()).toBe('closed');
    rig.calls(1, failure);
    expect([rig.state(), rig.would()]).toEqual(['open', 'open']);
  });

  it('an isolated circuit stays so past any time, and a reset closes it at once', () => {
    const rig = new Rig();
    rig.trip();
    rig.clock.advance(10 * OPEN_MS);
    expect(rig.state()).toBe('tripped');
    rig.reset();
    expect(rig.ask().permit?.kind).toBe('closed');
  });

  it('a failure that comes late from before the opening does not lengthen it', () => {
    const rig = new Rig();
    const late = rig.admit();
    rig.open();
    rig.clock.advance(OPEN_MS - 1);
    rig.board.settle(late, failure);
    rig.clock.advance(1);
    expect(rig.state()).toBe('halfOpen');
  });
});

describe('Envoy', () => {
  it('EjectTimeBackoff: away longer each time, up to the most; a good while brings it back', () => {
    const rig = new Rig({ openMaxMs: 4 * OPEN_MS });
    rig.open();
    const aways = [0, 1, 2, 3].map(() => {
      const awayMs = (rig.look().until ?? 0) - rig.clock.wall();
      rig.clock.advance(awayMs);
      rig.calls(1, failure);
      return awayMs / OPEN_MS;
    });
    expect(aways).toEqual([1, 2, 4, 4]);
    rig.clock.advance(4 * OPEN_MS);
    rig.calls(1, success);
    rig.open();
    expect(rig.look().until).toBe(rig.clock.wall() + OPEN_MS);
  });

  it('CrossThreadFailRace: failures that arrive together eject once', () => {
    const rig = new Rig();
    const racing = Array.from({ length: 20 }, () => rig.admit());
    for (const permit of racing) rig.board.settle(permit, timeout);
    expect(rig.events.length).toBe(1);
  });

  it('MaxEjectionPercentage: when all are away, the one that was last well is still tried, slowly', () => {
    const rig = new Rig();
    rig.calls(1, success, 'a');
    rig.clock.advance(1);
    rig.calls(1, success, 'c');
    rig.clock.advance(1);
    rig.calls(1, success, 'b');
    for (const provider of ['a', 'b', 'c']) rig.open(provider);
    const all = ['a', 'b', 'c'];
    expect(rig.force(all)).toBeNull();
    rig.clock.advance(5_000);
    expect([rig.force(all)?.provider, rig.force(all)]).toEqual(['b', null]);
  });
});

describe('Finagle: the ignorable trio', () => {
  it('ignored while closed, it is no sample', () => {
    const rig = new Rig();
    rig.calls(9, neutral);
    rig.calls(4, failure);
    expect(rig.look().window).toMatchObject({ calls: 4, rate: 1 });
  });

  it('ignored while probing, it leaves the question open', () => {
    const rig = new Rig();
    rig.halfOpen();
    rig.calls(1, neutral);
    expect([rig.state(), rig.would()]).toEqual(['halfOpen', 'probe']);
  });

  it('ignored while open, it moves no deadline', () => {
    const rig = new Rig();
    const early = rig.admit();
    rig.open();
    const { until } = rig.look();
    rig.clock.advance(1_000);
    rig.board.settle(early, neutral);
    expect(rig.look().until).toBe(until);
  });
});

describe('Semian’s outage experiments', () => {
  /** One call a second for so long, each failing as told; how many reached a provider that was down. */
  function experiment(
    rig: Rig,
    seconds: number,
    fails: (second: number) => boolean,
  ): { reached: number; wasted: number } {
    const seen = { reached: 0, wasted: 0 };
    for (let second = 0; second < seconds; second += 1) {
      const { permit } = rig.ask();
      if (permit) {
        seen.reached += 1;
        if (fails(second)) seen.wasted += 1;
        rig.board.settle(permit, fails(second) ? failure : success);
      }
      rig.clock.advance(1_000);
    }
    return seen;
  }

  it('a spike: a minute of failures costs five calls, and five minutes on it is back', () => {
    const rig = new Rig();
    const seen = experiment(rig, 900, (second) => second >= 100 && second < 160);
    expect(seen.wasted).toBe(5);
    expect([rig.state(), seen.reached]).toEqual(['closed', 900 - 300 + 1]);
  });

  it('a ramp: as ever more calls fail, it opens before all of them do', () => {
    const rig = new Rig();
    let openedAt: number | null = null;
    rig.board.onTransition(() => {
      openedAt ??= rig.clock.now();
    });
    // One in ten fails in the first minute, then two in ten, and so on.
    experiment(rig, 600, (second) => second % 10 < second / 60);
    expect(openedAt).toBeGreaterThan(180_000);
    expect(openedAt).toBeLessThan(420_000);
  });

  it('an oscillation: down and up by turns, it closes each time it is up when asked', () => {
    const rig = new Rig({ openMs: 30_000, openMaxMs: 30_000 });
    const seen = experiment(rig, 1_200, (second) => second % 120 < 60);
    expect(rig.events.filter(({ to }) => to === 'closed').length).toBe(10);
    expect(seen.wasted).toBeLessThan(10 * 8);
  });

  it('one of many: the others do not notice', () => {
    const rig = new Rig();
    for (let call = 0; call < 50; call += 1) {
      for (const provider of ['a', 'b', 'c']) {
        const { permit } = rig.ask(provider);
        if (permit) rig.board.settle(permit, provider === 'b' ? timeout : success);
      }
    }
    expect(rig.board.list().map(({ state }) => state)).toEqual(['closed', 'open', 'closed']);
    expect(rig.events.length).toBe(1);
  });
});

describe('causes', () => {
  it.each(['credentials', 'balance', 'model'] as const)('%s opens at once, and is never forced', (cause) => {
    const rig = new Rig();
    rig.calls(1, refused(cause));
    expect(rig.look()).toMatchObject({ state: 'open', cause, until: rig.clock.wall() + OPEN_MS });
    rig.clock.advance(60_000);
    expect(rig.force()).toBeNull();
  });

  it('a 429 that says nothing: 1 s, 2 s, 4 s … 60 s, and 1 s again after a success', () => {
    const rig = new Rig();
    const waits = Array.from({ length: 8 }, () => {
      rig.calls(1, throttled(null));
      const waitMs = (rig.look().until ?? 0) - rig.clock.wall();
      rig.clock.advance(waitMs);
      return waitMs / 1_000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    rig.calls(1, success);
    rig.calls(1, throttled(null));
    expect(rig.look().until).toBe(rig.clock.wall() + 1_000);
  });

  it('a Retry-After beyond the hour is an hour', () => {
    const rig = new Rig();
    rig.calls(1, throttled(86_400_000));
    expect(rig.look().until).toBe(rig.clock.wall() + 3_600_000);
  });

  it('what opened a circuit stays its evidence through failed probes; another cause brings its own', () => {
    const rig = new Rig();
    rig.calls(5, failure);
    const { evidence } = rig.look();
    expect(evidence).toHaveLength(5);
    rig.clock.advance(300_000);
    rig.calls(1, { ...timeout, attempt: 'probe/0' } as typeof timeout);
    expect(rig.look()).toMatchObject({ state: 'open', cause: 'failures', evidence, probe: { failed: 1 } });
    expect(rig.events.at(-1)?.evidence).toEqual(['probe/0']);
    rig.clock.advance(300_000);
    rig.calls(1, { ...refused('credentials'), attempt: 'probe/1' } as typeof failure);
    expect(rig.look()).toMatchObject({ state: 'open', cause: 'credentials', evidence: ['probe/1'] });
  });
});
