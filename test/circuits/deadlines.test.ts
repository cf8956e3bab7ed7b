import { describe, expect, it } from 'vitest';
import { Board } from '../../server/circuits/board.ts';
import type { Clock } from '../../server/core/clock.ts';
import { defaults, FIRST_TOKEN_MS, failure, providerNamed } from '../support/breaker.ts';
import { BreakerClock } from '../support/breakerClock.ts';

const OPEN_MS = 300_000;
const DAY_MS = 86_400_000;
/** What a timer of Node.js takes at most; the real clock fires then. */
const NODE_TIMER_MAX_MS = 2_147_483_647;

/** A clock whose timers are early, late, and too short for a month, as those of Node.js are. */
function boardOn(clock: Clock): { board: Board; timers: () => number; open: () => void } {
  let timers = 0;
  const asNode: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    after: (ms, run) => {
      timers += 1;
      return clock.after(Math.min(ms, NODE_TIMER_MAX_MS), run);
    },
  };
  const board = new Board({
    node: 'n',
    providers: [providerNamed('a', defaults)],
    chains: [],
    clock: asNode,
    random: () => 0,
    restored: { circuits: [], lastSeq: 0 },
    onListenerError: () => {},
  });
  const open = (): void => {
    for (let call = 0; call < defaults.failures; call += 1) {
      const { permit } = board.acquire('a', { leaseMs: FIRST_TOKEN_MS, onEvacuate: () => {} });
      if (permit) board.settle(permit, failure);
    }
  };
  return { board, timers: () => timers, open };
}

describe('deadlines', () => {
  it('a timer that fires early waits for the rest', () => {
    const clock = new BreakerClock();
    const { board, open } = boardOn(clock);
    open();
    clock.advance(OPEN_MS - 0.25);
    expect(board.look('a')?.state).toBe('open');
    clock.advance(0.25);
    expect(board.look('a')?.state).toBe('halfOpen');
  });

  it('a call after the time is a probe, though the timer has not had its turn', () => {
    const clock = new BreakerClock();
    const { board, open } = boardOn(clock);
    open();
    clock.stall(OPEN_MS);
    expect(board.look('a')?.state).toBe('open');
    expect(board.acquire('a', { leaseMs: FIRST_TOKEN_MS, onEvacuate: () => {} }).permit?.kind).toBe('probe');
    clock.advance(0);
    expect(board.look('a')).toMatchObject({ state: 'halfOpen', epoch: 3, probe: { out: 1 } });
  });

  it('the end of a state is shown the same at each look, though the wall clock counts whole milliseconds', () => {
    const clock = new BreakerClock();
    const whole = { now: () => clock.now(), wall: () => Math.floor(clock.wall()), after: clock.after.bind(clock) };
    const { board, open } = boardOn(whole);
    open();
    const seen = new Set<number | null | undefined>();
    for (let look = 0; look < 50; look += 1) {
      clock.advance(0.37);
      seen.add(board.look('a')?.until);
    }
    expect(seen.size).toBe(1);
    clock.jumpWall(3_600_000);
    expect(board.look('a')?.until).toBe(Math.max(...[...seen].map(Number)) + 3_600_000);
  });

  it('an act after the time acts on what is true by then', () => {
    const clock = new BreakerClock();
    const { board, open } = boardOn(clock);
    open();
    clock.stall(OPEN_MS);
    const release = { type: 'release', provider: 'a', by: 'ana', reason: 'because', epoch: 2 } as const;
    expect(board.act(release)).toMatchObject({ ok: false, code: 'conflict', entry: { state: 'halfOpen', epoch: 3 } });
  });

  it('a trip for three months ends after three months, and does not keep the timers busy', () => {
    const clock = new BreakerClock();
    const { board, timers } = boardOn(clock);
    board.act({ type: 'trip', provider: 'a', by: 'ana', reason: 'because', forMs: 90 * DAY_MS });
    clock.advance(90 * DAY_MS - 1);
    expect(board.look('a')?.state).toBe('tripped');
    clock.advance(1);
    expect(board.look('a')?.state).toBe('halfOpen');
    expect(timers()).toBeLessThan(20);
  });
});
