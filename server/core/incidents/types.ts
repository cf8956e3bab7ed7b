import type { CircuitEvent, OpenCause } from '../circuit/types.ts';

/** Incidents, told from the record alone. Times are ms since 1970. */

/** How far the record has been told. */
export interface Telling {
  /** Older incidents may still come: nobody has told the record up to now yet. */
  isBehind: boolean;
  /** Ms since 1970; null: it has not been looked at yet. */
  toldUntil: number | null;
}

/** A span of the record, as far as it bears on incidents. In any order; what is there twice counts once. */
export interface TroubleRecord {
  /** With the last transition of each circuit before the span, where there was one. */
  events: readonly CircuitEvent[];
  /** When the attempts named as evidence began, by their id (`<request id>/<ordinal>`). */
  evidence: readonly EvidenceStart[];
  chains: readonly ChainMinute[];
  providers: readonly ProviderMinute[];
}

export interface EvidenceStart {
  attempt: string;
  at: number;
}

/** One minute of a chain: its requests by the minute they came in. */
export interface ChainMinute {
  chain: string;
  /** Start of the minute. */
  at: number;
  requests: number;
  /** Requests whose callers got an error, or a broken answer, that was not their own fault. */
  errors: number;
  /** When the first and the last of those came in; null: there were none. */
  firstErrorAt: number | null;
  lastErrorAt: number | null;
  /** Answered by another provider than the first of their trail. */
  fallbacks: number;
  /** Time to the first token as it was for half of them, or on the whole; null: none is known. */
  firstTokenMs: number | null;
  /** Whom its requests went to or past; empty: not known. */
  providers: readonly string[];
}

/** One minute of a provider: its calls by the minute they were sent, skips and drills not among them. */
export interface ProviderMinute {
  provider: string;
  at: number;
  attempts: number;
  answered: number;
  /** Those that found no connection: refused, no such name, no TLS. */
  unconnected: number;
}

export type TroubleKind = 'circuit' | 'errors' | 'fallbacks' | 'slow';

/** One stretch of trouble, of a provider (its circuit opened) or of a chain (callers felt it, and no circuit did). */
export interface Trouble {
  /** A name that the same record always gives it. */
  key: string;
  kind: TroubleKind;
  /** The provider, or the chain. */
  subject: string;
  /** Of the opening; null for a chain. */
  cause: OpenCause | null;
  /** The first failure that led to it. */
  beganAt: number;
  /** When it was known. */
  detectedAt: number;
  /** Null: it goes on. */
  endedAt: number | null;
}

/**
 * `open`: something is wrong now. `watching`: all is well again, but not for long enough to call it over. `resolved`: over
 * for good; nothing that comes later changes it.
 */
export type IncidentState = 'open' | 'watching' | 'resolved';

/** What belongs together: troubles that overlap, or follow each other before it was quiet. */
export interface Incident {
  /** Of its first trouble: the same record always gives the same. */
  key: string;
  state: IncidentState;
  /** A sentence without its full stop: `deepseek-v3 stopped answering`. */
  title: string;
  beganAt: number;
  detectedAt: number;
  /** When its last trouble ended; null: it goes on. */
  endedAt: number | null;
  /** It is over when nothing comes until then; null: it goes on. */
  quietUntil: number | null;
  /** Whose circuits opened, in the order in which they did. */
  providers: string[];
  /** Chains that had trouble of their own, in the same order. */
  chains: string[];
  troubles: Trouble[];
  ours: OursEvidence | null;
}

/** Every provider that was called failed to connect, and none answered: more likely our own line than all of theirs. */
export interface OursEvidence {
  from: number;
  to: number;
  providers: { provider: string; attempts: number; unconnected: number }[];
}
