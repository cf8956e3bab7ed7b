import type { Usage } from './records.ts';
import type { Price } from './settings.ts';

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

/** The sum, or null when one part is unknown or there is none. Give it only the attempts that used tokens. */
export function addCosts(costs: readonly (number | null)[]): number | null {
  let sum: number | null = null;
  for (const cost of costs) {
    if (cost === null) return null;
    sum = (sum ?? 0) + cost;
  }
  return sum;
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
