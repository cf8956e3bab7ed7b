import type { Figures, OpeningTerm, Range } from '../../server/core/savings/types.ts';
import type { Price } from '../../server/core/settings.ts';
import { showMoney } from '../time.ts';
import { percent, plural, wholeNumber } from '../words.ts';
import type { Formula } from './range.ts';
import { showRange, tokens, waiting } from './words.ts';

/** How each figure is made up, in words and with the numbers of each opening. */
interface FormulaOf {
  title: string;
  /** The rule, line by line. */
  rule: (total: Figures) => string[];
  /** The figure of any group, as a range. */
  range: (figures: Figures) => Range;
  show: (value: number) => string;
  /** The numbers of one opening: what its range is the product of. */
  numbers: (term: OpeningTerm) => string;
}

const share = (range: Range): string => showRange(range, (value) => (value === 0 ? '0 %' : percent(value)));

function priceOf(price: Price | null): string {
  if (!price) return 'no price is known';
  return `$${price.input} (cached $${price.cachedInput}) and $${price.output} a million`;
}

export const formulaOf: Record<Formula, FormulaOf> = {
  attempts: {
    title: 'Attempts avoided',
    rule: () => [
      'skips of providers that were down',
      'low   those up to the last failed probe: certainly down',
      'high  those up to the first good probe: possibly down',
    ],
    range: ({ attempts }) => attempts,
    show: wholeNumber,
    numbers: ({ figures }) => `${plural(figures.skips, 'skip')} in all`,
  },
  waiting: {
    title: 'Waiting avoided',
    rule: () => ['attempts avoided × the time the failures took', 'time  the median of the failures that opened it'],
    range: ({ waitingMs }) => waitingMs,
    show: waiting,
    numbers: ({ figures, eachMs }) =>
      eachMs === null
        ? 'its failures are not in the record'
        : `${showRange(figures.attempts, wholeNumber)} × ${wholeNumber(eachMs)} ms`,
  },
  spend: {
    title: 'Billable spend avoided',
    rule: () => [
      'tokens of the attempts avoided × price × share billed',
      'share  by kind of failure, as under “What is billed”',
      'not known: 0 in the low, all of it in the high',
    ],
    range: ({ spend }) => spend,
    show: showMoney,
    numbers: ({ tokens: of, price, promptShare, outputShare }) =>
      `${of.low.prompt === of.high.prompt ? '' : `low ${tokens(of.low)}; high `}${tokens(of.high)} × ${priceOf(price)} × ${share(promptShare)} of the prompt, ${share(outputShare)} of the answer`,
  },
  premium: {
    title: 'Fallback premium',
    rule: () => [
      'cost of the fallback − cost of the provider skipped,',
      'for answers between the two probes, where it might have answered',
      'paid if it was back early, not paid if it came back late',
    ],
    range: ({ premium }) => premium,
    show: showMoney,
    numbers: ({ premiumOf: { answers, fallbackNanoUsd, ownNanoUsd } }) =>
      `${plural(answers, 'answer')}: ${showMoney(fallbackNanoUsd)} − ${showMoney(ownNanoUsd)}`,
  },
  caution: {
    title: 'Price of caution',
    rule: ({ caution: { ramp, rampPremium } }) => [
      'answers a fallback gave after the provider was probably back',
      'low   after its first good probe: it was back',
      'high  after its last failed probe: it may have been back',
      ...(ramp > 0 ? [`of these ${wholeNumber(ramp)} on the ramp, for ${showMoney(rampPremium)} more`] : []),
    ],
    range: ({ caution }) => caution,
    show: wholeNumber,
    numbers: ({ figures: { caution } }) => `${wholeNumber(caution.ramp)} of them on the ramp`,
  },
  net: {
    title: 'Net, money only',
    rule: ({ spend, premium, caution: { rampPremium }, probes, net }) => [
      'spend avoided − premium − ramp − our own probes',
      `low   ${[spend.low, premium.high, rampPremium, probes.nanoUsd].map(showMoney).join(' − ')} = ${showMoney(net.low)}`,
      `high  ${[spend.high, premium.low, rampPremium, probes.nanoUsd].map(showMoney).join(' − ')} = ${showMoney(net.high)}`,
    ],
    range: ({ net }) => net,
    show: showMoney,
    numbers: ({ figures: { spend, premium, caution, probes } }) =>
      `spend ${showRange(spend, showMoney)}, premium ${showRange(premium, showMoney)}, ramp ${showMoney(caution.rampPremium)}, probes ${showMoney(probes.nanoUsd)}`,
  },
};
