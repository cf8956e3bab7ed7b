import { z } from 'zod';
import { readDuration } from '../core/duration.ts';
import { durationPattern, readSize, sizePattern, writeDuration } from './units.ts';

/**
 * The kinds of value a config key may have. The message of each is what was expected, worded to stand after "expected";
 * `problems.ts` adds what was found. For a section it is the list of its keys, from which the nearest is proposed.
 */

/** A mapping with these keys and no others. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, { error: `a mapping with keys out of: ${keys}` });
}

/** The keys a section's message names. */
export function keysOf(expectation: string): string[] {
  return expectation
    .slice(expectation.indexOf(':') + 1)
    .split(',')
    .map((key) => key.trim());
}

/** A mapping from names to values of one kind. */
export function named<Value extends z.ZodType>(value: Value, name: { pattern: RegExp; says: string }) {
  const key = z.string().regex(name.pattern);
  return z.record(key, value, {
    error: (issue) => (issue.code === 'invalid_key' ? name.says : 'a mapping of names to their settings'),
  });
}

export function list<Item extends z.ZodType>(item: Item, says: string) {
  return z.array(item, { error: says });
}

export function text(says = 'text') {
  return z
    .string({ error: `${says}, in quotes where YAML would read a number` })
    .min(1, { error: `${says}, not empty` });
}

export function match(pattern: RegExp, says: string) {
  return z.string({ error: says }).regex(pattern, { error: says });
}

export function yesNo() {
  return z.boolean({ error: 'true or false' });
}

export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(words, { error: `one of ${words.join(', ')}` });
}

export function whole(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

export function number(least: number, most: number) {
  const error = `a number from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

/** Comes out in milliseconds. */
export function duration(leastMs: number, mostMs: number) {
  const error = durationWords(leastMs, mostMs);
  return z
    .string({ error })
    .regex(durationPattern, { error })
    .transform((written) => readDuration(written) ?? 0)
    .refine((ms) => ms >= leastMs && ms <= mostMs, { error });
}

/** A duration or `off`; comes out in milliseconds, or null for off. */
export function period(leastMs: number, mostMs: number) {
  const error = `off, or ${durationWords(leastMs, mostMs)}`;
  return z
    .string({ error })
    .regex(new RegExp(`^off$|${durationPattern.source}`), { error })
    .transform((written) => (written === 'off' ? null : readDuration(written)))
    .refine((ms) => ms === null || (ms >= leastMs && ms <= mostMs), { error });
}

/** Comes out in bytes. */
export function size(leastBytes: number) {
  const error = `a size of at least ${leastBytes} bytes with its unit (B, kB, MB, GB), as in 32MB`;
  return z
    .string({ error })
    .regex(sizePattern, { error })
    .transform((written) => readSize(written) ?? 0)
    .refine((bytes) => bytes >= leastBytes && bytes <= Number.MAX_SAFE_INTEGER, { error });
}

function durationWords(leastMs: number, mostMs: number): string {
  return `a duration from ${writeDuration(leastMs)} to ${writeDuration(mostMs)} with its unit, as in 250ms, 3s, 5m, 2h or 14d`;
}
