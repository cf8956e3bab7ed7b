import type { CircuitEvent } from '../circuit/types.ts';
import type { Figures } from '../savings/types.ts';
import { causeSentence } from '../sentences.ts';
import { inOrder } from './circuitTroubles.ts';
import { lanesOf, type Window } from './lanes.ts';
import type { IncidentFacts, IncidentReport, Milestones } from './report.ts';
import { timelineOf } from './timeline.ts';
import type { Incident } from './types.ts';
import { span } from './words.ts';

interface Told {
  incident: Incident;
  /** Transitions of all circuits within the window, with the last before it of each. */
  events: readonly CircuitEvent[];
  facts: IncidentFacts;
  savings: Figures | null;
  window: Window;
  /** What the impact was counted over. */
  counted: Window;
  asOf: number;
}

/** One incident as it is told. Pure: the same record gives the same report. */
export function reportOf({ incident, events, facts, savings, window, counted, asOf }: Told): IncidentReport {
  const milestones = milestonesOf(incident, events, facts);
  return {
    asOf,
    state: incident.state,
    title: incident.title,
    milestones,
    quietUntil: incident.quietUntil,
    providers: incident.providers,
    chains: facts.impact.byChain.map(({ chain }) => chain),
    troubles: incident.troubles,
    // What has not come yet has no state, also where whole minutes are shown.
    lanes: lanesOf(incident, { events, facts, window: { ...window, to: Math.min(window.to, asOf) } }),
    window,
    timeline: timelineOf({ incident, milestones, events, facts }),
    impact: { ...facts.impact, ...counted, savings },
    failures: facts.failures,
    ours: incident.ours,
  };
}

function milestonesOf(incident: Incident, events: readonly CircuitEvent[], facts: IncidentFacts): Milestones {
  const { beganAt, detectedAt, endedAt, quietUntil, state } = incident;
  const circuits = incident.troubles.filter(({ kind }) => kind === 'circuit');
  const isBack = circuits.length > 0 && circuits.every((trouble) => trouble.endedAt !== null);
  const backAt = isBack ? Math.max(...circuits.map((trouble) => trouble.endedAt ?? 0)) : null;
  const closing = inOrder(events)
    .filter(
      ({ at, automatic, provider }) => at === backAt && automatic === 'closed' && incident.providers.includes(provider),
    )
    .at(-1);
  // Of a provider that has left the config nobody knows whether it is back.
  const isGone = closing?.cause === 'removed';
  const { mitigation } = facts;
  // Who was back last is the one whose first caller ends it, unless chains had trouble for longer.
  const caller = facts.backs.find(({ provider, at }) => provider === closing?.provider && at <= (quietUntil ?? 0));
  const over = caller && caller.at >= (endedAt ?? 0) ? caller.at : endedAt;
  return {
    beganAt,
    detectedAt,
    mitigatedAt: mitigation?.at ?? null,
    mitigatedBy: mitigation?.provider ?? null,
    backAt: isGone ? null : backAt,
    backBy: isGone ? null : (closing?.provider ?? null),
    resolvedAt: state === 'resolved' ? over : null,
    detectedBy: detectedBy(incident),
    endedBy: endedBy(closing ?? null, over === caller?.at ? (caller?.provider ?? null) : null),
  };
}

function detectedBy({ troubles: [first], beganAt, detectedAt }: Incident): string {
  const after = `after ${span(detectedAt - beganAt)}`;
  switch (first?.kind) {
    case 'errors':
      return `${after} · callers got errors`;
    case 'fallbacks':
      return `${after} · more fallbacks than usual`;
    case 'slow':
      return `${after} · slower than usual`;
    default:
      return `${after} · circuit opened`;
  }
}

function endedBy(closing: CircuitEvent | null, caller: string | null): string {
  if (caller !== null) return `first caller on ${caller}`;
  return closing ? causeSentence(closing) : 'as usual again';
}
