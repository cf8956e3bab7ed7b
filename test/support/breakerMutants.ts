import { type AcquireOptions, Board, type BoardDeps, type Permit } from '../../server/circuits/board.ts';
import { Ticket } from '../../server/circuits/permit.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type { StoredCircuit } from '../../server/core/circuit/types.ts';
import { failure, neutral, success } from './breaker.ts';
import type { BoardLike, MakeBoard } from './breakerRun.ts';

/** A board that is broken in one way, as others have been. */
export interface Mutant {
  name: string;
  make: MakeBoard;
}

/** Broken from outside: what goes into a sound board, or comes out of it, is bent. */
export const mutantsFromOutside: Mutant[] = [
  { name: 'the wall clock decides', make: (deps) => new Board({ ...deps, clock: wallClock(deps) }) },
  { name: 'no epochs: every settlement counts', make: settling((permit, board) => renew(permit, board)) },
  {
    name: 'a late failure counts in the new window',
    make: settling((permit, board, seen) => {
      if (seen.result === 'failure' && permit.kind === 'closed') renew(permit, board);
    }),
  },
  { name: 'a probe of an old epoch closes', make: staleProbeCloses },
  { name: 'neutral is a failure', make: bending((seen) => (seen.result === 'neutral' ? failure : seen)) },
  { name: 'neutral is a success', make: bending((seen) => (seen.result === 'neutral' ? success : seen)) },
  { name: 'neutral leaks its permit', make: dropping((seen) => seen.result === 'neutral') },
  { name: 'success is never told', make: dropping((seen) => seen.result === 'success') },
  { name: 'a 429 is a failure', make: bending((seen) => (seen.result === 'throttled' ? failure : seen)) },
  { name: 'a 429 is a success', make: bending((seen) => (seen.result === 'throttled' ? success : seen)) },
  { name: 'a throttle is cut by openMax', make: cutThrottles },
  {
    name: 'a time-out is like any failure',
    make: bending((seen) => ('timeout' in seen ? { ...seen, timeout: false } : seen)),
  },
  {
    name: 'a poisonous prompt is an outage',
    make: bending((seen) => ('ambiguous' in seen ? { ...seen, ambiguous: null } : seen)),
  },
  {
    name: 'bad credentials are the request’s fault',
    make: bending((seen) => (seen.result === 'refused' ? neutral : seen)),
  },
  {
    name: 'a second settlement counts again',
    make: settling((permit) => {
      if (permit instanceof Ticket) permit.settled = false;
    }),
  },
  { name: 'a look uses up a probe', make: lookProbes },
  { name: 'an act heeds no epoch', make: heedless },
  {
    name: 'a restart forgets overrides',
    make: restoring((row) => ({ ...row, override: 'none', overrideUntil: null })),
  },
  {
    name: 'a restart leaves a provider alone as long again',
    make: restoring((row, deps) => ({ ...row, openUntil: row.openUntil && deps.clock.wall() + 20_000 })),
  },
  {
    name: 'a restart while half-open is closed',
    make: restoring((row) => (row.automatic === 'halfOpen' ? { ...row, automatic: 'closed' } : row)),
  },
  { name: 'a restart forgets the growth', make: restoring((row) => ({ ...row, probesFailed: 0 })) },
  { name: 'a restart loses the deadline', make: restoring((row) => ({ ...row, openUntil: null })) },
];

/** A sound board as the plain functions that a run asks for, some of them bent. */
function bent(deps: BoardDeps, bend: (board: Board) => Partial<BoardLike>): BoardLike {
  const board = new Board(deps);
  return {
    acquire: (provider, options) => board.acquire(provider, options),
    acquireLast: (providers, options) => board.acquireLast(providers, options),
    acquirePing: (provider, options) => board.acquirePing(provider, options),
    answered: (permit) => board.answered(permit),
    settle: (permit, seen) => board.settle(permit, seen),
    recovered: (provider, epoch, by) => board.recovered(provider, epoch, by),
    retryAfterMs: (providers) => board.retryAfterMs(providers),
    look: (provider) => board.look(provider),
    act: (act) => board.act(act),
    onTransition: (listen) => board.onTransition(listen),
    ...bend(board),
  };
}

function bending(bend: (seen: Settlement) => Settlement): MakeBoard {
  return (deps) => bent(deps, (board) => ({ settle: (permit, seen) => board.settle(permit, bend(seen)) }));
}

function dropping(drop: (seen: Settlement) => boolean): MakeBoard {
  return (deps) =>
    bent(deps, (board) => ({
      settle: (permit, seen) => {
        if (!drop(seen)) board.settle(permit, seen);
      },
    }));
}

function settling(before: (permit: Permit, board: Board, seen: Settlement) => void): MakeBoard {
  return (deps) =>
    bent(deps, (board) => ({
      settle: (permit, seen) => {
        before(permit, board, seen);
        board.settle(permit, seen);
      },
    }));
}

function restoring(bend: (row: StoredCircuit, deps: BoardDeps) => StoredCircuit): MakeBoard {
  return (deps) => {
    const circuits = deps.restored.circuits.map((row) => bend(row, deps));
    return new Board({ ...deps, restored: { ...deps.restored, circuits } });
  };
}

/** Makes a permit one of the present epoch. */
function renew(permit: Permit, board: Board): void {
  if (permit instanceof Ticket) permit.countsIn = board.look(permit.provider)?.epoch ?? permit.epoch;
}

function wallClock({ clock }: BoardDeps): BoardDeps['clock'] {
  const apart = clock.wall() - clock.now();
  return { now: () => clock.wall() - apart, wall: () => clock.wall(), after: (ms, run) => clock.after(ms, run) };
}

function staleProbeCloses(deps: BoardDeps): BoardLike {
  return bent(deps, (board) => ({
    settle: (permit, seen) => {
      board.settle(permit, seen);
      const entry = board.look(permit.provider);
      if (seen.result === 'success' && permit.kind === 'probe' && entry?.automatic === 'halfOpen') {
        board.recovered(permit.provider, entry.epoch, 'itself');
      }
    },
  }));
}

function cutThrottles(deps: BoardDeps): BoardLike {
  const most = deps.providers[0]?.breaker.openMaxMs ?? 0;
  const cut = (seen: Settlement): Settlement =>
    seen.result === 'throttled' && seen.retryAfterMs !== null
      ? { ...seen, retryAfterMs: Math.min(seen.retryAfterMs, most) }
      : seen;
  return bending(cut)(deps);
}

function lookProbes(deps: BoardDeps): BoardLike {
  const options: AcquireOptions = { leaseMs: 9_000, onEvacuate: () => {} };
  return bent(deps, (board) => ({
    look: (provider) => {
      if (board.look(provider)?.state === 'halfOpen') board.acquire(provider, options);
      return board.look(provider);
    },
  }));
}

function heedless(deps: BoardDeps): BoardLike {
  return bent(deps, (board) => ({ act: (act) => board.act({ ...act, epoch: undefined }) }));
}
