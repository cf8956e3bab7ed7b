import type { SkipReason } from '../server/core/circuit/settle.ts';
import type { CircuitEntry, OpenCause, ShownState } from '../server/core/circuit/types.ts';

/** The one home of what pages say: states, causes, words of a trail. */

/** How a state is drawn and named. `none`: no traffic, so nothing is known. */
export type MarkState = ShownState | 'none';

export const stateWords: Record<MarkState, string> = {
  closed: 'Closed',
  open: 'Open',
  halfOpen: 'Half-open',
  tripped: 'Tripped by hand',
  heldClosed: 'Held closed',
  none: 'No traffic',
};

/** The CSS colour of a state. */
export const stateColors: Record<MarkState, string> = {
  closed: 'var(--closed)',
  open: 'var(--open)',
  halfOpen: 'var(--half)',
  tripped: 'var(--manual)',
  heldClosed: 'var(--manual)',
  none: 'var(--faint)',
};

const causeWords: Record<OpenCause, string> = {
  failures: 'failures in a row',
  timeouts: 'time-outs in a row',
  rate: 'too large a share of its calls failed',
  throttled: 'it asked us to slow down (429)',
  credentials: 'it refused our key: ours to mend',
  balance: 'the balance is used up: ours to mend',
  model: 'it does not know the model: ours to mend',
};

/** Why a circuit is as it is, in a few words; empty: nothing to say. */
export function causeSentence(entry: CircuitEntry): string {
  const because = entry.reason ? `: ${entry.reason}` : '';
  switch (entry.state) {
    case 'tripped':
      return `tripped by ${entry.by}${because}`;
    case 'heldClosed':
      return `held closed by ${entry.by}${because}`;
    case 'closed':
      return closedSentence(entry);
    case 'open':
    case 'halfOpen': {
      if (entry.cause === null) return `reset by ${entry.by}${because}`;
      return openedSentence(entry.cause, entry.evidence.length);
    }
  }
}

function openedSentence(cause: OpenCause, count: number): string {
  if (cause === 'failures' && count > 0) return `${plural(count, 'failure')} in a row`;
  if (cause === 'timeouts' && count > 0) return `${plural(count, 'time-out')} in a row`;
  return causeWords[cause];
}

/** How near a closed circuit is to opening, or that it is coming back. */
function closedSentence({ ramp, limits, failuresInARow, timeoutsInARow }: CircuitEntry): string {
  if (ramp) return `back, with ${Math.round(ramp.share * 100)} % of its traffic`;
  if (timeoutsInARow > 1) return `${timeoutsInARow} of ${limits.timeouts} time-outs towards opening`;
  return `${failuresInARow} of ${limits.failures} failures towards opening`;
}

/** A word of a trail, for people. Statuses and words not known here stay as they are. */
export function trailWord(word: string): string {
  return trailWords[word] ?? word;
}

const trailWords: Record<string, string> = {
  ok: 'answered',
  connect: 'no connection',
  firstToken: 'no first token',
  idle: 'fell silent',
  total: 'took too long',
  answer: 'took too long',
  reset: 'connection reset',
  malformed: 'no valid answer',
  empty: 'empty answer',
  cut: 'broke off',
  cannot_take: 'cannot take it',
  evacuated: 'moved away',
  raced: 'lost the race',
  halfOpen: 'half-open',
  tripped: 'tripped by hand',
  throttled: 'throttled',
};

/** Why a provider was not tried, after "not tried: ". */
export const skipSentences: Record<SkipReason, string> = {
  open: 'Its circuit was open',
  throttled: 'It had asked us to slow down (429)',
  halfOpen: 'Its circuit was half-open, and its probes were out already',
  ramping: 'It was just back, and takes a part of the traffic only',
  tripped: 'An operator had tripped it',
  busy: 'As many calls as it may have were in flight',
  cannot_take: 'It cannot take what this request asks for',
};

/** `1 call`, `2 calls`, `1,204 calls`. */
export function plural(count: number, noun: string): string {
  return `${wholeNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Made once: making it takes as long as writing fifty numbers. */
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** With thousands set apart: `13,652`. */
export function wholeNumber(count: number): string {
  return whole.format(count);
}

/** A share from 0 to 1: `0.1 %`, `37 %`, `100 %`, and never 100 or 0 when it is not quite. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  if (value > 99.9 && value < 100) return '> 99.9 %';
  return `${value < 10 && value > 0 ? value.toFixed(1) : Math.round(value * 10) / 10} %`;
}
