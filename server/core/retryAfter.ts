/** Nobody is believed who asks to be left alone for longer. */
export const longestRetryAfterMs = 3_600_000;

/** Larger bare numbers are moments since 1970, in seconds or (larger still) in milliseconds, not spans. */
const firstEpochSeconds = 1_000_000_000;
const firstEpochMs = 1_000_000_000_000;

const unitMs: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/**
 * How long a provider asks to be left alone, in ms from now, 0 to an hour; null: it did not say, or not so that we understand.
 * `headers` have lower-case names; `wallNow` is ms since 1970. Reads, in this order, `retry-after-ms`, `retry-after`
 * (seconds or an HTTP date) and the `x-ratelimit-reset…` family (`6m0s`, `120ms`, seconds, a moment).
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, wallNow: number): number | null {
  const found =
    plainNumber(headers['retry-after-ms']) ?? waitOf(headers['retry-after'], wallNow) ?? resetMs(headers, wallNow);
  return found === null ? null : Math.min(longestRetryAfterMs, Math.max(0, Math.round(found)));
}

/** A number in a header, or null. */
export function plainNumber(text: string | undefined): number | null {
  if (text === undefined || !/^\s*-?\d{1,15}(\.\d{1,15})?\s*$/.test(text)) return null;
  return Number(text);
}

/** A time to wait, ms, as seconds, a span, a moment since 1970 or a date; null: none of them. May be negative. */
export function waitOf(text: string | undefined, wallNow: number): number | null {
  if (text === undefined) return null;
  const seconds = plainNumber(text);
  if (seconds !== null) return spanOrMoment(seconds, wallNow);
  // A date names a month: `Date.parse` makes a year of nearly anything.
  if (!/[A-Za-z]{3}|\d{4}-\d{2}-\d{2}T/.test(text)) return span(text);
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? null : moment - wallNow;
}

/** The limit that is used up counts; where none says so, the one that is free again first. */
function resetMs(headers: Readonly<Record<string, string>>, wallNow: number): number | null {
  const usedUp: number[] = [];
  const known: number[] = [];
  for (const limit of ['', '-requests', '-tokens']) {
    const text = headers[`x-ratelimit-reset${limit}`];
    const number = plainNumber(text);
    const ms = number !== null ? spanOrMoment(number, wallNow) : span(text);
    if (ms === null) continue;
    known.push(ms);
    if (plainNumber(headers[`x-ratelimit-remaining${limit}`]) === 0) usedUp.push(ms);
  }
  if (usedUp.length > 0) return Math.max(...usedUp);
  return known.length > 0 ? Math.min(...known) : null;
}

function spanOrMoment(value: number, wallNow: number): number {
  if (value >= firstEpochMs) return value - wallNow;
  if (value >= firstEpochSeconds) return value * 1_000 - wallNow;
  return value * 1_000;
}

/** `6m0s`, `1h2m3.5s`, `120ms`; null for anything else. */
function span(text: string | undefined): number | null {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '' || trimmed.length > 40 || !/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return total;
}
