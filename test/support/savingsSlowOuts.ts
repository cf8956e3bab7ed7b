import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import type { AttemptRecord } from '../../server/core/records.ts';
import type { RandomRecord } from './savingsRecords.ts';

/** Openings a second way, each found anew from all transitions and calls whenever it is asked for. */

const byHand = ({ cause }: CircuitEvent): boolean => ['trip', 'hold', 'reset', 'release'].includes(cause);
const saysNo = ['requestRefused', 'contextLength', 'contentFilter', 'tooLarge'];

interface Place {
  node: string;
  provider: string;
}

/** A stretch of time in which a circuit was not closed by itself. */
export interface Out extends Place {
  start: CircuitEvent;
  downUntil: number;
  /** When it was seen to be back, or else closed, or never. */
  upFrom: number;
  until: number;
}

function transitionsOf({ events }: RandomRecord, { node, provider }: Place): CircuitEvent[] {
  const own = events.filter((event) => event.node === node && event.provider === provider);
  return own.sort((one, other) => one.seq - other.seq);
}

/** Whether the transition closed the circuit for good: its good probe did not break off the next moment. */
function closes(events: CircuitEvent[], index: number): boolean {
  const [event, next] = [events[index], events[index + 1]];
  if (event?.automatic !== 'closed') return false;
  const broke = next?.automatic === 'open' && next.cause === 'probe';
  return !(broke && !byHand(event) && events[index - 1]?.automatic !== 'closed');
}

/** All of one circuit: begun by the first opening after a closing, ended by the next one. */
export function outsOf(record: RandomRecord, place: Place): Out[] {
  const events = transitionsOf(record, place);
  const outs: Out[] = [];
  let start: CircuitEvent | null = null;
  for (const [index, event] of events.entries()) {
    if (event.automatic === 'open' && !byHand(event)) start ??= event;
    if (start && closes(events, index)) {
      outs.push(seenIn(record, place, { start, end: event }));
      start = null;
    }
  }
  if (start) outs.push(seenIn(record, place, { start, end: null }));
  return outs;
}

function seenIn(record: RandomRecord, place: Place, out: { start: CircuitEvent; end: CircuitEvent | null }): Out {
  const { start, end } = out;
  const until = end?.at ?? Number.POSITIVE_INFINITY;
  const seen = [...byTransitions(record, place, out), ...byCalls(record, place)].filter(
    ({ at }) => at >= start.at && at <= until,
  );
  const downUntil = Math.max(start.at, ...seen.filter(({ up }) => !up).map(({ at }) => at));
  const upFrom = Math.min(until, ...seen.filter(({ up, at }) => up && at >= downUntil).map(({ at }) => at));
  return { ...place, start, downUntil, upFrom, until };
}

type Seen = { at: number; up: boolean };

function byTransitions(
  record: RandomRecord,
  place: Place,
  { start, end }: { start: CircuitEvent; end: CircuitEvent | null },
): Seen[] {
  const failed = transitionsOf(record, place).filter(
    ({ seq, automatic, cause }) =>
      seq > start.seq && seq < (end?.seq ?? Number.POSITIVE_INFINITY) && automatic === 'open' && cause === 'probe',
  );
  const seen = failed.map(({ at }) => ({ at, up: false }));
  return end && !byHand(end) ? [...seen, { at: end.at, up: true }] : seen;
}

function byCalls({ probes, requests }: RandomRecord, { node, provider }: Place): Seen[] {
  const pings = probes.filter((probe) => probe.node === node && probe.provider === provider);
  const calls = requests
    .filter((request) => request.node === node)
    .flatMap(({ attempts }) => attempts)
    .filter((call) => call.provider === provider && call.permit !== null && call.permit !== 'closed');
  return [
    ...pings.map(({ at, ok, durationMs }) => ({ at: at + Math.round(durationMs), up: ok })),
    ...calls.flatMap(({ outcome, failureKind, startedAt, durationMs }) => {
      const says = outcome === 'succeeded' || (outcome === 'failed' && !saysNo.includes(failureKind ?? ''));
      // The first token of these records comes at their end.
      return says ? [{ at: startedAt + Math.round(durationMs), up: outcome === 'succeeded' }] : [];
    }),
  ];
}

/** What a skip is of: what lasts at its moment, or on the ramp what was last; on its own node, else on any. */
export function outOf(
  record: RandomRecord,
  node: string,
  { provider, startedAt, failureKind }: AttemptRecord,
): Out | null {
  const nodes = [...new Set(record.events.map((event) => event.node))];
  const outs = nodes.flatMap((each) => outsOf(record, { node: each, provider }));
  const lastOf = (among: Out[]): Out | null => {
    const isOf = ({ start, until }: Out): boolean =>
      start.at <= startedAt && startedAt <= (failureKind === 'ramping' ? until + 86_400_000 : until);
    return (
      among
        .filter(isOf)
        .sort((one, other) => one.start.at - other.start.at)
        .at(-1) ?? null
    );
  };
  return lastOf(outs.filter((out) => out.node === node)) ?? lastOf(outs);
}
