import type { AutomaticState, CircuitEvent, ShownState } from './circuit/types.ts';
import type { OursEvidence } from './incidents/types.ts';

/**
 * What the live page shows beside the circuits themselves. Counted in memory as requests end, and rebuilt from the
 * record at start, so that looking costs the database nothing. Times are ms since 1970; null: nothing to say, never 0.
 */
export interface Overview {
  now: number;
  totals: Totals;
  chains: ChainOverview[];
  providers: ProviderOverview[];
  /** Nobody could be connected to since the last answer, of two providers at least: more likely our own line than theirs. */
  ours: OursEvidence | null;
  /** Only where the providers are simulated. */
  demo: { sentence: string; nextOutageAt: number | null } | null;
}

export interface Totals {
  providers: number;
  /** Open by themselves now. */
  open: number;
  /** Tripped or held by hand now. */
  byHand: number;
  /** Chains no provider of which would take a request now. */
  chainsWithNobody: string[];
  /** Chains that would have nobody left without the provider that carries them now. */
  chainsNotSurviving: string[];
  /** What callers felt in the last five minutes. */
  felt: { windowMs: number; requests: number; answered: number; byFallback: number; errors: number };
}

export interface ChainOverview {
  chain: string;
  providers: string[];
  requestsPerSecond: number;
  /** Attempts a second of this chain's requests, by provider; without it a provider's own rate is shown in each of its chains. */
  attemptsPerSecond?: Record<string, number>;
  /** Who carries it now, or at least gets its probe; null: nobody. */
  carrier: string | null;
  backoff: { initialMs: number; factor: number };
  ifCarrierGoes: Survival;
}

/** Whether a chain would survive losing the provider that carries it now, and with what proof. */
export interface Survival {
  verdict: 'proven' | 'notProven' | 'nobody' | 'noTraffic';
  /** Who would carry it then; null: nobody. */
  next: string | null;
  /** The whole reason in a sentence, ready to be shown. */
  sentence: string;
}

export interface ProviderOverview {
  provider: string;
  model: string;
  /** Attempts a second over the last ten seconds, skips not counted. */
  attemptsPerSecond: number;
  /** Over the last five minutes. */
  firstTokenP50Ms: number | null;
  firstTokenP95Ms: number | null;
  attempts: number;
  failed: number;
  /** By chain that it stands in: its price against the first choice there (`blendedPrice`); null: a price is not known. */
  priceRatios: Record<string, number | null>;
  /** The most requests a second it has answered over any minute of the last two weeks. */
  mostCarriedPerSecond: number;
  /** The last check of a provider that has no traffic. */
  standby: { at: number; ok: boolean; word: string; ms: number; costNanoUsd: number | null } | null;
  /** Share of the last hour in which its circuit was closed, and what share of callers got an answer meanwhile. */
  uptime: { providerShare: number | null; callersShare: number | null };
}

/** The last hour, minute by minute, eldest first; the last minute is unfinished. */
export interface Hour {
  now: number;
  minutes: HourMinute[];
  /** What operators did meanwhile, eldest first. */
  acts: Pick<CircuitEvent, 'at' | 'provider' | 'cause' | 'by'>[];
}

export interface HourMinute {
  /** Start of the minute. */
  at: number;
  /** Requests answered, by provider. */
  answered: Record<string, number>;
  /** Requests nobody answered. */
  errors: number;
  /** The worst state each provider's circuit was in; null: the program was not running. */
  states: Record<string, ShownState | null>;
  /** Attempts each provider was sent: none means no traffic, never green. */
  attempts: Record<string, number>;
}

/** What a trip would have done to the requests of the last minutes: counted by the code that plans a request. */
export interface TripPreview {
  provider: string;
  windowMs: number;
  /** Requests that chose it first. */
  requests: number;
  /** Who would have got them. */
  moved: { provider: string; requests: number }[];
  /** Those for whom nobody would have been left. */
  nobody: number;
  /** Requests beyond the most that the next provider has ever carried, or beyond its rate limit, though it would have been asked. */
  beyondProven: number;
  /** What follows, in a sentence. */
  sentence: string;
  epoch: number;
  state: ShownState;
  automatic: AutomaticState;
}
