import { expect, test } from 'vitest';
import { Board } from '../../server/circuits/board.ts';
import type { CircuitEvent, StoredCircuit } from '../../server/core/circuit/types.ts';
import { fromTheBeginning, incidentsOf } from '../../server/core/incidents/incidents.ts';
import { bookOfTests, breakProvider, testBoard } from '../support/control.ts';
import { FakeClock } from '../support/fakeClock.ts';

const gone = 'deepseek-v3';
const rest = {
  providers: bookOfTests.providers.filter(({ name }) => name !== gone),
  chains: bookOfTests.chains.map((chain) => ({ ...chain, providers: chain.providers.filter((name) => name !== gone) })),
};

/** All that a board tells, as the record keeps it. */
function recordOf(board: Board) {
  const events: CircuitEvent[] = [];
  const circuits = new Map<string, StoredCircuit>();
  board.onTransition((event, stored) => {
    events.push(event);
    circuits.set(stored.provider, stored);
  });
  return { events, circuits };
}

function boardAfter(clock: FakeClock, stored: Iterable<StoredCircuit>, lastSeq: number): Board {
  const restored = { circuits: [...stored], lastSeq };
  const world = { clock, random: () => 0.5, onListenerError: () => {} };
  return new Board({ node: 'a', ...rest, ...world, restored });
}

const ends = { provider: gone, to: 'closed', automatic: 'closed', cause: 'removed', by: 'itself', until: null };

test('an outage ends in the record when its provider leaves the config, and the incident with it', () => {
  const clock = new FakeClock();
  const board = testBoard(clock);
  const { events, circuits } = recordOf(board);
  breakProvider(board, gone);
  clock.advance(60_000);
  board.adopt(rest);
  board.letGo();
  expect(events.slice(1)).toMatchObject([{ ...ends, seq: 2, from: 'open', at: clock.wall() }]);
  expect(circuits.get(gone)).toMatchObject({ automatic: 'closed', cause: null, openUntil: null, evidence: [] });
  const until = clock.wall() + 3_600_000;
  const record = { events, evidence: [], chains: [], providers: [] };
  expect(incidentsOf(record, { ...fromTheBeginning, until })).toMatchObject([
    { state: 'resolved', endedAt: clock.wall() },
  ]);
  board.letGo();
  expect(events).toHaveLength(2);
  board.adopt({ providers: [...bookOfTests.providers], chains: [...bookOfTests.chains] });
  expect(board.look(gone)).toMatchObject({ state: 'closed', epoch: events[1]?.epoch });
});

test('who left the config between two runs is let go at the start, once; a trip stays for who comes back', () => {
  const clock = new FakeClock();
  const first = testBoard(clock);
  const before = recordOf(first);
  breakProvider(first, gone);
  first.act({ type: 'trip', provider: gone, reason: 'to see', by: 'ada', forMs: null });
  const stored = first.look(gone);
  const told = before.circuits.get(gone);
  if (!told || !stored) throw new Error('It was not told.');
  const second = boardAfter(clock, [{ ...told, override: 'tripped', epoch: stored.epoch, by: 'ada' }], first.lastSeq);
  const after = recordOf(second);
  second.letGo();
  expect(after.events).toMatchObject([{ ...ends, from: 'tripped', to: 'tripped', seq: first.lastSeq + 1 }]);
  expect(after.circuits.get(gone)).toMatchObject({ override: 'tripped', by: 'ada', automatic: 'closed' });
  const third = boardAfter(clock, after.circuits.values(), second.lastSeq);
  const nothing = recordOf(third);
  third.letGo();
  expect(nothing.events).toEqual([]);
});
