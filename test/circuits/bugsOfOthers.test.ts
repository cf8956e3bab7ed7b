import { describe, expect, it } from 'vitest';
import { failure, neutral, poisoned, Rig, success, throttled, timeout } from '../support/breaker.ts';

/** Bugs that other breakers have had, each held off by a test that bears its name. */
const OPEN_MS = 300_000;

describe('bugs of others', () => {
  it('OmniRoute#13836: half-open for six days, because a probe was lost', () => {
    const rig = new Rig();
    rig.halfOpen();
    for (let day = 0; day < 6; day += 1) {
      expect(rig.admit().kind).toBe('probe');
      rig.clock.advance(15_000);
      expect(rig.state()).toBe('open');
      rig.clock.advance(86_400_000);
      expect(rig.state()).toBe('halfOpen');
    }
    rig.calls(1, success);
    expect(rig.state()).toBe('closed');
  });

  it('opossum#385: a second opening cancels the timer of the first', () => {
    const rig = new Rig();
    const late = Array.from({ length: 10 }, () => rig.admit());
    rig.open();
    for (const permit of late) rig.board.settle(permit, failure);
    rig.trip();
    rig.trip();
    rig.release();
    rig.clock.advance(OPEN_MS);
    expect(rig.state()).toBe('halfOpen');
  });

  it('Polly#1979: stuck after a probe that ended in something nobody handles', () => {
    const rig = new Rig();
    rig.halfOpen();
    rig.calls(1, neutral);
    expect(rig.look()).toMatchObject({ state: 'halfOpen', probe: { out: 0 } });
    rig.calls(1, success);
    expect(rig.state()).toBe('closed');
  });

  it('Sentinel#1638: a probe blocked by a later rule is never settled', () => {
    // Blocked by the concurrency limit it is not admitted at all, and takes no slot with it.
    const rig = new Rig({ concurrency: 1 });
    const flowing = rig.admit();
    rig.board.answered(flowing);
    rig.reset('halfOpen');
    expect([rig.would(), rig.look().probe.out]).toEqual(['busy', 0]);
    rig.board.settle(flowing, success);
    expect(rig.would()).toBe('probe');
  });

  it('better-ccflare#349: the way of success never tells the breaker', () => {
    const rig = new Rig();
    for (let round = 0; round < 20; round += 1) {
      rig.calls(2, timeout);
      rig.calls(4, success);
    }
    expect(rig.look()).toMatchObject({ state: 'closed', failuresInARow: 0, timeoutsInARow: 0 });
    expect(rig.look().lastSuccessAt).toBe(rig.clock.wall());
  });

  it('claude-code-hub#215: callers who leave count as failures', () => {
    const rig = new Rig();
    rig.calls(500, neutral);
    expect(rig.look()).toMatchObject({ state: 'closed', failuresInARow: 0, window: { calls: 0, failures: 0 } });
  });

  it('voidllm#185: a 429 counts as a success', () => {
    const rig = new Rig();
    rig.calls(4, failure);
    rig.calls(1, throttled(2_000));
    expect(rig.look()).toMatchObject({ state: 'open', cause: 'throttled' });
    rig.clock.advance(2_000);
    rig.calls(1, throttled(2_000));
    expect(rig.look()).toMatchObject({ state: 'open', lastSuccessAt: null });
  });

  it('litellm#40130: cooling again keeps the shorter deadline', () => {
    const rig = new Rig();
    rig.calls(1, throttled(1_000));
    rig.clock.advance(1_000);
    rig.calls(1, throttled(1_800_000));
    expect(rig.look().until).toBe(rig.clock.wall() + 1_800_000);
    rig.clock.advance(1_799_999);
    expect(rig.would()).toBe('throttled');
    // Nor does a trip that ends sooner, or a restart, bring it forward.
    const again = new Rig();
    again.calls(1, throttled(1_800_000));
    again.trip(1_000);
    again.clock.advance(1_000);
    again.restart(1_000);
    expect(again.look()).toMatchObject({ state: 'open', until: again.clock.wall() + 1_798_000 });
  });

  it('safe-client-gateway#3442: half-open admits everybody, seventeen times the traffic', () => {
    const rig = new Rig();
    rig.halfOpen();
    let admitted = 0;
    for (let second = 0; second < 10; second += 1) {
      for (let call = 0; call < 17; call += 1) admitted += rig.ask().permit ? 1 : 0;
      rig.clock.advance(1_000);
    }
    expect(admitted).toBe(1);
  });

  it('gobreaker#91: it sees only completed calls, so those that wait are let go when it opens', () => {
    const rig = new Rig();
    for (let call = 0; call < 40; call += 1) rig.admit();
    expect(rig.look()).toMatchObject({ state: 'closed', inFlight: 40 });
    rig.calls(3, timeout);
    expect([rig.state(), rig.evacuated]).toEqual(['open', 40]);
  });

  it('opencode-go-multi-auth#6: one bad request opens everything', () => {
    const rig = new Rig();
    for (let again = 0; again < 30; again += 1) {
      for (const provider of ['a', 'b', 'c']) {
        rig.calls(1, poisoned('the bad one'), provider);
        rig.calls(1, neutral, provider);
      }
    }
    expect(rig.board.list().map(({ state }) => state)).toEqual(['closed', 'closed', 'closed']);
  });
});
