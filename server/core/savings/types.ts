import type { OpenCause } from '../circuit/types.ts';
import type { Price } from '../settings.ts';
import type { ProviderShares } from './shares.ts';

/**
 * What leaving a broken provider alone has saved, and what it cost. An outage is one event, so nothing here is statistics: a
 * provider was certainly down until its last failed probe and certainly up from its first good one, and between them nobody
 * knows. So every figure is a range. `low` is the world in which each provider came back right after its last failed probe,
 * `high` the one in which it came back only at its first good one. Times are ms since 1970, money is integer nano-dollars.
 */

/** One time a circuit was not closed, by itself: from the event that opened it to the one that closed it. */
export interface Opening {
  /** `<node>/<seq>` of the event that opened it. */
  id: string;
  node: string;
  provider: string;
  openedAt: number;
  /** `probe`: it opened by a probe alone, as after a trip that came to its end. */
  cause: OpenCause | 'probe';
  /** Ids of the attempts that opened it, `<request id>/<ordinal>`. */
  evidence: string[];
  /** Those of them that the record still has. */
  failures: SeenFailure[];
  /** The last failed probe (a caller's, a ping, a forced call); with none, the opening itself. Certainly down until then. */
  lastDownAt: number;
  /** The first good probe after it: certainly up from then on. Null: none yet, or somebody reset it before there was one. */
  backAt: number | null;
  /** When it closed; null: it has not. */
  endedAt: number | null;
  /** `hand`: an operator's reset, or that its provider left the config, which prove nothing about the provider. */
  endedBy: 'probe' | 'hand' | null;
}

/** How one attempt failed, and how long it took, ms. */
export interface SeenFailure {
  kind: string | null;
  ms: number;
}

/** A call that showed whether a provider was up: a probe, a ping, a forced call. `at`: when that was known. */
export interface Sighting {
  node: string;
  provider: string;
  at: number;
  ok: boolean;
}

/** Prompt tokens include the cached ones. */
export interface Tokens {
  prompt: number;
  cached: number;
  completion: number;
}

/** One request with at least one skip, as far as it is counted. */
export interface SkippedRequest {
  node: string;
  servedBy: string | null;
  /** Of the answer that was given; without one, of the prompt as estimated. Null: nothing is known. */
  tokens: Tokens | null;
  /** What that answer cost; null: not known. */
  costNanoUsd: number | null;
  /** In the order they were taken. */
  steps: Step[];
}

export interface Step {
  provider: string;
  outcome: 'succeeded' | 'failed' | 'cancelled' | 'skipped';
  /** Why it was skipped (a `SkipReason`), or what failed. */
  kind: string | null;
  /** The circuit let calls through, or would have: a skip then was for want of room, not for an opening. */
  closed: boolean;
  at: number;
}

/** Whether a skipped attempt would have failed. `back`: the provider was up again; `unreached`: an earlier one would have answered. */
export type Part = 'certain' | 'possible' | 'back' | 'unreached';

/** Whether a fallback answered although the provider was back. */
export type Caution = 'none' | 'maybe' | 'sure';

/** Skips that are alike in all that is counted: what is summed. Every figure is a sum over these, however they are grouped. */
export interface Tally {
  opening: string;
  provider: string;
  /** The day, as `2026-11-22`. */
  day: string;
  part: Part;
  caution: Caution;
  /** Who answered instead, where `caution` is not `none`; else null. */
  servedBy: string | null;
  /** False: nothing is known of their tokens, which are 0 here. */
  tokensKnown: boolean;
  /** False: what the fallback cost is not known, and is 0 here. */
  costKnown: boolean;
  skips: number;
  tokens: Tokens;
  /** What the fallback's answers cost. */
  fallbackNanoUsd: number;
}

/** Skips that no opening stands behind, and that are counted in no figure. */
export interface LeftOut {
  provider: string;
  day: string;
  /** `tripped`: by an operator; `pacing`: its own limit was used up; `unknown`: the record holds no opening for them. */
  reason: 'tripped' | 'pacing' | 'busy' | 'cannot_take' | 'unknown';
  skips: number;
}

/** Calls of our own, which cost something. */
export interface ProbeTally {
  /** The opening they fell into; null: none. */
  opening: string | null;
  provider: string;
  day: string;
  probes: number;
  /** Of those whose cost is known. */
  nanoUsd: number;
  /** Those whose cost is not known. */
  unpriced: number;
}

export interface Tallies {
  skips: Tally[];
  leftOut: LeftOut[];
  probes: ProbeTally[];
}

/** Everything that the figures are made of. */
export interface SavingsFacts {
  openings: readonly Opening[];
  tallies: Tallies;
  /** What each provider costs now; none or null: not known. */
  prices: ReadonlyMap<string, Price | null>;
  /** What each provider bills for a call that fails. */
  shares: ReadonlyMap<string, ProviderShares>;
}

export interface Range {
  low: number;
  high: number;
}

/** `measured`: counted in the record. `estimated`: by rule from what was measured. `assumed`: nobody has written down what it rests on. */
export type Mark = 'measured' | 'estimated' | 'assumed';

export interface Figure extends Range {
  mark: Mark;
}

/** The figures of any group of openings and days. Money in nano-dollars. */
export interface Figures {
  /** Every skip of an opening, whatever it is taken to have avoided: measured. */
  skips: number;
  attempts: Figure;
  waitingMs: Figure;
  spend: Figure;
  /** What fallbacks cost beyond the provider, where it might have answered. Negative: they were cheaper. */
  premium: Figure;
  /** Background and hand probes. */
  probes: { probes: number; nanoUsd: number; unpriced: number };
  /** Answers that a fallback gave although the provider was back, and of these the ones on the ramp, when that was certain. */
  caution: Range & { ramp: number; rampPremium: number };
  /** Spend avoided less the premium, less the ramp's, less the probes. */
  net: Range;
  leftOut: {
    /** Skips by reason, counted in no figure. */
    skips: Partial<Record<LeftOut['reason'], number>>;
    /** Skips whose spend is not counted, for want of a price or of tokens. */
    unpriced: number;
    /** Answers whose premium is not counted, for want of a price. */
    unpricedAnswers: number;
    /** Skips whose waiting is not counted: the record has none of the failures that opened the circuit. */
    untimed: number;
  };
}

/** One opening with every number that its part in the figures is made of: the terms of the formulas. */
export interface OpeningTerm {
  opening: Opening;
  figures: Figures;
  /** What each avoided attempt would have taken, ms: the median of the failures; null: not known. */
  eachMs: number | null;
  price: Price | null;
  /** Shares of the bill, as its failures weigh them. */
  promptShare: Range;
  outputShare: Range;
  /** Tokens of the attempts avoided. */
  tokens: { low: Tokens; high: Tokens };
  /** Of the answers in `premium`: what they cost, and what they would have cost at the provider. */
  premiumOf: { answers: number; fallbackNanoUsd: number; ownNanoUsd: number };
}
