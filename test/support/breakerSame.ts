import { deepStrictEqual, ok } from 'node:assert/strict';
import type { CircuitEntry, CircuitEvent } from '../../server/core/circuit/types.ts';
import type { Kept, Told } from './breakerModel.ts';
import { lastStanding, type Twin } from './breakerTwin.ts';

const BY_HAND = ['trip', 'hold', 'reset', 'release'];

/** A circuit as it is shown against its twin. */
export function sameCircuit(entry: CircuitEntry | null, twin: Twin): void {
  ok(entry);
  const { failuresInARow, timeoutsInARow, window, probe, ramp } = entry;
  deepStrictEqual(
    {
      ...{ state: entry.state, automatic: entry.automatic, epoch: entry.epoch, until: entry.until },
      ...{ cause: entry.cause, inFlight: entry.inFlight, allowed: entry.allowed, failed: probe.failed, out: probe.out },
      ...{ streaks: [failuresInARow, timeoutsInARow], calls: window.calls, failures: window.failures },
      share: ramp?.share ?? null,
    },
    {
      ...{ state: twin.shown, automatic: twin.automatic, epoch: twin.epoch, until: twin.until },
      ...{ cause: twin.automatic === 'closed' ? null : twin.cause, inFlight: twin.inFlight, allowed: twin.allowed },
      ...{ failed: twin.probesFailed, out: twin.slotsOut, streaks: twin.streaks, ...twin.window() },
      share: twin.rampShare(),
    },
  );
}

/** A transition as it is told against what the twin expected; returns what the twin would keep over a restart. */
export function sameEvent(event: CircuitEvent, told: Told | undefined, lastSeq: number): Kept {
  ok(told, `a transition nobody expected: ${JSON.stringify(event)}`);
  const { kept, ...expected } = told;
  const { from, to, automatic, cause, epoch, until } = event;
  deepStrictEqual({ from, to, automatic, cause, epoch, until }, expected);
  deepStrictEqual(event.seq, lastSeq + 1);
  deepStrictEqual(event.by, BY_HAND.includes(cause) ? 'ana' : 'itself');
  ok(Number.isFinite(event.at) && (event.reason !== null) === BY_HAND.includes(cause));
  return kept;
}

/** When one of them would be tried, the last one standing counted in. */
export function sameWait(retryAfterMs: number | null, twins: Twin[]): void {
  const last = lastStanding(twins);
  const waits = twins.map((twin) => twin.retryMs(twin === last)).filter((ms) => ms !== null);
  deepStrictEqual(retryAfterMs, waits.length === 0 ? null : Math.min(...waits), 'retryAfterMs');
}
