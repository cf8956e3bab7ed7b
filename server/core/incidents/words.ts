import { showDuration } from '../duration.ts';
import { showCount } from '../numbers.ts';

/** Words of reports, without a time of day in them: those depend on the reader's zone. */

/** `0.6 s`, `10.9 s`, `4m 12s`. */
export function span(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(Math.round(ms / 100) / 10).toFixed(1)} s` : showDuration(ms);
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
};

/** A word of a trail, for people; a status stays as it is. */
export function wordOf(word: string): string {
  return words[word] ?? (/^\d{3}$/.test(word) ? `status ${word}` : word);
}
