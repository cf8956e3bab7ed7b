import type { AbortBilling } from './dialects/types.ts';
import { estimateTokens } from './estimate.ts';
import type { Usage } from './records.ts';
import type { Price } from './settings.ts';
import type { FailureKind } from './wire.ts';

/** A dollar per million tokens is a thousand nano-dollars per token. */
const nanoPerTokenOfDollarPerMillion = 1_000;

/** What tokens cost, in integer nano-dollars; cached prompt tokens at their own price. Null, never 0, when the price or the usage is unknown. */
export function costNanoUsd(usage: Usage | null, price: Price | null): number | null {
  if (usage === null || price === null) return null;
  const cached = Math.min(usage.cachedTokens, usage.promptTokens);
  const dollarsTimesMillion =
    (usage.promptTokens - cached) * price.input + cached * price.cachedInput + usage.completionTokens * price.output;
  const cost = Math.round(dollarsTimesMillion * nanoPerTokenOfDollarPerMillion);
  return Number.isSafeInteger(cost) && cost >= 0 ? cost : null;
}

/** How an attempt ended, as far as its bill is concerned. */
export interface Billed {
  /** As the provider told it, or null. */
  reported: Usage | null;
  /** What it failed by; null: it did not. */
  kind: FailureKind | null;
  /** HTTP status of the answer, or null: none came. */
  status: number | null;
  contentSeen: boolean;
  /** Of the content that came. */
  characters: number;
  /** Of the request, estimated. */
  promptTokens: number;
}

/** Tokens of an attempt, or null. `mayHaveCost`: nobody has written down whether it is billed, so a sum without it is a lower bound. */
export interface Charge {
  usage: Usage | null;
  mayHaveCost: boolean;
}

/** We hung up, or stopped waiting, on a call that the provider was at work on. */
const hungUp: ReadonlySet<FailureKind | null> = new Set<FailureKind>([
  ...(['firstToken', 'idle', 'total', 'answer', 'abandoned', 'callerLeft'] as const),
  ...(['evacuated', 'deadline', 'shutdown', 'tooLarge'] as const),
]);

/**
 * What an attempt is taken to be billed. In this order:
 * 1. what the provider reported;
 * 2. content came: the prompt and what came of the answer, estimated (a provider that writes on after we hang up bills more, and
 *    nobody can know how much);
 * 3. none came, and we hung up: the share of the prompt that the vendor is known to bill for that. One that lost a race is taken
 *    to be billed whole where nothing is known: we asked twice by our own choice;
 * 4. none came, and the provider failed after it had taken the call (2xx): the share known for that;
 * 5. an error, or no answer: nothing.
 * Where a share is not known the usage is null, never 0, and `mayHaveCost` says so.
 */
export function chargeOf(billed: Billed, abort: AbortBilling): Charge {
  const { reported, kind, status, characters, promptTokens } = billed;
  const estimate = (share: number): Charge => ({
    usage: {
      promptTokens: Math.round(promptTokens * share),
      cachedTokens: 0,
      completionTokens: estimateTokens(characters),
      estimated: true,
    },
    mayHaveCost: false,
  });
  const known = (share: number | null): Charge =>
    share === null ? { usage: null, mayHaveCost: true } : share === 0 ? free : estimate(share);
  if (reported) return { usage: reported, mayHaveCost: false };
  if (billed.contentSeen) return estimate(1);
  if (kind === 'raced') return known(abort.promptShare ?? 1);
  if (hungUp.has(kind)) return known(abort.promptShare);
  const wasTaken = status !== null && status >= 200 && status < 300;
  return wasTaken ? known(abort.failedShare) : free;
}

const free: Charge = { usage: null, mayHaveCost: false };

/** The sum, or null when one part is unknown or there is none. Give it only the attempts that used tokens. */
export function addCosts(costs: readonly (number | null)[]): number | null {
  let sum: number | null = null;
  for (const cost of costs) {
    if (cost === null) return null;
    sum = (sum ?? 0) + cost;
  }
  return sum;
}

/** What is known of the cost of a request, for who has to hold it against a limit: 0 where nothing is. */
export function knownCostNanoUsd(request: {
  costNanoUsd: number | null;
  attempts: readonly { costNanoUsd: number | null }[];
}): number {
  return request.costNanoUsd ?? request.attempts.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0);
}

/** The sum of what is known; null when nothing is. Estimated as soon as one part is. */
export function addUsage(usages: readonly (Usage | null)[]): Usage | null {
  const known = usages.filter((usage) => usage !== null);
  if (known.length === 0) return null;
  const sum: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, estimated: false };
  for (const usage of known) {
    sum.promptTokens += usage.promptTokens;
    sum.cachedTokens += usage.cachedTokens;
    sum.completionTokens += usage.completionTokens;
    sum.estimated ||= usage.estimated;
  }
  return sum;
}

/** Prompts are long and answers short: so many prompt tokens to one of the answer, as price comparisons commonly take it. */
const promptToAnswer = 3;

/** What a million tokens cost at the usual mix, US dollars: what a provider is compared with another by, in one number. */
export function blendedPrice({ input, output }: Price): number {
  return (promptToAnswer * input + output) / (promptToAnswer + 1);
}
