import type { CircuitEntry, CircuitEvent } from '../../server/core/circuit/types.ts';
import type { LiveEvent, StorageStatus } from '../../server/core/live.ts';
import type { Overview } from '../../server/core/overview.ts';
import type { RequestRow } from '../../server/core/records.ts';

/** Kept for the feed and the tail of requests; what is older is in the record. */
export const maxEvents = 100;
export const maxRequests = 500;

/** What a page knows of the program, by the live feed alone. Plain data: it goes from tab to tab. */
export interface LiveState {
  /** False until the first snapshot. */
  known: boolean;
  /** Number of the last transition that is in `circuits`. */
  seq: number;
  circuits: CircuitEntry[];
  overview: Overview | null;
  storage: StorageStatus | null;
  /** How often something was written of incidents: when it moves, they are read again. */
  incidentsTold: number;
  /** Newest first, at most `maxEvents`. Those above `eventsSince` are all here; the record has the others. */
  events: CircuitEvent[];
  eventsSince: number;
  /** As they ended, newest first, at most `maxRequests`: a sample. */
  requests: RequestRow[];
  /** How many were ever put in `requests`, and how many the server left out. */
  requestsShown: number;
  requestsLeftOut: number;
  /** How often the tail began anew: what ended before that, since the time before, is in the record only. */
  snapshots: number;
  /** A transition was missed: a fresh snapshot is needed. */
  gap: boolean;
}

/** What moves it: events of the stream, and what a poll brought. */
export type LiveInput = LiveEvent | ({ type: 'polled' } & Polled);
type Polled = Pick<Extract<LiveEvent, { type: 'snapshot' }>, 'seq' | 'circuits' | 'events'>;

export const emptyLive: LiveState = {
  known: false,
  seq: 0,
  circuits: [],
  overview: null,
  storage: null,
  incidentsTold: 0,
  events: [],
  eventsSince: 0,
  requests: [],
  requestsShown: 0,
  requestsLeftOut: 0,
  snapshots: 0,
  gap: false,
};

/** One step. Anything may come twice, as it does over reconnects and between tabs: it counts once. */
export function reduceLive(state: LiveState, input: LiveInput): LiveState {
  switch (input.type) {
    case 'snapshot':
      return { ...withRequests(withCircuits(state, input), input.requests), storage: input.storage };
    case 'polled':
      return withCircuits(state, input);
    case 'circuit':
      return withTransition(state, input);
    case 'request':
      return withRequest(state, input);
    case 'storage':
      return { ...state, storage: input.status };
    case 'incidents':
      return { ...state, incidentsTold: state.incidentsTold + 1 };
    case 'traffic':
      return { ...state, overview: input.overview, circuits: counted(state.circuits, input.circuits) };
  }
}

/** The server's wall clock, where an input tells it. */
export function serverTimeOf(input: LiveInput): number | null {
  if (input.type === 'snapshot') return input.now;
  return input.type === 'traffic' ? input.overview.now : null;
}

function withCircuits(state: LiveState, { seq, circuits, events: told }: Polled): LiveState {
  // A lower number: the record began anew, and what we have is of another one.
  const events = seq < state.seq ? [] : state.events;
  const eventsSince = state.known && seq === state.seq ? state.eventsSince : seq;
  return told.reduce(withEvent, { ...state, known: true, seq, circuits, events, eventsSince, gap: false });
}

function withTransition(state: LiveState, input: Extract<LiveEvent, { type: 'circuit' }>): LiveState {
  const { event, entry } = input;
  if (event.seq <= state.seq) return withEvent(state, event);
  if (event.seq > state.seq + 1) return { ...state, gap: true };
  const circuits = state.circuits.some(({ provider }) => provider === entry.provider)
    ? state.circuits.map((known) => (known.provider === entry.provider ? entry : known))
    : [...state.circuits, entry];
  return { ...withEvent(state, event), circuits, seq: event.seq };
}

/**
 * What moves between transitions, of all providers that the config has now, in its order. One of another epoch is left alone:
 * its transition comes by itself, in its order.
 */
function counted(known: CircuitEntry[], told: readonly CircuitEntry[]): CircuitEntry[] {
  return told.map((entry) => {
    const before = known.find(({ provider }) => provider === entry.provider);
    return before && before.epoch !== entry.epoch ? before : entry;
  });
}

/** One that is in `circuits` already may still be new to the feed: a snapshot or a poll came before it. */
function withEvent(state: LiveState, event: CircuitEvent): LiveState {
  if (state.events.some(({ node, seq }) => node === event.node && seq === event.seq)) return state;
  const events = [...state.events, event].sort((one, other) => other.seq - one.seq).slice(0, maxEvents);
  return { ...state, events };
}

function withRequest(state: LiveState, { request, leftOut }: Extract<LiveEvent, { type: 'request' }>): LiveState {
  if (state.requests.some(({ id }) => id === request.id)) return state;
  return {
    ...state,
    requests: [request, ...state.requests.slice(0, maxRequests - 1)],
    requestsShown: state.requestsShown + 1,
    requestsLeftOut: state.requestsLeftOut + leftOut,
  };
}

/** Those that a snapshot brings, newest first: the record may not have them yet. */
function withRequests(state: LiveState, requests: readonly RequestRow[]): LiveState {
  const fresh = requests.toReversed();
  const next = fresh.reduce((sum, request) => withRequest(sum, { type: 'request', request, leftOut: 0 }), state);
  return { ...next, snapshots: state.snapshots + 1 };
}
