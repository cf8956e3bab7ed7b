import type { ProviderSettings } from './settings.ts';

/** What `recloser check --live` tries, and what it finds. Money is integer nano-dollars. */

/** Most tokens of one answer. */
export const LIVE_TOKENS_MAX = 16;
/** Prompt tokens of one call at most, for the sum that is said beforehand; the texts are short. */
const LIVE_PROMPT_TOKENS_MAX = 150;

/** `no` is a failure, `odd` works but not as it should; `–`: not tried, for it is not said to do that or something before it failed. */
export type LiveMark = 'yes' | 'odd' | 'no' | '–';

export interface LiveReport {
  provider: string;
  ok: boolean;
  reachable: LiveMark;
  key: LiveMark;
  model: LiveMark;
  stream: LiveMark;
  usage: LiveMark;
  tools: LiveMark;
  prefill: LiveMark;
  /** From the start of the call, ms; null: none came. */
  firstTokenMs: number | null;
  /** What it may take by its clock, ms. */
  firstTokenClockMs: number;
  calls: number;
  /** Null: a price, or what was used, is not known. */
  costNanoUsd: number | null;
  /** A sentence for each `no` and `odd`. */
  remarks: string[];
}

/** Calls that one provider gets at most. */
export function liveCallsOf(provider: ProviderSettings): number {
  const { assemble, accepts, prefill } = provider;
  return 1 + (assemble ? 0 : 1) + (accepts.tools ? 1 : 0) + (prefill === null ? 0 : 1);
}

/** What a live check will do, before it does it. `unpriced`: providers whose cost is not in the sum. */
export function livePlan(providers: readonly ProviderSettings[]): {
  calls: number;
  costNanoUsd: number;
  unpriced: string[];
} {
  let calls = 0;
  let costNanoUsd = 0;
  for (const provider of providers) {
    const own = liveCallsOf(provider);
    calls += own;
    const { input = 0, output = 0 } = provider.price ?? {};
    costNanoUsd += own * (LIVE_PROMPT_TOKENS_MAX * input + LIVE_TOKENS_MAX * output) * 1_000;
  }
  const unpriced = providers.filter(({ price }) => price === null).map(({ name }) => name);
  return { calls, costNanoUsd: Math.round(costNanoUsd), unpriced };
}
