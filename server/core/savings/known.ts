import type { Figures, Mark, Range } from './types.ts';

/** Which figures of a group are known at all: one whose every part was left out is nought only because nothing was counted. */
export interface Known {
  waitingMs: boolean;
  spend: boolean;
  premium: boolean;
  probes: boolean;
  net: boolean;
}

/** What is not known is not nothing: it is shown as "–", never as 0. */
export function knownOf({ waitingMs, spend, premium, probes, leftOut }: Figures): Known {
  const known = {
    waitingMs: leftOut.untimed === 0 || !isNought(waitingMs),
    spend: leftOut.unpriced === 0 || !isNought(spend),
    premium: leftOut.unpricedAnswers === 0 || !isNought(premium),
    probes: probes.unpriced === 0 || probes.nanoUsd !== 0,
  };
  return { ...known, net: known.spend && known.premium && known.probes };
}

/** As well known as the least known of what it is made of. */
export function netMark({ spend, premium, caution }: Pick<Figures, 'spend' | 'premium' | 'caution'>): Mark {
  const marks = [spend.mark, premium.mark, caution.ramp > 0 ? 'estimated' : 'measured'];
  return marks.includes('assumed') ? 'assumed' : marks.includes('estimated') ? 'estimated' : 'measured';
}

function isNought({ low, high }: Range): boolean {
  return low === 0 && high === 0;
}
