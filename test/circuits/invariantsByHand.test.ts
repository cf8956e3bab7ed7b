import { describe, expect, it } from 'vitest';
import { defaults, failure, Rig, success, throttled } from '../support/breaker.ts';

/** What must hold of a circuit, numbered as the design numbers it: 11 to 15, hands, clocks and restarts. */
const OPEN_MS = 300_000;
const HOUR_MS = 3_600_000;

describe('11: tripped beats everything until it is released', () => {
  it('timer, success, probe, forced and restart leave it tripped', () => {
    const rig = new Rig();
    rig.halfOpen();
    const probe = rig.admit();
    rig.trip();
    rig.board.answered(probe);
    rig.board.settle(probe, success);
    rig.board.recovered('a', rig.look().epoch, 'itself');
    rig.clock.advance(24 * HOUR_MS);
    expect([rig.would(), rig.force()]).toEqual(['tripped', null]);
    rig.restart(24 * HOUR_MS);
    expect([rig.state(), rig.would(), rig.force()]).toEqual(['tripped', 'tripped', null]);
    rig.release();
    expect(rig.state()).toBe('halfOpen');
  });

  it('results in flight do not move it', () => {
    const rig = new Rig();
    const flying = Array.from({ length: 10 }, () => rig.admit());
    rig.trip();
    const { epoch } = rig.look();
    for (const permit of flying) rig.board.settle(permit, failure);
    expect(rig.look()).toMatchObject({ state: 'tripped', automatic: 'closed', epoch, failuresInARow: 0 });
  });
});

describe('12: what follows an act', () => {
  it('release of a trip shows what the machine truly is', () => {
    const rig = new Rig();
    rig.trip();
    rig.release();
    expect(rig.state()).toBe('closed');
    rig.open();
    rig.trip();
    rig.release();
    expect(rig.look()).toMatchObject({ state: 'open', until: rig.clock.wall() + OPEN_MS });
    rig.trip();
    rig.clock.advance(OPEN_MS);
    expect(rig.look()).toMatchObject({ state: 'tripped', automatic: 'halfOpen' });
    rig.release();
    expect(rig.state()).toBe('halfOpen');
  });

  it('open, tripped, released: it does not stay open for ever', () => {
    const rig = new Rig();
    rig.open();
    rig.trip();
    rig.release();
    rig.clock.advance(OPEN_MS);
    expect(rig.state()).toBe('halfOpen');
  });

  it('half-open with a probe out, tripped, released: there is a slot again', () => {
    const rig = new Rig();
    rig.halfOpen();
    const probe = rig.admit();
    rig.trip();
    rig.board.settle(probe, success);
    rig.release();
    expect(rig.ask().permit?.kind).toBe('probe');
  });

  it('reset closes it with zero counts, or half-opens it', () => {
    const rig = new Rig();
    rig.calls(4, failure);
    rig.reset();
    expect(rig.look()).toMatchObject({ state: 'closed', failuresInARow: 0, window: { calls: 0 }, ramp: null });
    rig.open();
    rig.reset('halfOpen');
    expect([rig.state(), rig.ask().permit?.kind]).toEqual(['halfOpen', 'probe']);
    rig.trip();
    rig.reset();
    expect(rig.look()).toMatchObject({ state: 'closed', override: 'none' });
  });

  it.each(['closed', 'open', 'halfOpen'])('a trip over %s that ends by its time goes to half-open', (beneath) => {
    const rig = new Rig();
    if (beneath !== 'closed') rig.open();
    if (beneath === 'halfOpen') rig.clock.advance(OPEN_MS);
    rig.trip(60_000);
    rig.clock.advance(59_999);
    expect(rig.state()).toBe('tripped');
    rig.clock.advance(1);
    expect(rig.state()).toBe('halfOpen');
    expect(rig.events.at(-1)).toMatchObject({ from: 'tripped', to: 'halfOpen', cause: 'expired', by: 'itself' });
  });

  it('the end of a trip does not bring a throttle forward, and a refusal says so', () => {
    const rig = new Rig();
    rig.calls(1, throttled(600_000));
    rig.trip(60_000);
    expect(rig.ask().refusal?.retryMs).toBe(600_000);
    rig.clock.advance(60_000);
    expect([rig.state(), rig.would()]).toEqual(['open', 'throttled']);
  });

  it('beneath a hold it goes on learning, and its end shows what was learned', () => {
    const rig = new Rig();
    rig.hold(60_000);
    rig.calls(5, failure);
    expect(rig.look()).toMatchObject({ state: 'heldClosed', automatic: 'open' });
    expect(rig.ask().permit?.kind).toBe('held');
    rig.clock.advance(60_000);
    expect(rig.look()).toMatchObject({ state: 'open', until: rig.clock.wall() + OPEN_MS - 60_000 });
  });

  it('beneath a hold one call at a time proves that it is back', () => {
    const rig = new Rig();
    rig.hold(2 * OPEN_MS);
    rig.calls(5, failure);
    rig.clock.advance(OPEN_MS);
    expect([rig.admit().kind, rig.admit().kind]).toEqual(['probe', 'held']);
  });
});

