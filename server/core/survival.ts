import type { CircuitEntry } from './circuit/types.ts';
import { showCount, showRate } from './numbers.ts';
import type { Survival } from './overview.ts';
import type { ProbeRecord } from './records.ts';

/** A proof that is older says little of now. */
const proofMs = 3_600_000;

type Told = Pick<CircuitEntry, 'headroom' | 'spentUntil'>;

/** The provider that would carry a chain next, and what is known of it. */
export interface Stand {
  provider: string;
  /** Its last call of ours, of whatever kind; null: none is known. */
  check: Pick<ProbeRecord, 'kind' | 'at' | 'ok' | 'word'> | null;
  /** When a caller last had a good answer from it, ms since 1970; null: never. */
  lastSuccessAt: number | null;
  /** The most requests a second it has carried over a minute. */
  mostCarriedPerSecond: number;
  /** What it says of its rate limit. */
  room: Told;
}

/** A chain at this moment. Rates are of the last minute, as the most carried is. */
export interface Loss {
  chain: string;
  now: number;
  /** Who carries it now; null: nobody. */
  carrier: string | null;
  /** Who would, without the carrier; null: nobody. */
  next: Stand | null;
  /** What the next one would have to carry. */
  ratePerSecond: number;
}

/** Whether a chain would survive losing the provider that carries it now, and with what proof. */
export function survivalOf(loss: Loss): Survival {
  const { chain, carrier, next, now } = loss;
  if (carrier === null) return { verdict: 'nobody', next: null, sentence: `callers of ${chain} get errors now` };
  if (next === null) {
    return { verdict: 'nobody', next: null, sentence: `callers of ${chain} would get errors until somebody is back` };
  }
  return { next: next.provider, ...judge(next, proofOf(next, now), loss) };
}

interface Proof {
  at: number;
  /** What shows it, as the middle of a sentence. */
  words: string;
  good: boolean;
}

function judge(next: Stand, proof: Proof | null, loss: Loss): Pick<Survival, 'verdict' | 'sentence'> {
  const { provider, mostCarriedPerSecond } = next;
  if (!proof)
    return { verdict: 'notProven', sentence: `${provider} has never answered here, neither a caller nor a check` };
  const seen = `${provider} ${proof.words} ${ago(loss.now - proof.at)}`;
  if (!proof.good) return { verdict: 'notProven', sentence: seen };
  if (loss.ratePerSecond === 0) return { verdict: 'noTraffic', sentence: `${seen}; there is no traffic to carry now` };
  if (loss.now - proof.at > proofMs)
    return { verdict: 'notProven', sentence: `${seen}, and nobody has asked it since` };
  const rate = showRate(loss.ratePerSecond);
  if (mostCarriedPerSecond === 0) {
    return { verdict: 'notProven', sentence: `${seen}, but has never carried any of the ${rate} requests a second` };
  }
  const most = showRate(mostCarriedPerSecond);
  if (next.room.spentUntil !== null) {
    return { verdict: 'notProven', sentence: `${seen}, but says that its rate limit is used up now` };
  }
  const says = limitWords(next);
  if (says !== null && (next.room.headroom?.callsAMinute ?? 0) / 60 < loss.ratePerSecond) {
    return { verdict: 'notProven', sentence: `${seen}, but ${says}: it would have to carry ${rate} requests a second` };
  }
  if (mostCarriedPerSecond < loss.ratePerSecond) {
    return {
      verdict: 'notProven',
      sentence: `${seen}, but has never carried more than ${most} of the ${rate} requests a second`,
    };
  }
  return {
    verdict: 'proven',
    sentence: `${seen}, and has carried ${most} requests a second${says === null ? '' : ` and ${says}`}; it would have to carry ${rate}`,
  };
}

/** `its rate limit lets 120 through in the coming minute`; null: that is not known. */
function limitWords({ room: { headroom } }: Stand): string | null {
  const calls = headroom?.callsAMinute ?? null;
  return calls === null ? null : `its rate limit lets ${showCount(calls)} through in the coming minute`;
}

/** Requests a minute that a provider is known to bear: what it has carried, and no more than its rate limit lets through. */
export function provenAMinute(mostCarried: number, { headroom, spentUntil }: Told): number {
  if (spentUntil !== null) return 0;
  return Math.min(mostCarried, headroom?.callsAMinute ?? Number.POSITIVE_INFINITY);
}

const checkNames: Record<ProbeRecord['kind'], string> = {
  standby: 'its standby check',
  recheck: 'a probe',
  hand: 'a probe by hand',
};

/** The newest thing that is known of it, good or bad. */
function proofOf({ check, lastSuccessAt }: Stand, now: number): Proof | null {
  if (check && check.at > (lastSuccessAt ?? Number.NEGATIVE_INFINITY)) {
    const name = checkNames[check.kind];
    return { at: check.at, good: check.ok, words: check.ok ? `answered ${name}` : `failed ${name} (${check.word})` };
  }
  if (lastSuccessAt === null) return null;
  // A wall clock that was set back must not make an answer come tomorrow.
  return { at: Math.min(lastSuccessAt, now), good: true, words: 'answered a caller' };
}

const steps: [ms: number, unit: string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
];

function ago(ms: number): string {
  for (const [step, unit] of steps) if (ms >= step) return `${Math.floor(ms / step)} ${unit} ago`;
  return 'just now';
}
