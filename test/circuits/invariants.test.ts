import { describe, expect, it } from 'vitest';
import { failure, neutral, Rig, success, throttled, timeout } from '../support/breaker.ts';

/** What must hold of a circuit, numbered as the design numbers it: 1 to 10, what it does by itself. */
const OPEN_MS = 300_000;

describe('1: closed admits, open refuses until its time and says when that is', () => {
  it('closed admits everybody', () => {
    const rig = new Rig();
    for (let call = 0; call < 50; call += 1) expect(rig.ask().permit?.kind).toBe('closed');
  });

  it('open refuses until its very last millisecond', () => {
    const rig = new Rig();
    rig.open();
    rig.clock.advance(OPEN_MS - 1);
    expect(rig.would()).toBe('open');
    rig.clock.advance(1);
    expect(rig.would()).toBe('probe');
  });

  it('the refusal says when: the next forced try, or the end of its time', () => {
    const rig = new Rig();
    rig.open();
    expect(rig.ask().refusal).toEqual({
      reason: 'open',
      state: 'open',
      epoch: 2,
      retryMs: 5_000,
      ownRetryMs: OPEN_MS,
      whenAlone: false,
    });
    expect(rig.board.retryAfterMs(['a'])).toBe(5_000);
    rig.clock.advance(OPEN_MS - 2_000);
    rig.force();
    expect(rig.ask().refusal?.retryMs).toBe(2_000);
  });

  it('only the last one standing is counted in when a chain says when', () => {
    const rig = new Rig();
    rig.calls(1, success, 'b');
    rig.clock.advance(1_000);
    rig.calls(1, success);
    rig.open();
    rig.clock.advance(3_000);
    rig.open('b');
    // `a` is the one, and may be tried at once; `b` would have been due in five seconds.
    expect(rig.board.retryAfterMs(['a', 'b'])).toBe(2_000);
    rig.clock.advance(2_000);
    expect(rig.force(['a', 'b'])?.provider).toBe('a');
    expect(rig.board.retryAfterMs(['a', 'b'])).toBe(5_000);
  });

  it('a throttled one says the end of its time, with nothing forced', () => {
    const rig = new Rig();
    rig.calls(1, throttled(90_000));
    expect(rig.ask().refusal).toMatchObject({ reason: 'throttled', retryMs: 90_000 });
    expect(rig.force()).toBeNull();
  });

  it('busy is what it says when it is closed, never when it is open', () => {
    const rig = new Rig({ concurrency: 7 });
    const flowing = rig.admit();
    for (let call = 0; call < 6; call += 1) rig.board.answered(rig.admit());
    expect(rig.would()).toBe('busy');
    rig.board.settle(flowing, neutral);
    rig.open();
    rig.board.answered(flowing);
    expect(rig.would()).toBe('open');
  });
});

describe('2: after its time, with no probe out, the next call is admitted', () => {
  it('when the timer has fired', () => {
    const rig = new Rig();
    rig.halfOpen();
    expect(rig.state()).toBe('halfOpen');
    expect(rig.ask().permit?.kind).toBe('probe');
  });

  it('when the probes before it ended without a verdict', () => {
    const rig = new Rig();
    rig.halfOpen();
    for (let call = 0; call < 20; call += 1) rig.board.settle(rig.admit(), neutral);
    expect(rig.ask().permit?.kind).toBe('probe');
  });
});

describe('3: never more probes than asked for in half-open', () => {
  it.each([1, 2, 5])('forty at once: %i probe', (probes) => {
    const rig = new Rig({ probes });
    rig.halfOpen();
    const admitted = Array.from({ length: 40 }, () => rig.ask()).filter(({ permit }) => permit);
    expect(admitted.length).toBe(probes);
    expect(rig.look().probe).toMatchObject({ out: probes, of: probes });
  });

  it('with pings, no caller is one', () => {
    const rig = new Rig({ probe: 'ping' });
    rig.halfOpen();
    expect(rig.would()).toBe('halfOpen');
    const options = { leaseMs: 10_000, onEvacuate: () => {} };
    const ping = rig.board.acquirePing('a', options);
    expect([ping.kind, rig.board.acquirePing('a', options).kind]).toEqual(['probe', 'held']);
    rig.board.settle(ping, success);
    expect(rig.state()).toBe('closed');
  });
});

describe('4: a probe that never settles is reaped', () => {
  it('after its first-token clock and five seconds, and the circuit opens again', () => {
    const rig = new Rig();
    rig.halfOpen();
    rig.admit();
    rig.clock.advance(14_999);
    expect(rig.state()).toBe('halfOpen');
    rig.clock.advance(1);
    expect(rig.look()).toMatchObject({ state: 'open', probe: { out: 0, failed: 1 } });
    rig.clock.advance(OPEN_MS);
    expect(rig.ask().permit?.kind).toBe('probe');
  });

  it('one that settles after it was reaped changes nothing', () => {
    const rig = new Rig();
    rig.halfOpen();
    const probe = rig.admit();
    rig.clock.advance(15_000);
    rig.board.settle(probe, success);
    expect(rig.look()).toMatchObject({ state: 'open', inFlight: 0 });
  });

  it('one of several that answered and never ends gives its slot back, and opens nothing', () => {
    const rig = new Rig({ successes: 2 });
    rig.halfOpen();
    rig.board.answered(rig.admit());
    expect(rig.would()).toBe('halfOpen');
    rig.clock.advance(15_000);
    rig.board.settle(rig.admit(), success);
    expect(rig.state()).toBe('closed');
  });
});

