import { day, timeOfDay, type Zone, zoneName } from '../time.ts';
import type { RangeSearch, RangeTerms } from './range.ts';

/** `2026-11-24 14:00:00 to 15:00:00 UTC`. */
export function rangeWords({ from, to }: RangeSearch, zone: Zone): string {
  const moment = (at: number) => `${day(at, zone)} ${timeOfDay(at, zone)}`;
  const isOneDay = from !== undefined && to !== undefined && day(from, zone) === day(to, zone);
  const end = to === undefined ? 'now' : isOneDay ? timeOfDay(to, zone) : moment(to);
  return `${from === undefined ? 'the beginning' : moment(from)} to ${end} ${zoneName(zone, to ?? from ?? 0)}`;
}

/** A minute ahead passes: clocks differ a little. */
const aheadMs = 60_000;

/** Why a time cannot be shown, in a sentence that says what to do; null: it can. `from` null: none was given; `to` null: up to now. */
export function rangeProblem(
  { from, to }: { from: number | null; to: number | null },
  longest: RangeTerms['longest'],
  now: number,
): string | null {
  if (from === null) return 'Say when it begins.';
  if (from > now) return 'It begins in the future: choose a time that has been.';
  if (to !== null && to > now + aheadMs) return 'It ends in the future: leave its end empty for up to now.';
  if (to !== null && to <= from) return 'It ends before it begins.';
  if (longest && (to ?? now) - from > longest.ms) return `This page shows at most ${longest.words} at once.`;
  return null;
}
