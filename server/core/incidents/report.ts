import type { ShownState } from '../circuit/types.ts';
import type { RequestOutcome } from '../records.ts';
import type { Figures } from '../savings/types.ts';
import type { Incident, IncidentState, OursEvidence, Trouble } from './types.ts';

/**
 * All that is told of one incident, but for what people wrote on it. Made while it goes on, and kept as it was at its end, so
 * that a report of last year says what it said then. Times are ms since 1970, money is nano-dollars; null: not known.
 */
export interface IncidentReport {
  /** Up to when the record was read for it. */
  asOf: number;
  state: IncidentState;
  title: string;
  milestones: Milestones;
  /** Null: it goes on. */
  quietUntil: number | null;
  providers: string[];
  /** Chains whose requests it touched. */
  chains: string[];
  troubles: Trouble[];
  lanes: Lane[];
  /** What the lanes show. */
  window: { from: number; to: number };
  timeline: TimelineRow[];
  impact: Impact;
  /** Failures by provider and kind, the most first. */
  failures: { provider: string; kind: string; count: number }[];
  ours: OursEvidence | null;
}

/** Kept apart, since each says something else. Null: not yet, or never. */
export interface Milestones {
  /** The first failure. */
  beganAt: number;
  detectedAt: number;
  /** The first answer by a provider that was well, to a request that came after it was detected. */
  mitigatedAt: number | null;
  mitigatedBy: string | null;
  /** The last circuit closed. */
  backAt: number | null;
  backBy: string | null;
  /** The first caller after that; where none came in time, the end of the trouble. Known when it was quiet for long enough. */
  resolvedAt: number | null;
  /** How it was detected, and how it ended, in a few words. */
  detectedBy: string;
  endedBy: string;
}

export interface Lane {
  provider: string;
  /** Its circuit opened in this incident; the others are those that stood beside it. */
  troubled: boolean;
  spans: LaneSpan[];
  ticks: LaneTick[];
  probes: LaneProbe[];
}

export interface LaneSpan {
  /** `none`: closed, and nobody called it in all this time. */
  state: ShownState | 'none';
  from: number;
  to: number;
  /** Who moved it, where that was a person. */
  by: string | null;
}

/** Attempts that failed within a bucket of the lane's time. */
export interface LaneTick {
  at: number;
  count: number;
}

export interface LaneProbe {
  at: number;
  ok: boolean;
}

export type RowKind =
  | 'failure'
  | 'opened'
  | 'closed'
  | 'halfOpen'
  | 'probes'
  | 'flapping'
  | 'act'
  | 'chain'
  | 'mitigated'
  | 'resolved'
  | 'ours'
  | 'rest';

/** One row of the timeline. */
export interface TimelineRow {
  /** Stays the same for ever: a link may point to it. */
  id: string;
  at: number;
  /** Where it stands for a stretch of time: its end. */
  until: number | null;
  kind: RowKind;
  /** Plain text and names, in order. */
  said: (string | { name: string })[];
  /** Said more quietly. */
  detail: string;
  /** Rows that were folded into this one; 1: none. */
  folded: number;
  /** The request it is about, or null. */
  requestId: string | null;
  /** It goes into the report, unless somebody took its star off. */
  starred: boolean;
}

/** What it meant, in the time from its beginning to its end, for requests of the chains it touched. */
export interface Impact {
  from: number;
  to: number;
  /** Measured. */
  requests: number;
  answered: number;
  /** Answered by another provider than their first choice. */
  moved: number;
  /** Callers who got an error or a broken answer, their own mistakes not among them. */
  errors: number;
  /** Callers who left, and callers' own mistakes. */
  others: number;
  /** From coming in to the attempt that answered, for those moved. */
  addedWait: { medianMs: number | null; worstMs: number | null };
  byChain: { chain: string; requests: number; answered: number; moved: number; errors: number }[];
  /** What leaving its providers alone has saved, of its own openings; null: nothing was left alone, or it is not counted yet. */
  savings: Figures | null;
}

/** What the record holds of the time of one incident: read by the storage, told by `reportOf`. */
export interface IncidentFacts {
  /** Providers that were called or skipped there, by their usual place in the chain, with how often they were called. */
  called: { provider: string; attempts: number }[];
  /** Failed attempts by provider and bucket of time. */
  ticks: { provider: string; at: number; count: number }[];
  failures: { provider: string; kind: string; count: number }[];
  first: FirstFailure | null;
  /** Calls that were to find out whether a provider is back, callers' and our own, eldest first. */
  probes: ProbeFact[];
  /** The first answer by each provider to a caller after the given moment. */
  backs: { provider: string; at: number; requestId: string }[];
  mitigation: { provider: string; at: number; requestId: string } | null;
  firstError: { chain: string; at: number; requestId: string } | null;
  impact: Omit<Impact, 'savings' | 'from' | 'to'>;
}

export interface FirstFailure {
  requestId: string;
  provider: string;
  word: string;
  at: number;
  durationMs: number;
  /** What became of its request. */
  outcome: RequestOutcome;
  servedBy: string | null;
  answeredAfterMs: number | null;
}

export interface ProbeFact {
  provider: string;
  at: number;
  ok: boolean;
  word: string;
  durationMs: number;
  kind: 'caller' | 'standby' | 'recheck' | 'hand';
  by: string;
}

/** What is asked of the record for one incident. */
export interface FactsAsk {
  incident: Pick<Incident, 'beganAt' | 'detectedAt' | 'providers' | 'chains'>;
  /** Counted up to here: the end of its trouble, or as far as the record is read. */
  to: number;
  /** How far the record is read. */
  asOf: number;
  /** What the lanes show, and how finely their ticks are counted. */
  window: { from: number; to: number };
  tickMs: number;
  /** When each circuit closed for the last time. */
  closes: { provider: string; at: number }[];
}

/** One row of `incidents`, as a list shows it. */
export interface IncidentRow {
  /** From 1, in the order of detection; never given twice. */
  id: number;
  state: IncidentState;
  title: string;
  beganAt: number;
  detectedAt: number;
  mitigatedAt: number | null;
  backAt: number | null;
  resolvedAt: number | null;
  quietUntil: number | null;
  providers: string[];
  /** Chains whose requests it touched. */
  chains: string[];
  /** Callers who got an error. */
  errors: number;
  /** Times a circuit opened. */
  openings: number;
}

/** What somebody wrote on an incident: a row of `incident_notes`. Both times are kept. */
export interface IncidentNote {
  id: number;
  text: string;
  /** The time it is about. */
  at: number;
  /** When it was written. */
  notedAt: number;
  who: string;
  starred: boolean;
}

/** A star that somebody put on a row of the timeline, or took off it. */
export interface RowStar {
  rowId: string;
  starred: boolean;
}

/** One incident as it is kept. */
export interface KeptIncident {
  key: string;
  row: IncidentRow;
  report: IncidentReport;
  /** In the order of what they are about. */
  notes: IncidentNote[];
  stars: RowStar[];
}