describe('12: a reset forgets what was learned', () => {
  it('how often it asked to slow down too: the next time without an end is a second again', () => {
    const rig = new Rig();
    for (const restMs of [1_000, 2_000, 4_000]) {
      rig.calls(1, throttled(null));
      expect(rig.look().until).toBe(rig.clock.wall() + restMs);
      rig.clock.advance(restMs);
    }
    rig.reset('closed');
    rig.calls(1, throttled(null));
    expect(rig.look().until).toBe(rig.clock.wall() + 1_000);
  });
});

describe('13: every act by hand is a new epoch', () => {
  it('and what was out before it counts no more', () => {
    const rig = new Rig({ failures: 1 });
    const acts = [
      () => rig.trip(),
      () => rig.hold(),
      () => rig.release(),
      () => rig.reset(),
      () => rig.reset('closed'),
    ];
    for (const act of acts) {
      const { epoch, state } = rig.look();
      const early = rig.ask().permit;
      act();
      expect(rig.look().epoch).toBe(epoch + 1);
      expect(early === undefined).toBe(state === 'tripped');
      if (early) rig.board.settle(early, failure);
      expect(rig.look()).toMatchObject({ epoch: epoch + 1, automatic: 'closed' });
    }
  });

  it('an act on an epoch that has moved on changes nothing', () => {
    const rig = new Rig();
    const { epoch } = rig.look();
    rig.open();
    const base = { provider: 'a', by: 'ana', reason: 'because', epoch };
    const told = rig.events.length;
    expect(rig.board.act({ ...base, type: 'trip', forMs: null })).toMatchObject({ ok: false, code: 'conflict' });
    expect(rig.board.act({ ...base, type: 'reset', to: 'closed' })).toMatchObject({ code: 'conflict' });
    expect([rig.state(), rig.events.length]).toEqual(['open', told]);
  });

  it('a release of nothing, and an act on nobody, say so', () => {
    const rig = new Rig();
    expect(rig.release()).toMatchObject({ ok: false, code: 'idle' });
    const nobody = { type: 'release', provider: 'nobody', by: 'ana', reason: 'because' } as const;
    expect(rig.board.act(nobody)).toEqual({ ok: false, code: 'unknown_provider', provider: 'nobody' });
  });
});

