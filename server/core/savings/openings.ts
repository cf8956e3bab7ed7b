import { byHand, type CircuitEvent, openCauses } from '../circuit/types.ts';
import type { Opening, SeenFailure, Sighting } from './types.ts';

/** What openings are read from. */
export interface OpeningRecord {
  /** Transitions, in any order. For an opening to be found, the one that opened it must be among them. */
  events: readonly CircuitEvent[];
  /** Probes, pings and forced calls while circuits were open; those of other times change nothing. */
  sightings: readonly Sighting[];
  /** The failed attempts that the record has, by their id. */
  failures: ReadonlyMap<string, SeenFailure>;
}

/** Every opening in the record, by when it began. The same record gives the same openings. */
export function openingsOf({ events, sightings, failures }: OpeningRecord): Opening[] {
  const circuits = new Map<string, CircuitEvent[]>();
  for (const event of events) {
    const key = circuitKey(event);
    const list = circuits.get(key);
    if (list) list.push(event);
    else circuits.set(key, [event]);
  }
  const seen = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const key = circuitKey(sighting);
    const list = seen.get(key);
    if (list) list.push(sighting);
    else seen.set(key, [sighting]);
  }
  return [...circuits]
    .flatMap(([key, list]) => openingsOfCircuit(list, seen.get(key) ?? [], failures))
    .sort((one, other) => one.openedAt - other.openedAt || (one.id < other.id ? -1 : 1));
}

function circuitKey({ node, provider }: { node: string; provider: string }): string {
  return `${node}\n${provider}`;
}

interface Growing extends Opening {
  /** Its own probes as its transitions tell them. */
  seen: Pick<Sighting, 'at' | 'ok'>[];
}

function openingsOfCircuit(
  unsorted: readonly CircuitEvent[],
  sightings: readonly Sighting[],
  failures: ReadonlyMap<string, SeenFailure>,
): Opening[] {
  const openings: Growing[] = [];
  let automatic: CircuitEvent['automatic'] = 'closed';
  let current: Growing | null = null;
  /** Closed by a first content whose answer may still break. */
  let provisional: Growing | null = null;
  for (const event of [...unsorted].sort((one, other) => one.seq - other.seq)) {
    if (event.automatic === 'open' && !byHand(event)) {
      current ??= automatic === 'closed' && event.cause === 'probe' ? reopen(provisional) : null;
      if (!current) {
        current = begin(event, failures);
        openings.push(current);
      } else if (automatic !== 'open') {
        current.seen.push({ at: event.at, ok: false });
      }
    }
    const closes: boolean = event.automatic === 'closed' && automatic !== 'closed';
    if (current && closes) close(current, event);
    if (closes || byHand(event)) provisional = isUnproven(event) ? null : current;
    if (closes) current = null;
    automatic = event.automatic;
  }
  return openings.map((opening) => finish(opening, sightings));
}

function close(opening: Growing, event: CircuitEvent): void {
  const proven = !isUnproven(event);
  opening.endedAt = event.at;
  opening.endedBy = proven ? 'probe' : 'hand';
  if (proven) opening.seen.push({ at: event.at, ok: true });
}

/** It was closed without anybody having seen the provider up. */
function isUnproven(event: CircuitEvent): boolean {
  return byHand(event) || event.cause === 'removed';
}

/** The answer that closed it broke off: it opened again as by a failed probe, and was never back. */
function reopen(opening: Growing | null): Growing | null {
  if (!opening) return null;
  opening.seen = opening.seen.filter(({ ok }) => !ok);
  return Object.assign(opening, { endedAt: null, endedBy: null });
}

function begin(event: CircuitEvent, failures: ReadonlyMap<string, SeenFailure>): Growing {
  return {
    id: `${event.node}/${event.seq}`,
    node: event.node,
    provider: event.provider,
    openedAt: event.at,
    cause: openCauses.find((cause) => cause === event.cause) ?? 'probe',
    evidence: event.evidence,
    failures: event.evidence.flatMap((id) => failures.get(id) ?? []),
    lastDownAt: event.at,
    backAt: null,
    endedAt: null,
    endedBy: null,
    seen: [],
  };
}

/** Lays what was seen of the provider beside what its circuit did. */
function finish({ seen, ...opening }: Growing, sightings: readonly Sighting[]): Opening {
  const { openedAt, endedAt } = opening;
  const within = sightings.filter(({ at }) => at >= openedAt && (endedAt === null || at <= endedAt));
  const all = [...seen, ...within];
  const lastDownAt = all.reduce((latest, { at, ok }) => (ok ? latest : Math.max(latest, at)), openedAt);
  const good = all.filter(({ ok, at }) => ok && at >= lastDownAt).map(({ at }) => at);
  const backAt = good.length === 0 ? null : good.reduce((first, at) => Math.min(first, at));
  return { ...opening, lastDownAt, backAt };
}
