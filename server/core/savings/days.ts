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

/** The first use of time zones in a process takes tens of milliseconds: whoever calls this spares the next one that wait. */
export function loadZones(): void {
  isZoneName('UTC');
}

/** The day of a moment in a zone, as `2026-11-22`. Moments near each other cost next to nothing. */
export function dayIn(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const shift = shiftIn(zone);
  const names = new Map<number, string>();
  const quarters = new Map<number, string>();
  return (at) => {
    const block = Math.floor(at / dayMs) * dayMs;
    const ms = shift(block);
    // Where the clocks change within the block, each quarter of an hour is asked for: zones change by these.
    if (ms !== shift(block + dayMs)) {
      const quarter = Math.floor(at / quarterMs) * quarterMs;
      return known(quarters, quarter, () => format.format(quarter));
    }
    const day = Math.floor((at + ms) / dayMs) * dayMs;
    return known(names, day, () => new Date(day).toISOString().slice(0, 10));
  };
}

/** How far the clocks of a zone are ahead of UTC at a moment, ms; each moment is asked for once, as that is slow. */
function shiftIn(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const shifts = new Map<number, number>();
  return (at) => known(shifts, at, () => Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - at);
}

function known<Value>(values: Map<number, Value>, key: number, make: () => Value): Value {
  const found = values.get(key);
  if (found !== undefined) return found;
  const value = make();
  values.set(key, value);
  return value;
}

const quarterMs = 900_000;
const dayMs = 86_400_000;

/** Every day of a span, in order, also those in which nothing was; with 90 days, 90 or 91. */
export function daysOf(from: number, to: number, dayOf: (at: number) => string): string[] {
  const days = new Set<string>();
  for (let at = from; at < to; at += 6 * 4 * quarterMs) days.add(dayOf(at));
  if (to > from) days.add(dayOf(to - 1));
  return [...days];
}
