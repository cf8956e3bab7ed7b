import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Board, type Permit } from '../../server/circuits/board.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import type { GhostReport } from '../../server/core/ghost.ts';
import { noTally } from '../../server/core/ghost.ts';
import { defaults, failure, neutral, providerNamed, success, throttled, timeout } from '../support/breaker.ts';
import { runOf } from '../support/breakerCommands.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { GhostRun } from '../support/ghostRun.ts';

/** A failing run names its own seed. */
const SEED = 20_261_125;
const SECOND = 1_000;

describe('a ghost with the settings of its circuit', () => {
  it('opens, half-opens and closes at the very moments the circuit does, and finds nothing to tell apart', () => {
    let openings = 0;
    const property = fc.property(runOf(120), (run) => {
      const both = new GhostRun(run.variant, [{ name: 'same', breaker: run.variant.settings }]);
      for (const [place, command] of run.commands.entries()) {
        both.step(command);
        if (place % 4 === 3) openings += compare(both.board);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: 40 });
    expect(openings).toBeGreaterThan(500);
  }, 60_000);
});

/** How often its ghosts opened so far. */
function compare(board: Board): number {
  let openings = 0;
  for (const { provider, state, cause, totals, episodes } of board.ghostReports()) {
    const entry = board.look(provider);
    deepStrictEqual([state, cause], [entry?.automatic, entry?.cause]);
    for (const { circuit, ghost } of episodes) deepStrictEqual(ghost, circuit);
    const { circuitOpenings, ghostOpenings, ...tally } = totals;
    deepStrictEqual(tally, noTally());
    deepStrictEqual(ghostOpenings, circuitOpenings);
    openings += ghostOpenings;
  }
  return openings;
}

/** A board with one provider, `a`, and one ghost with other settings. */
class Beside {
  readonly clock = new FakeClock();
  readonly board: Board;

  constructor(ghost: Partial<BreakerSettings>, circuit: Partial<BreakerSettings> = {}) {
    const breaker = { ...defaults, ...circuit };
    this.board = new Board({
      node: 'n',
      providers: [
        { ...providerNamed('a', breaker), ghosts: [{ name: 'eager', breaker: { ...breaker, ...ghost } }] },
        providerNamed('b', breaker),
      ],
      chains: [],
      clock: this.clock,
      random: () => 0,
      restored: { circuits: [], lastSeq: 0 },
      onListenerError: (error) => {
        throw error;
      },
    });
  }

  ask(): Permit | undefined {
    return this.board.acquire('a', { leaseMs: 10 * SECOND, onEvacuate: () => {} }).permit;
  }

  /** So many calls one after the other, each `ms` long. */
  calls(count: number, settlement: Settlement, ms = SECOND): void {
    for (let call = 0; call < count; call += 1) {
      const permit = this.ask();
      this.clock.advance(ms);
      if (permit) this.board.settle(permit, settlement);
    }
  }

  get report(): GhostReport {
    const [report] = this.board.ghostReports('a');
    if (!report) throw new Error('no ghost');
    return report;
  }
}

test('an eager ghost opens sooner, and says how many fewer callers waited and for how long', () => {
  const { calls, board, clock } = bound(new Beside({ failures: 2 }));
  calls(2, failure, 7 * SECOND);
  clock.advance(5 * SECOND);
  calls(3, failure, 2 * SECOND);
  const [report] = board.ghostReports();
  expect(report?.sentence).toBe('with eager: opened 11 s sooner, 3 fewer callers waited (6.0 s in all)');
  expect(report?.totals).toMatchObject({ circuitOpenings: 1, ghostOpenings: 1, unknown: 0 });
});

test('a ghost that opens where the circuit does not says which good answers it would have done without', () => {
  const beside = new Beside({ failures: 2 });
  beside.calls(2, failure);
  beside.calls(4, success);
  beside.calls(1, neutral);
  expect(beside.report.sentence).toBe(
    'with eager: opened where the circuit stayed closed, 4 good answers done without',
  );
  expect(beside.report.episodes[0]?.spared).toEqual({ waited: 0, waitedMs: 0, answered: 4, other: 1 });
  expect(beside.report.episodes[0]?.circuit).toBe(null);
});

test('calls in flight when the ghost opens would have moved on then, and only those that waited in vain count', () => {
  const beside = new Beside({ failures: 1 }, { failures: 3 });
  const waiting = beside.ask();
  const answeredBefore = beside.ask();
  if (!waiting || !answeredBefore) throw new Error('refused');
  beside.board.answered(answeredBefore);
  beside.calls(1, failure);
  beside.clock.advance(8 * SECOND);
  beside.board.settle(waiting, timeout);
  beside.board.settle(answeredBefore, success);
  expect(beside.report.episodes[0]).toMatchObject({
    spared: { waited: 0, answered: 0 },
    movedOn: { calls: 1, soonerMs: 8 * SECOND },
  });
});

test('callers sent away when the circuit opened had waited in vain', () => {
  const beside = new Beside({ timeouts: 1 }, { timeouts: 2 });
  beside.calls(1, timeout, 10 * SECOND);
  const waiting = beside.ask();
  beside.calls(1, timeout, 10 * SECOND);
  if (waiting) beside.board.settle(waiting, neutral);
  expect(beside.report.episodes[0]?.spared).toMatchObject({ waited: 2, waitedMs: 20 * SECOND });
});

test('once the circuit is open, calls that a lenient ghost would have made are unknown, and nothing else is said of them', () => {
  const beside = new Beside({ failures: 20, calls: 100 });
  beside.calls(5, failure);
  beside.calls(7, success);
  expect(beside.report.sentence).toBe(
    'with eager: stayed closed where the circuit opened, 7 calls of which nothing is known',
  );
  expect(beside.report.state).toBe('closed');
  expect(beside.report.caveat).toBe(
    '7 calls that the ghost would have made were not made, because the circuit stood open: what would have come of them, and of the ghost after them, nobody knows.',
  );
});

test('a ghost with a shorter open time cannot know what its probe would have met, and learns from the next call that is made', () => {
  const beside = new Beside({ openMs: 60 * SECOND });
  beside.calls(5, failure);
  beside.clock.advance(61 * SECOND);
  expect(beside.report.state).toBe('halfOpen');
  beside.calls(3, success, 0);
  expect(beside.report).toMatchObject({ state: 'halfOpen', totals: { unknown: 3 } });
  beside.clock.advance(240 * SECOND);
  beside.calls(1, success, 0);
  expect(beside.report.state).toBe('closed');
  const [episode] = beside.report.episodes;
  expect(episode?.until).toBe(episode?.circuit?.closedAt);
  expect(episode?.until).toBe(episode?.ghost?.closedAt);
});

test('an act by hand is laid over the ghost too', () => {
  const beside = new Beside({ failures: 1 });
  const act = { provider: 'a', by: 'ana', reason: 'because' };
  beside.board.act({ ...act, type: 'trip', forMs: null });
  beside.calls(3, success);
  expect(beside.report.totals.unknown).toBe(0);
  beside.board.act({ ...act, type: 'release' });
  beside.calls(1, failure);
  expect(beside.report.state).toBe('open');
  beside.board.act({ ...act, type: 'reset', to: 'closed' });
  expect(beside.report.state).toBe('closed');
});

test('a ping that closes the circuit closes the ghost', () => {
  const beside = new Beside({ failures: 1 });
  beside.calls(1, failure);
  const permit = beside.board.acquirePing('a', { leaseMs: SECOND, onEvacuate: () => {} });
  beside.board.settle(permit, neutral);
  beside.board.recovered('a', permit.epoch, 'itself');
  expect(beside.report.state).toBe('closed');
});

test('a throttle keeps the ghost away as long as the circuit', () => {
  const beside = new Beside({ failures: 1 });
  beside.calls(1, throttled(20 * SECOND));
  const [{ circuit, ghost } = { circuit: null, ghost: null }] = beside.report.episodes;
  expect(ghost).toEqual(circuit);
  expect(ghost?.cause).toBe('throttled');
});

test('after two hundred episodes the last fifty are listed and all are in the totals', () => {
  const beside = new Beside({ failures: 1, openMs: SECOND });
  for (let outage = 0; outage < 200; outage += 1) {
    beside.calls(1, failure);
    beside.calls(1, success);
    beside.clock.advance(SECOND);
    beside.calls(1, success);
  }
  expect(beside.report.episodes).toHaveLength(50);
  expect(beside.report.totals).toMatchObject({ ghostOpenings: 200, circuitOpenings: 0, spared: { answered: 200 } });
  expect(beside.report.sentence).toContain('opened 200 times where the circuit opened 0 times');
});

test('a provider without ghosts has no report', () => {
  const beside = new Beside({});
  expect(beside.board.ghostReports('b')).toEqual([]);
  expect(beside.board.ghostReports()).toHaveLength(1);
});

function bound(beside: Beside) {
  return { calls: beside.calls.bind(beside), board: beside.board, clock: beside.clock };
}
