import { costNanoUsd } from '../money.ts';
import { median } from '../percentile.ts';
import { generalShares, type WeighedShares, weighShares } from './shares.ts';
import { addTokens, noTokens } from './tally.ts';
import type {
  Figure,
  Figures,
  LeftOut,
  Mark,
  Opening,
  OpeningTerm,
  ProbeTally,
  SavingsFacts,
  Tally,
  Tokens,
} from './types.ts';

/** All of it. For an incident: give its openings, and the tallies of its requests and probes. */
export function savingsOf(facts: SavingsFacts): Figures {
  return savingsBy(facts, () => '').get('') ?? nothing();
}

/** What a group is made by; `opening` is null for probes and skips outside of any. */
export interface GroupedBy {
  opening: Opening | null;
  provider: string;
  day: string;
}

/**
 * The figures of each group. `keyOf` names the group something belongs to (null: none). Every figure is a sum of integers
 * over tallies, so that groups by whatever key add up to the whole to the last nano-dollar.
 */
export function savingsBy(facts: SavingsFacts, keyOf: (by: GroupedBy) => string | null): Map<string, Figures> {
  const views = viewsOf(facts);
  const groups = new Map<string, Figures>();
  const at = (opening: string | null, { provider, day }: { provider: string; day: string }): Figures | null => {
    const key = keyOf({ opening: opening === null ? null : (views.get(opening)?.opening ?? null), provider, day });
    if (key === null) return null;
    const group = groups.get(key) ?? nothing();
    groups.set(key, group);
    return group;
  };
  for (const tally of facts.tallies.skips) {
    const view = views.get(tally.opening);
    const group = view && at(tally.opening, tally);
    if (group) addSkips(group, tally, view);
  }
  for (const probes of facts.tallies.probes) addProbes(at(probes.opening, probes), probes);
  for (const left of facts.tallies.leftOut) addLeftOut(at(null, left), left);
  return groups;
}

/** One term for each opening with a skip or a probe, by when it began: what the formulas of the whole are sums of. */
export function termsOf(facts: SavingsFacts): OpeningTerm[] {
  const figures = savingsBy(facts, ({ opening }) => opening?.id ?? null);
  const views = viewsOf(facts);
  const terms = new Map<string, OpeningTerm>();
  for (const [id, { opening, eachMs, price, shares }] of views) {
    const found = figures.get(id);
    if (!found) continue;
    terms.set(id, {
      ...{ opening, figures: found, eachMs, price, promptShare: shares.prompt, outputShare: shares.output },
      tokens: { low: { ...noTokens }, high: { ...noTokens } },
      premiumOf: { answers: 0, fallbackNanoUsd: 0, ownNanoUsd: 0 },
    });
  }
  for (const tally of facts.tallies.skips) {
    const term = terms.get(tally.opening);
    const view = views.get(tally.opening);
    if (term && view) addToTerm(term, tally, view);
  }
  return [...terms.values()];
}

/** An opening with what is derived of it once. */
interface View {
  opening: Opening;
  eachMs: number | null;
  price: SavingsFacts['prices'] extends ReadonlyMap<string, infer Price> ? Price : never;
  shares: WeighedShares;
}

function viewsOf({ openings, prices, shares }: SavingsFacts): Map<string, View> {
  const views = new Map<string, View>();
  const lastMs = new Map<string, number>();
  for (const opening of [...openings].sort((one, other) => one.openedAt - other.openedAt)) {
    const { id, provider, failures } = opening;
    const own = median(failures.map(({ ms }) => ms));
    // Where the record has lost what opened it, its failures are taken to be as long as those of the time before.
    const eachMs = own === null ? (lastMs.get(provider) ?? null) : Math.round(own);
    if (eachMs !== null) lastMs.set(provider, eachMs);
    views.set(id, {
      opening,
      eachMs,
      price: prices.get(provider) ?? null,
      shares: weighShares(failures, shares.get(provider) ?? generalShares),
    });
  }
  return views;
}

function addSkips(group: Figures, tally: Tally, view: View): void {
  const { skips, part } = tally;
  const low = part === 'certain' ? 1 : 0;
  const high = low === 1 || part === 'possible' ? 1 : 0;
  group.skips += skips;
  add(group.attempts, { low: skips * low, high: skips * high, mark: high > low ? 'estimated' : 'measured' });
  if (high > 0) {
    addWaiting(group, tally, { view, low });
    addSpend(group, tally, { view, low });
  }
  if (tally.caution !== 'none') addCaution(group, tally, view);
}

function addWaiting(group: Figures, { skips }: Tally, { view, low }: { view: View; low: number }): void {
  if (view.eachMs === null) group.leftOut.untimed += skips;
  else add(group.waitingMs, { low: skips * low * view.eachMs, high: skips * view.eachMs, mark: 'estimated' });
}

