import type { AbortBilling, LimitHeaders } from './types.ts';

/** The headers that OpenAI gave a name to and most others took over. */
export const usualLimits: readonly LimitHeaders[] = usualLimitsThatRefill('unknown');

export function usualLimitsThatRefill(refill: LimitHeaders['refill']): readonly LimitHeaders[] {
  return (['requests', 'tokens'] as const).map((counts) => ({
    counts,
    limit: `x-ratelimit-limit-${counts}`,
    remaining: `x-ratelimit-remaining-${counts}`,
    reset: `x-ratelimit-reset-${counts}`,
    refill,
  }));
}

/** `Please try again in 7m12s.` */
export const tryAgainWords = /(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)/;

/** OpenRouter routes to most vendors and lists at which of them hanging up ends the writing and the bill (read 2026-11-22). */
const cancellationList = 'https://openrouter.ai/docs/api-reference/streaming#stream-cancellation';

/** On that list: nothing more is billed. Whether the prompt is, nobody says. */
export const stopsWhenLeft: AbortBilling = {
  promptShare: null,
  failedShare: null,
  writesOn: false,
  source: cancellationList,
};

/** On its list of those at which the whole answer is written and billed all the same. */
export const writesOnWhenLeft: AbortBilling = {
  promptShare: 1,
  failedShare: null,
  writesOn: true,
  source: cancellationList,
};

/** One's own machine: it stops when the connection closes, and nobody sends a bill. */
export const billsNothing: AbortBilling = { promptShare: 0, failedShare: 0, writesOn: false, source: null };