describe('5: enough probe successes close it', () => {
  it('with zero counts and no growth left', () => {
    const rig = new Rig({ successes: 2, openMaxMs: 4 * OPEN_MS });
    rig.halfOpen();
    rig.calls(1, failure);
    rig.clock.advance(2 * OPEN_MS);
    rig.calls(1, success);
    expect(rig.state()).toBe('halfOpen');
    rig.calls(1, success);
    const closed = { state: 'closed', failuresInARow: 0, cause: null, probe: { out: 0, of: 1, failed: 0 } };
    expect(rig.look()).toMatchObject({ ...closed, window: { calls: 1, failures: 0 } });
    rig.open();
    expect(rig.look().until).toBe(rig.clock.wall() + OPEN_MS);
  });

  it('its first content closes provisionally: if that very answer breaks, it is open again, and grown', () => {
    const rig = new Rig({ openMaxMs: 4 * OPEN_MS });
    rig.halfOpen();
    const probe = rig.admit();
    rig.board.answered(probe);
    expect(rig.look()).toMatchObject({ state: 'closed', probe: { failed: 0 } });
    rig.board.settle(probe, failure);
    expect(rig.look()).toMatchObject({ state: 'open', probe: { failed: 1 }, until: rig.clock.wall() + 2 * OPEN_MS });
  });

  it('a provider that always cuts is left alone longer each time', () => {
    const rig = new Rig({ openMaxMs: 8 * OPEN_MS });
    rig.open();
    const waits = Array.from({ length: 5 }, () => {
      const waitMs = (rig.look().until ?? 0) - rig.clock.wall();
      rig.clock.advance(waitMs);
      const probe = rig.admit();
      rig.board.answered(probe);
      rig.board.settle(probe, failure);
      return waitMs / OPEN_MS;
    });
    expect(waits).toEqual([1, 2, 4, 8, 8]);
  });
});

describe('6: a failed probe opens it again, with the next open time', () => {
  it('doubling up to openMax and never beyond', () => {
    const rig = new Rig({ openMaxMs: 1_000_000 });
    rig.open();
    const waits = Array.from({ length: 4 }, () => {
      const waitMs = (rig.look().until ?? 0) - rig.clock.wall();
      rig.clock.advance(waitMs);
      rig.calls(1, timeout);
      return waitMs;
    });
    expect(waits).toEqual([300_000, 600_000, 1_000_000, 1_000_000]);
  });

  it('flat at five minutes as it comes', () => {
    const rig = new Rig();
    rig.halfOpen();
    rig.calls(1, failure);
    expect(rig.look().until).toBe(rig.clock.wall() + OPEN_MS);
  });
});

describe('7 and 8: what was begun in an earlier epoch', () => {
  it('7: a success begun while closed does not close it', () => {
    const rig = new Rig();
    const early = rig.admit();
    rig.open();
    rig.board.settle(early, success);
    expect(rig.state()).toBe('open');
    rig.clock.advance(OPEN_MS);
    const earlier = rig.admit();
    rig.clock.advance(15_000 + OPEN_MS);
    rig.board.settle(earlier, success);
    expect(rig.state()).toBe('halfOpen');
  });

  it('8: a failure begun earlier neither opens, nor extends, nor counts in the new window', () => {
    const rig = new Rig();
    const early = Array.from({ length: 12 }, () => rig.admit());
    rig.open();
    const { until, epoch } = rig.look();
    rig.clock.advance(1_000);
    for (const permit of early.splice(0, 6)) rig.board.settle(permit, failure);
    expect(rig.look()).toMatchObject({ until, epoch });
    rig.clock.advance(OPEN_MS);
    rig.calls(1, success);
    for (const permit of early) rig.board.settle(permit, timeout);
    expect(rig.look()).toMatchObject({ state: 'closed', failuresInARow: 0, window: { calls: 1, failures: 0 } });
    expect(rig.stale).toEqual(Array(12).fill('failure'));
  });
});

describe('9: neutral frees its slot and changes nothing else', () => {
  it('it neither trips, nor ends a streak', () => {
    const rig = new Rig();
    rig.calls(4, failure);
    rig.calls(100, neutral);
    expect(rig.look()).toMatchObject({ state: 'closed', failuresInARow: 4, window: { calls: 4 }, inFlight: 0 });
    rig.calls(1, failure);
    expect(rig.state()).toBe('open');
  });

  it('a cancelled probe frees its slot, and neither closes nor opens', () => {
    const rig = new Rig();
    rig.halfOpen();
    const told = rig.events.length;
    rig.calls(3, neutral);
    expect(rig.look()).toMatchObject({ state: 'halfOpen', probe: { out: 0, failed: 0 } });
    expect(rig.events.length).toBe(told);
  });
});

describe('10: many failures at once trip it once', () => {
  it('one event, one deadline', () => {
    const rig = new Rig();
    const crowd = Array.from({ length: 60 }, () => rig.admit());
    for (const permit of crowd) {
      rig.board.settle(permit, failure);
      rig.clock.advance(10);
    }
    expect(rig.events.map(({ to, cause, evidence }) => ({ to, cause, count: evidence.length }))).toEqual([
      { to: 'open', cause: 'failures', count: 5 },
    ]);
    expect(rig.look()).toMatchObject({ epoch: 2, until: rig.events[0]?.until, inFlight: 0 });
  });
});