describe('14: the wall clock decides nothing within a run', () => {
  it.each([HOUR_MS, -HOUR_MS])('moved by %i ms, an open circuit keeps its time', (jump) => {
    const rig = new Rig();
    rig.open();
    rig.clock.jumpWall(jump);
    rig.clock.advance(OPEN_MS - 1);
    expect(rig.state()).toBe('open');
    rig.clock.advance(1);
    expect(rig.state()).toBe('halfOpen');
    rig.trip(60_000);
    rig.clock.jumpWall(jump);
    rig.clock.advance(60_000);
    expect(rig.state()).toBe('halfOpen');
  });

  it('the last one standing is who truly succeeded last, though the wall says otherwise', () => {
    const rig = new Rig();
    rig.calls(1, success, 'a');
    rig.clock.jumpWall(-HOUR_MS);
    rig.clock.advance(1_000);
    rig.calls(1, success, 'b');
    rig.open('a');
    rig.open('b');
    rig.clock.advance(5_000);
    expect(rig.force(['a', 'b'])?.provider).toBe('b');
  });
});

describe('15: a restart', () => {
  it('while open keeps the time that was left', () => {
    const rig = new Rig();
    rig.open();
    rig.clock.advance(100_000);
    rig.restart(50_000);
    expect(rig.look()).toMatchObject({ state: 'open', cause: 'failures', until: rig.clock.wall() + 150_000 });
    rig.clock.advance(150_000);
    expect(rig.state()).toBe('halfOpen');
  });

  it('after the end of its time probes at once', () => {
    const rig = new Rig();
    rig.open();
    rig.restart(OPEN_MS + 1);
    expect(rig.ask().permit?.kind).toBe('probe');
  });

  it('a wall clock set back cannot make it longer than openMax, or the hour of a throttle', () => {
    const rig = new Rig();
    rig.open('a');
    rig.calls(1, throttled(30 * 60_000), 'b');
    rig.restart(-30 * 24 * HOUR_MS);
    expect(rig.look('a').until).toBe(rig.clock.wall() + OPEN_MS);
    expect(rig.look('b').until).toBe(rig.clock.wall() + HOUR_MS);
  });

  it('while half-open, with a probe out, lets the next call probe', () => {
    const rig = new Rig();
    rig.halfOpen();
    rig.admit();
    rig.restart();
    expect([rig.state(), rig.ask().permit?.kind]).toEqual(['halfOpen', 'probe']);
  });

  it('overrides survive, keep their end, and can be released', () => {
    const rig = new Rig();
    rig.trip(600_000);
    rig.restart(100_000);
    expect(rig.look()).toMatchObject({
      state: 'tripped',
      until: rig.clock.wall() + 500_000,
      by: 'ana',
      reason: 'because',
    });
    rig.release();
    rig.hold(60_000);
    rig.restart(59_000);
    expect(rig.state()).toBe('heldClosed');
    rig.clock.advance(1_000);
    expect(rig.state()).toBe('closed');
  });

  it('the growth of the open time survives', () => {
    const rig = new Rig({ openMaxMs: 8 * OPEN_MS });
    rig.halfOpen();
    rig.calls(1, failure);
    rig.restart(2 * OPEN_MS);
    rig.clock.advance(0);
    rig.calls(1, failure);
    expect(rig.look().until).toBe(rig.clock.wall() + 4 * OPEN_MS);
  });

  it('from rows that were written by half finds its way back', () => {
    const rig = new Rig();
    rig.open();
    const row = rig.stored.get('a');
    if (!row) throw new Error('nothing was stored');
    rig.stored.set('a', { ...row, openUntil: null });
    rig.stored.set('b', { ...row, provider: 'b', automatic: 'closed', override: 'heldClosed', overrideUntil: null });
    rig.stored.set('c', { ...row, provider: 'c', automatic: 'closed', openUntil: 1 });
    rig.restart();
    rig.clock.advance(0);
    expect([rig.state('a'), rig.state('b'), rig.state('c')]).toEqual(['halfOpen', 'closed', 'closed']);
    expect(rig.look('c')).toMatchObject({ cause: null, failuresInARow: 0 });
  });

  it('numbers its transitions on', () => {
    const rig = new Rig({ failures: defaults.failures });
    rig.open();
    rig.restart();
    rig.trip();
    expect(rig.events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(rig.board.lastSeq).toBe(2);
  });
});