function addSpend(group: Figures, tally: Tally, { view, low }: { view: View; low: number }): void {
  const { prompt, output, documented } = view.shares;
  const least = tally.tokensKnown ? billed(tally.tokens, view, { prompt: prompt.low, output: output.low }) : null;
  const most = tally.tokensKnown ? billed(tally.tokens, view, { prompt: prompt.high, output: output.high }) : null;
  if (least === null || most === null) {
    group.leftOut.unpriced += tally.skips;
    return;
  }
  spend(group, low * least, most);
  group.spend.mark = worse(group.spend.mark, documented ? 'estimated' : 'assumed');
}

/** A share of what the tokens cost; null: there is no price, or no such amount. */
function billed(tokens: Tokens, { price }: View, share: { prompt: number; output: number }): number | null {
  const part = price && {
    input: price.input * share.prompt,
    cachedInput: price.cachedInput * share.prompt,
    output: price.output * share.output,
  };
  return costOf(tokens, part);
}

function costOf({ prompt, cached, completion }: Tokens, price: View['price']): number | null {
  const usage = { promptTokens: prompt, cachedTokens: cached, completionTokens: completion, estimated: true };
  return costNanoUsd(usage, price);
}

function addCaution(group: Figures, tally: Tally, view: View): void {
  const { skips, caution, part } = tally;
  group.caution.high += skips;
  if (caution === 'sure') group.caution.low += skips;
  const isRamp = part === 'back' && caution === 'sure';
  const extra = extraOf(tally, view);
  if (isRamp) group.caution.ramp += skips;
  if (extra === null) group.leftOut.unpricedAnswers += skips;
  else if (isRamp) {
    group.caution.rampPremium += extra;
    group.net.low -= extra;
    group.net.high -= extra;
  } else premium(group, extra);
}

/** What the fallback cost beyond what the provider would have. */
function extraOf(tally: Tally, view: View): number | null {
  const own = tally.tokensKnown ? costOf(tally.tokens, view.price) : null;
  return own === null || !tally.costKnown ? null : tally.fallbackNanoUsd - own;
}

/** Paid if the provider was back early, not paid if it came back late. */
function premium(group: Figures, extra: number): void {
  const [low, high] = [Math.min(0, extra), Math.max(0, extra)];
  add(group.premium, { low, high, mark: 'estimated' });
  group.net.low -= high;
  group.net.high -= low;
}

function spend(group: Figures, low: number, high: number): void {
  group.spend.low += low;
  group.spend.high += high;
  group.net.low += low;
  group.net.high += high;
}

function addProbes(group: Figures | null, { probes, nanoUsd, unpriced }: ProbeTally): void {
  if (!group) return;
  group.probes.probes += probes;
  group.probes.nanoUsd += nanoUsd;
  group.probes.unpriced += unpriced;
  group.net.low -= nanoUsd;
  group.net.high -= nanoUsd;
}

function addLeftOut(group: Figures | null, { reason, skips }: LeftOut): void {
  if (group) group.leftOut.skips[reason] = (group.leftOut.skips[reason] ?? 0) + skips;
}

function addToTerm(term: OpeningTerm, tally: Tally, view: View): void {
  if (tally.part === 'certain') addTokens(term.tokens.low, tally.tokens);
  if (tally.part === 'certain' || tally.part === 'possible') addTokens(term.tokens.high, tally.tokens);
  const own = costOf(tally.tokens, view.price);
  const isRamp = tally.part === 'back' && tally.caution === 'sure';
  if (tally.caution === 'none' || isRamp || extraOf(tally, view) === null || own === null) return;
  term.premiumOf.answers += tally.skips;
  term.premiumOf.fallbackNanoUsd += tally.fallbackNanoUsd;
  term.premiumOf.ownNanoUsd += own;
}

function add(figure: Figure, more: Figure): void {
  figure.low += more.low;
  figure.high += more.high;
  figure.mark = worse(figure.mark, more.mark);
}

const marks: readonly Mark[] = ['measured', 'estimated', 'assumed'];

function worse(one: Mark, other: Mark): Mark {
  return marks.indexOf(one) >= marks.indexOf(other) ? one : other;
}

/** The figures of nothing. */
export function nothing(): Figures {
  const figure = () => ({ low: 0, high: 0, mark: 'measured' as const });
  return {
    skips: 0,
    attempts: figure(),
    waitingMs: figure(),
    spend: figure(),
    premium: figure(),
    probes: { probes: 0, nanoUsd: 0, unpriced: 0 },
    caution: { low: 0, high: 0, ramp: 0, rampPremium: 0 },
    net: { low: 0, high: 0 },
    leftOut: { skips: {}, unpriced: 0, unpricedAnswers: 0, untimed: 0 },
  };
}
