import type { Known } from '../../server/core/savings/known.ts';
import type { BillingKind } from '../../server/core/savings/shares.ts';
import type { Figures, LeftOut, Mark, Range } from '../../server/core/savings/types.ts';
import { nothing, showAge, showMoney, showMs, signedMoney } from '../time.ts';
import { plural, wholeNumber } from '../words.ts';

/** Both ends of a range, or the one that both are: `$0 – $31.20`. */
export function showRange({ low, high }: Range, show: (value: number) => string): string {
  return show(low) === show(high) ? show(low) : `${show(low)} – ${show(high)}`;
}

/** `239 – 272 h`: long waits in hours, short ones as they are. */
export function waiting(ms: number): string {
  if (ms === 0) return '0 s';
  if (ms < 60_000) return showMs(ms);
  return ms < 36_000_000 ? showAge(ms) : `${wholeNumber(ms / 3_600_000)} h`;
}

/** `−$0.49 to +$31.20`. */
export function signedRange({ low, high }: Range): string {
  return signedMoney(low) === signedMoney(high) ? signedMoney(low) : `${signedMoney(low)} to ${signedMoney(high)}`;
}

/** Which figures are known at all, as reports have it: a test holds the two together. */
export function knownOf({ waitingMs, spend, premium, probes, leftOut }: Figures): Known {
  const isNought = ({ low, high }: Range): boolean => low === 0 && high === 0;
  const known = {
    waitingMs: leftOut.untimed === 0 || !isNought(waitingMs),
    spend: leftOut.unpriced === 0 || !isNought(spend),
    premium: leftOut.unpricedAnswers === 0 || !isNought(premium),
    probes: probes.unpriced === 0 || probes.nanoUsd !== 0,
  };
  return { ...known, net: known.spend && known.premium && known.probes };
}

/** Waiting and money as they are shown: what is not known is not nothing. */
export function shownOf(figures: Figures): Record<keyof Known, string> {
  const { waitingMs, spend, premium, probes, net } = figures;
  const known = knownOf(figures);
  return {
    waitingMs: known.waitingMs ? showRange(waitingMs, waiting) : nothing,
    spend: known.spend ? showRange(spend, showMoney) : nothing,
    premium: known.premium ? showRange(premium, showMoney) : nothing,
    probes: known.probes ? showMoney(probes.nanoUsd) : nothing,
    net: known.net ? signedRange(net) : nothing,
  };
}

/** As well known as the least known of what it is made of. */
export function netMark({ spend, premium, caution }: Figures): Mark {
  const marks = [spend.mark, premium.mark, caution.ramp > 0 ? 'estimated' : 'measured'];
  return marks.includes('assumed') ? 'assumed' : marks.includes('estimated') ? 'estimated' : 'measured';
}

const reasons: Record<LeftOut['reason'], string> = {
  tripped: 'skipped for a trip by hand',
  pacing: 'skipped for its own limit',
  busy: 'skipped for want of room',
  cannot_take: 'it could not take',
  unknown: 'skipped in an opening that is not in the record',
};

/** What no figure counts, each with its number. */
export function leftOutWords({ leftOut, probes }: Figures, trips: number): string[] {
  const { skips, unpriced, unpricedAnswers, untimed } = leftOut;
  return [
    ...(trips > 0 ? [`${plural(trips, 'manual trip')}`] : []),
    ...Object.entries(skips).map(([reason, count]) => `${wholeNumber(count)} ${reasons[reason as LeftOut['reason']]}`),
    ...(unpriced > 0 ? [`${wholeNumber(unpriced)} without a price or tokens, from spend`] : []),
    ...(unpricedAnswers > 0 ? [`${plural(unpricedAnswers, 'answer')} without a price, from the premium`] : []),
    ...(probes.unpriced > 0 ? [`${plural(probes.unpriced, 'probe')} without a price, from the net`] : []),
    ...(untimed > 0 ? [`${wholeNumber(untimed)} whose failures are not in the record, from waiting`] : []),
  ];
}

/** Round dollars for an axis that reaches from `low` to `high` and past nought, and how many digits tell them apart. */
export function moneyTicks({ low, high }: Range): { ticks: number[]; digits: number } {
  const least = Math.min(0, low);
  // With no money at all there is still an axis.
  const most = least === 0 && high <= 0 ? 1 : Math.max(0, high);
  const rough = (most - least) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((times) => times * power >= rough) ?? 10) * power;
  const [first, last] = [Math.floor(least / step), Math.ceil(most / step)];
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step),
    digits: decimals === 0 ? 0 : Math.max(2, decimals),
  };
}

/** Tokens as they were counted. */
export function tokens({ prompt, cached, completion }: { prompt: number; cached: number; completion: number }): string {
  return `${wholeNumber(prompt)} prompt (${wholeNumber(cached)} cached), ${wholeNumber(completion)} answer`;
}

/** How a call fails, as far as bills tell it apart. */
export const kinds: Record<BillingKind, string> = {
  refused: 'no answer began',
  error: '4xx and 5xx before output',
  timeout: 'time-outs and aborts',
  broken: 'broke by itself',
};
