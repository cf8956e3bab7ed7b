import type { BillingKind } from '../../server/core/savings/shares.ts';
import type { Figures, LeftOut, Range } from '../../server/core/savings/types.ts';
import { showAge, showMs, signedMoney } from '../time.ts';
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

const reasons: Record<LeftOut['reason'], string> = {
  tripped: 'skipped for a trip by hand',
  pacing: 'skipped for its own limit',
  busy: 'skipped for want of room',
  cannot_take: 'it could not take',
  unknown: 'of an opening that is not in the record',
};

/** What no figure counts, each with its number. */
export function leftOutWords({ leftOut }: Figures, trips: number): string[] {
  const { skips, unpriced, unpricedAnswers, untimed } = leftOut;
  return [
    ...(trips > 0 ? [`${plural(trips, 'manual trip')}`] : []),
    ...Object.entries(skips).map(([reason, count]) => `${wholeNumber(count)} ${reasons[reason as LeftOut['reason']]}`),
    ...(unpriced > 0 ? [`${wholeNumber(unpriced)} without a price or tokens, from spend`] : []),
    ...(unpricedAnswers > 0 ? [`${plural(unpricedAnswers, 'answer')} without a price, from the premium`] : []),
    ...(untimed > 0 ? [`${wholeNumber(untimed)} whose failures are not in the record, from waiting`] : []),
  ];
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
