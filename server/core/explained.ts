import type { SkipReason } from './circuit/settle.ts';
import type { CircuitEvent } from './circuit/types.ts';
import { costNanoUsd } from './money.ts';
import { median } from './percentile.ts';
import type { AttemptRecord, RequestRecord } from './records.ts';
import type { Price } from './settings.ts';

/** What one request was spared by open circuits, and what its answer cost beside that of its first choice. Pure. */

/** Skips for which a provider's own failures are the cause, and that would have met them again. */
const byItself: ReadonlySet<string> = new Set<SkipReason>(['open', 'throttled', 'halfOpen']);

/**
 * About so long, in ms, the attempts that open circuits took out of this request's way would have kept its caller waiting: each
 * the median time of the failures behind the state it was skipped for. Null: no circuit was in the way by itself, or the record
 * has none of those failures. `failures`: by `<request id>/<ordinal>`.
 */
export function sparedWaitMs(
  { attempts }: Pick<RequestRecord, 'attempts'>,
  transitions: Readonly<Record<number, CircuitEvent>>,
  failures: ReadonlyMap<string, Pick<AttemptRecord, 'durationMs'>>,
): number | null {
  const times = attempts.flatMap(({ ordinal, outcome, word }) => {
    if (outcome !== 'skipped' || !byItself.has(word)) return [];
    const evidence = transitions[ordinal]?.evidence ?? [];
    return median(evidence.flatMap((id) => failures.get(id)?.durationMs ?? [])) ?? [];
  });
  return times.length === 0 ? null : Math.round(times.reduce((sum, ms) => sum + ms, 0));
}

/** What an answer cost beyond what the first choice would have asked for the same tokens, at what it costs now. */
export interface FirstChoice {
  provider: string;
  /** Integer nano-dollars; negative: it was cheaper. */
  extraNanoUsd: number;
}

/** Null: the first choice answered, nobody did, or a price or the tokens are not known. */
export function againstFirstChoice(
  { attempts, servedBy }: Pick<RequestRecord, 'attempts' | 'servedBy'>,
  prices: ReadonlyMap<string, Price | null>,
): FirstChoice | null {
  const first = attempts[0]?.provider;
  const answer = attempts.findLast(({ provider, outcome }) => provider === servedBy && outcome === 'succeeded');
  if (first === undefined || first === servedBy || !answer) return null;
  const own = costNanoUsd(answer.usage, prices.get(first) ?? null);
  if (own === null || answer.costNanoUsd === null) return null;
  return { provider: first, extraNanoUsd: answer.costNanoUsd - own };
}
