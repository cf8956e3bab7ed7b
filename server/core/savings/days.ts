/** The days of a named time zone, for grouping. */

/** Swedish dates are ISO dates. */
const locale = 'sv-SE';

/** Whether the time-zone database has a zone of that name. */
export function isZoneName(zone: string): boolean {
  try {
    new Intl.DateTimeFormat(locale, { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** The day of a moment in a zone, as `2026-11-22`. Moments near each other cost next to nothing. */
export function dayIn(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const known = new Map<number, string>();
  return (at) => {
    // Zones are apart by quarters of an hour, and change by them too.
    const quarter = Math.floor(at / quarterMs);
    let day = known.get(quarter);
    if (day === undefined) {
      day = format.format(quarter * quarterMs);
      known.set(quarter, day);
    }
    return day;
  };
}

const quarterMs = 900_000;

/** Every day of a span, in order, also those in which nothing was; with 90 days, 90 or 91. */
export function daysOf(from: number, to: number, dayOf: (at: number) => string): string[] {
  const days = new Set<string>();
  for (let at = from; at < to; at += 6 * 4 * quarterMs) days.add(dayOf(at));
  if (to > from) days.add(dayOf(to - 1));
  return [...days];
}
