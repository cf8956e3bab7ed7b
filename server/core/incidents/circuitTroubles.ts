import { type CircuitEvent, type OpenCause, openCauses } from '../circuit/types.ts';
import type { EvidenceStart, Trouble } from './types.ts';

/** A throttle that is over within this is no incident: being asked to slow down is not an outage. */
export const passingThrottleMs = 60_000;

export interface Span {
  from: number;
  /** Null: it goes on. */
  to: number | null;
}

/** Transitions in the order in which they happened, each once. Equal times are told apart by their number. */
export function inOrder(events: readonly CircuitEvent[]): CircuitEvent[] {
  const each = new Map(events.map((event) => [`${event.node}/${event.seq}`, event]));
  return [...each.values()].sort(
    (one, other) => one.at - other.at || compare(one.node, other.node) || one.seq - other.seq,
  );
}

/** Every stretch from an opening to the next close, of each circuit. `until`: how far the record has been read. */
export function circuitTroubles(
  record: { events: readonly CircuitEvent[]; evidence: readonly EvidenceStart[] },
  until: number,
): Trouble[] {
  const startOf = new Map(record.evidence.map(({ attempt, at }) => [attempt, at]));
  return stretches(inOrder(record.events))
    .filter(({ to, troubleFrom }) => (to ?? until) >= troubleFrom)
    .map(({ opening, cause, to, troubleFrom }) => ({
      key: `circuit ${opening.node}/${opening.seq}`,
      kind: 'circuit',
      subject: opening.provider,
      cause,
      beganAt: beganAt(opening, startOf),
      detectedAt: troubleFrom,
      endedAt: to,
    }));
}

export interface UnusualSpan extends Span {
  provider: string;
}

/** When circuits were away from their usual: open by themselves, or held by an operator's hand. */
export function unusualSpans(events: readonly CircuitEvent[]): UnusualSpan[] {
  const ordered = inOrder(events);
  const opened = stretches(ordered).map(({ opening, from, to }) => ({ provider: opening.provider, from, to }));
  return [...opened, ...overrideSpans(ordered)];
}

interface Stretch extends Span {
  opening: CircuitEvent;
  cause: OpenCause;
  /** When it is trouble: at once, but for a throttle only once it has lasted, or a try has failed otherwise. */
  troubleFrom: number;
}

function stretches(ordered: readonly CircuitEvent[]): Stretch[] {
  const found: Stretch[] = [];
  const going = new Map<string, Stretch>();
  for (const event of ordered) {
    const circuit = `${event.node}/${event.provider}`;
    const stretch = going.get(circuit);
    if (!stretch && event.automatic === 'open') {
      const cause = causeOf(event);
      const troubleFrom = cause === 'throttled' ? event.at + passingThrottleMs : event.at;
      const begun = { opening: event, cause, from: event.at, to: null, troubleFrom };
      going.set(circuit, begun);
      found.push(begun);
    } else if (stretch && event.automatic === 'closed') {
      stretch.to = event.at;
      going.delete(circuit);
    } else if (stretch && event.automatic === 'open' && event.cause !== 'throttled') {
      stretch.troubleFrom = Math.min(stretch.troubleFrom, event.at);
    }
  }
  return found;
}

function overrideSpans(ordered: readonly CircuitEvent[]): UnusualSpan[] {
  const found: UnusualSpan[] = [];
  const going = new Map<string, UnusualSpan>();
  for (const event of ordered) {
    const circuit = `${event.node}/${event.provider}`;
    const isHeld = event.to === 'tripped' || event.to === 'heldClosed';
    const span = going.get(circuit);
    if (isHeld && !span) {
      const begun = { provider: event.provider, from: event.at, to: null };
      going.set(circuit, begun);
      found.push(begun);
    } else if (!isHeld && span) {
      span.to = event.at;
      going.delete(circuit);
    }
  }
  return found;
}

/** A probe that fails after an operator's trip opens a circuit that was closed beneath: it failed. */
function causeOf({ cause }: CircuitEvent): OpenCause {
  return openCauses.find((known) => known === cause) ?? 'failures';
}

/** The first of the failures that opened it. */
function beganAt({ evidence, at }: CircuitEvent, startOf: Map<string, number>): number {
  return Math.min(at, ...evidence.map((attempt) => startOf.get(attempt) ?? at));
}

export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
