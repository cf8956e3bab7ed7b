/** The one home of durations, times of day and money as text. Nothing is known: `–`. */

export const nothing = '–';

/** Milliseconds, as exact as is of use: `80 ms`, `0.41 s`, `12.9 s`, `4 m 29 s`. */
export function showMs(ms: number | null): string {
  if (ms === null) return nothing;
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(ms < 1_000 ? 2 : 1)} s`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  return showAge(ms);
}

/** A length of time in at most two units, rounded down: `5 m 33 s`, `6 d 2 h`, `now` under a second. */
export function showAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return 'now';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** Running text whose lines never end between a number and its unit. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=(?:ms|s|m|min|h|d|%)(?!\w))/g, '$1\u00a0');
}

/** The server's clock is known to within its answer's time on the way: so much more than a second is that second. */
const CLOCK_ERROR_MS = 250;

/** What is left, as on a stopwatch, rounded up: `4:27`, `1:02:09`, `0:00`. */
export function showCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil((ms - CLOCK_ERROR_MS) / 1_000));
  const two = (amount: number) => String(amount).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `utc`, or a name of the time-zone database: `Europe/Berlin`. The same to whoever reads it, as `local` would not be. */
export type Zone = string;

/** A time of day in a zone: `14:07:29`, with `millis` `14:07:29.412`. */
export function timeOfDay(at: number, zone: Zone, millis = false): string {
  const text = formatter(zone, 'time').format(at);
  return millis ? `${text}.${String(Math.floor(((at % 1_000) + 1_000) % 1_000)).padStart(3, '0')}` : text;
}

/** A day in a zone: `2026-11-22`. */
export function day(at: number, zone: Zone): string {
  return formatter(zone, 'day').format(at);
}

/** A time of day, after its day where that is not the day of `known`, which stands before it or above. */
export function timeBeside(at: number, known: number, zone: Zone): string {
  const date = day(at, zone);
  return `${date === day(known, zone) ? '' : `${date} `}${timeOfDay(at, zone)}`;
}

/** The zone as it stands beside a time: `UTC`, `GMT+2`, `CET`. */
export function zoneName(zone: Zone, at: number): string {
  if (zone === 'utc') return 'UTC';
  const part = formatter(zone, 'name')
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName');
  return part?.value ?? zone;
}

/** Whether the browser knows a zone of that name. */
export function isZone(zone: string): boolean {
  if (zone === 'utc') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const formats: Record<string, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  day: { year: 'numeric', month: '2-digit', day: '2-digit' },
  name: { timeZoneName: 'short' },
};
/** Making one costs a thousand uses of it. */
const made = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: Zone, format: 'time' | 'day' | 'name'): Intl.DateTimeFormat {
  const key = `${format} ${zone}`;
  let known = made.get(key);
  if (!known) {
    const timeZone = zone === 'utc' ? 'UTC' : zone;
    // Swedish dates are ISO dates.
    known = new Intl.DateTimeFormat(format === 'day' ? 'sv-SE' : 'en-GB', { ...formats[format], timeZone });
    made.set(key, known);
  }
  return known;
}

/** Nano-dollars with as many digits as tell something: `$0.0004`, `$1.27`, `$0`; unknown is never 0. */
export function showMoney(nanoUsd: number | null): string {
  if (nanoUsd === null) return nothing;
  const dollars = nanoUsd / 1e9;
  if (dollars === 0) return '$0';
  if (Math.abs(dollars) >= 1) return showDollars(dollars, 2);
  const digits = Math.min(9, Math.max(4, 1 - Math.floor(Math.log10(Math.abs(dollars)))));
  return showDollars(dollars, digits);
}

/** With so many digits, as on an axis where all have as many: `$0.00`, `−$0.05`. */
export function showDollars(dollars: number, digits: number): string {
  const text = Math.abs(dollars).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${dollars < 0 ? '−' : ''}$${text}`;
}

/** With its sign also where it is more than nothing: `+$0.00009`. */
export function signedMoney(nanoUsd: number): string {
  return `${nanoUsd > 0 ? '+' : ''}${showMoney(nanoUsd)}`;
}
