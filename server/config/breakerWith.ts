import { parseDocument } from 'yaml';
import type { BreakerSettings } from '../core/circuit/types.ts';
import { breakerOverrideSchema } from './breakerSchema.ts';

/** Keys that make calls: a replay makes none, so they would change nothing. */
const idle = new Set(['probe', 'recheck', 'suspect', 'ghosts']);
const keys = Object.keys(breakerOverrideSchema.shape).filter((key) => !idle.has(key));

/**
 * Breaker settings with some of them said otherwise, in the words of the config: `failures=3`, `open=2m`. Each problem in a
 * sentence that says what to do. Where `openMax` went with `open`, it still does.
 */
export function breakerWith(
  settings: BreakerSettings,
  pairs: readonly string[],
): { ok: true; settings: BreakerSettings } | { ok: false; problems: string[] } {
  const said: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const pair of pairs) {
    const problem = put(said, pair);
    if (problem !== null) problems.push(problem);
  }
  const read = breakerOverrideSchema.safeParse(said);
  if (!read.success)
    problems.push(...read.error.issues.map(({ path, message }) => `${path.join('.')}: expected ${message}`));
  if (problems.length > 0 || !read.success) return { ok: false, problems };
  const { window, open, openMax, ramp, recheck: _, ghosts: __, ...rest } = read.data;
  const openMs = open ?? settings.openMs;
  const grew = settings.openMaxMs !== settings.openMs;
  const openMaxMs = openMax ?? (grew ? settings.openMaxMs : openMs);
  if (openMaxMs < openMs) {
    return { ok: false, problems: ['openMax: is shorter than open: give a longer openMax, or a shorter open'] };
  }
  const times = { windowMs: window ?? settings.windowMs, openMs, openMaxMs, rampMs: ramp ?? settings.rampMs };
  return { ok: true, settings: { ...settings, ...rest, ...times } };
}

/** Null: it was taken. */
function put(said: Record<string, unknown>, pair: string): string | null {
  const [, key = '', value = ''] = /^([A-Za-z]+)=(.+)$/.exec(pair.trim()) ?? [];
  if (key === '') return `${JSON.stringify(pair)}: give a key and a value, as in failures=3`;
  if (idle.has(key)) return `${key}: changes nothing in a replay, which makes no calls of its own`;
  if (!keys.includes(key)) return `${key}: is no breaker setting: expected one of ${keys.join(', ')}`;
  if (Object.hasOwn(said, key)) return `${key}: was given twice`;
  const document = parseDocument(value);
  if (document.errors.length > 0) return `${key}: ${JSON.stringify(value)} is no value of a config`;
  said[key] = document.toJS();
  return null;
}
