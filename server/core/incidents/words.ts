import { showDuration } from '../duration.ts';
import { showCount } from '../numbers.ts';

/** Words of reports, without a time of day in them: those depend on the reader's zone. */

/** `0.6 s`, `10.9 s`, `4 m 12 s`. */
export function span(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(Math.round(ms / 100) / 10).toFixed(1)} s` : lasting(ms);
}

/** `43 m 3 s`: as pages say it, not as a config does. */
export function lasting(ms: number): string {
  return showDuration(ms).replaceAll(/(\d)([a-z])/g, '$1 $2');
}

export function plural(count: number, noun: string): string {
  return `${showCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const words: Record<string, string> = {
  connect: 'no connection',
  firstToken: 'no first token',
  idle: 'it fell silent',
  total: 'it took too long',
  answer: 'it took too long',
  reset: 'the connection was reset',
  malformed: 'no valid answer',
  empty: 'an empty answer',
  cut: 'the answer broke off',
  abandoned: 'the caller gave up waiting',
  serverError: 'a server error (5xx)',
  throttled: 'throttled (429)',
  credentials: 'our key was refused',
  balance: 'our balance is used up',
  model: 'the model is not known',
  contextLength: 'the prompt was too long',
  contentFilter: 'its content filter',
  requestRefused: 'the request was refused',
  evacuated: 'moved away from it',
  mismatch: 'its text did not join on',
  tooLarge: 'the answer was too large',
};

/** A word of a trail, or a kind of failure, for people; a status stays as it is. */
export function wordOf(word: string): string {
  return words[word] ?? (/^\d{3}$/.test(word) ? `status ${word}` : word);
}

/** `2026-11-22 14:01:31`, UTC: reports are read anywhere. */
export function utc(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** Of the end of a span: its day only where that is not the day of `known`, which stands before it. */
export function utcBeside(at: number, known: number): string {
  const text = utc(at);
  return text.slice(0, 10) === utc(known).slice(0, 10) ? text.slice(11) : text;
}

/** `$31.20`, `−$0.49`, `$0.00042`: two digits that count under a cent. */
export function dollars(nanoUsd: number): string {
  return dollarsBeside(nanoUsd, nanoUsd);
}

/** With as many digits as the larger end of its range has; what is nought with these has no sign. */
export function dollarsBeside(nanoUsd: number, other: number): string {
  const larger = Math.max(Math.abs(nanoUsd), Math.abs(other)) / 1e9;
  const digits = larger === 0 || larger >= 0.01 ? 2 : Math.min(9, 1 - Math.floor(Math.log10(larger)));
  const shown = (Math.abs(nanoUsd) / 1e9).toFixed(digits);
  const [whole = '0', cents = '00'] = shown.split('.');
  return `${nanoUsd < 0 && Number(shown) > 0 ? '−' : ''}$${showCount(Number(whole))}.${cents}`;
}

/** Of both ends, or of the one that both are. `show` is told the other end too. */
export function range(
  { low, high }: { low: number; high: number },
  show: (value: number, other: number) => string,
): string {
  const [first, second] = [show(low, high), show(high, low)];
  return first === second ? first : `${first} – ${second}`;
}

/** `98.2 %`; 100 only when it is all of them, 0 only when it is none. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = Math.round((1_000 * part) / whole) / 10;
  if (part < whole && percent >= 100) return '99.9 %';
  if (part > 0 && percent <= 0) return 'under 0.1 %';
  return `${percent} %`;
}
