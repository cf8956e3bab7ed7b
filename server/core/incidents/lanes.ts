import { byHand, type CircuitEvent, ITSELF } from '../circuit/types.ts';
import { inOrder } from './circuitTroubles.ts';
import { each } from './each.ts';
import type { IncidentFacts, Lane, LaneSpan } from './report.ts';
import type { Incident } from './types.ts';

/** A little of the time before and after is shown, so that one sees it was well. */
const padShare = 0.12;
const leastPadMs = 60_000;
/** Drawn on one lane at most. */
const maxProbes = 500;

export interface Window {
  from: number;
  to: number;
}

/** What the lanes show: whole minutes around the incident. `to` is its end, or how far the record has been read. */
export function windowOf({ beganAt }: Incident, to: number): Window {
  const pad = Math.max(leastPadMs, (to - beganAt) * padShare);
  const minute = 60_000;
  return { from: Math.floor((beganAt - pad) / minute) * minute, to: Math.ceil((to + pad) / minute) * minute };
}

/** How often failed attempts are counted on a lane: often enough for the eye, seldom enough for any length. */
export function tickMsOf({ from, to }: Window): number {
  return Math.max(1_000, Math.ceil((to - from) / 600 / 1_000) * 1_000);
}

/** A lane for each provider that opened, then for those that stood beside it in its chains, and those that people moved. */
export function lanesOf(
  incident: Incident,
  { events, facts, window }: { events: readonly CircuitEvent[]; facts: IncidentFacts; window: Window },
): Lane[] {
  const ordered = inOrder(events);
  const moved = ordered.filter((event) => byHand(event) && event.at >= window.from && event.at < window.to);
  const around = each([...facts.called, ...moved].map(({ provider }) => provider));
  const beside = around.filter((name) => !incident.providers.includes(name));
  return [...incident.providers, ...beside].map((provider) => {
    const wasCalled = facts.called.some((called) => called.provider === provider && called.attempts > 0);
    const spans = spansOf(
      ordered.filter((event) => event.provider === provider),
      window,
    );
    return {
      provider,
      troubled: incident.providers.includes(provider),
      spans: wasCalled ? spans : spans.map((span) => (span.state === 'closed' ? { ...span, state: 'none' } : span)),
      ticks: facts.ticks.filter((tick) => tick.provider === provider).map(({ at, count }) => ({ at, count })),
      probes: facts.probes
        .filter((probe) => probe.provider === provider && probe.kind !== 'standby')
        .slice(-maxProbes)
        .map(({ at, ok }) => ({ at, ok })),
    };
  });
}

/** The states of one provider, without gaps. Where several processes call it, what one of them did last. */
function spansOf(events: readonly CircuitEvent[], { from, to }: Window): LaneSpan[] {
  const within = events.filter(({ at }) => at > from && at < to);
  const before = events.filter(({ at }) => at <= from).at(-1);
  const spans: LaneSpan[] = [];
  let state: LaneSpan['state'] = before?.to ?? within[0]?.from ?? 'closed';
  let by = before && before.by !== ITSELF ? before.by : null;
  let since = from;
  for (const event of within) {
    if (event.to === state) continue;
    spans.push({ state, from: since, to: event.at, by });
    state = event.to;
    by = event.by === ITSELF ? null : event.by;
    since = event.at;
  }
  spans.push({ state, from: since, to, by });
  return spans.filter((span) => span.to > span.from);
}
