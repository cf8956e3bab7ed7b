import { z } from 'zod';
import type { PermitKind, SkipReason } from '../circuit/settle.ts';
import { automaticStates, openCauses, type TransitionCause } from '../circuit/types.ts';

/**
 * An outage of one provider as a file that may be shown to anybody: what its circuit was asked and told, in order. Times are
 * whole ms since the trace begins; no text, no id, no name but that of the provider.
 */

export const traceFormat = 'recloser outage';
export const traceVersion = 1;

/** Steps of one trace at most. */
export const MOST_STEPS = 50_000;
/** Characters of a file at most: more is no trace of ours. */
export const MOST_CHARACTERS = 16_000_000;

const longestMs = 31 * 86_400_000;
const at = z.number().int().min(0).max(longestMs);
const lengthMs = z.number().int().min(0).max(longestMs);
const word = z.string().max(40);

/** Why an open circuit let nobody through. Room, and what cannot be taken, are no matter of a breaker. */
export const stateSkips = ['open', 'throttled', 'halfOpen', 'ramping', 'tripped'] as const satisfies SkipReason[];
const permits = ['closed', 'probe', 'forced', 'held'] as const satisfies PermitKind[];
const causes = [
  ...openCauses,
  ...(['cooldown', 'probe', 'forced', 'recheck', 'trip', 'hold', 'reset', 'release', 'expired', 'removed'] as const),
] as const satisfies TransitionCause[];

/** What a call told the circuit. */
const told = {
  /** `failure`: of the provider; `timeout`: one by a clock; `neutral`: nothing was learned. */
  result: z.enum(['success', 'neutral', 'failure', 'timeout', 'throttled', 'credentials', 'balance', 'model']),
  /** It may have been the prompt's own fault. */
  ambiguous: z.boolean().optional(),
  /** Of a `throttled`: for how long it kept the circuit open. */
  retryAfterMs: lengthMs.optional(),
};

const call = z.strictObject({
  at,
  do: z.literal('call'),
  permit: z.enum(permits),
  ms: lengthMs,
  /** Until its first content; absent: none came. */
  firstTokenMs: lengthMs.optional(),
  ...told,
  /** A `FailureKind` of the record; absent: a success. */
  kind: word.optional(),
  status: z.number().int().min(100).max(999).optional(),
});
const skip = z.strictObject({ at, do: z.literal('skip'), why: z.enum(stateSkips) });
/** A call of our own. */
const ping = z.strictObject({ at, do: z.literal('ping'), ms: lengthMs, ...told });
/** The circuit moved by itself, as recorded. */
const moved = z.strictObject({
  at,
  do: z.literal('moved'),
  to: z.enum(['closed', 'open', 'halfOpen', 'tripped', 'heldClosed']),
  automatic: z.enum(automaticStates),
  cause: z.enum(causes),
});
/** Somebody moved it by hand. */
const act = z.strictObject({
  at,
  do: z.literal('act'),
  act: z.enum(['trip', 'hold', 'reset', 'release']),
  /** Of a trip or a hold that ends by itself. */
  forMs: lengthMs.optional(),
  /** Where it stood after it. */
  automatic: z.enum(automaticStates),
});

const step = z.discriminatedUnion('do', [call, skip, ping, moved, act]);

const positive = z.number().int().min(1).max(1_000_000);
export const breakerShape = z.strictObject({
  failures: positive,
  timeouts: positive,
  rate: z.number().gt(0).max(1),
  calls: positive,
  windowMs: lengthMs.min(1),
  openMs: lengthMs.min(1),
  openMaxMs: lengthMs.min(1),
  jitter: z.number().min(0).max(1),
  probes: positive,
  successes: positive,
  probe: z.enum(['race', 'caller', 'ping']),
  recheckMs: lengthMs.nullable(),
  rampMs: lengthMs,
  suspect: z.number().int().min(0),
});

export const traceShape = z.strictObject({
  format: z.literal(traceFormat),
  version: z.literal(traceVersion),
  provider: z.string().min(1).max(200),
  /** In force when the trace was written. */
  settings: breakerShape,
  /** Calls in flight at most. */
  concurrency: positive,
  /** The clock of a first token: a probe that is not over some seconds after it is given up. */
  firstTokenClockMs: lengthMs,
  durationMs: lengthMs,
  steps: z.array(step).max(MOST_STEPS),
});

export type Trace = z.infer<typeof traceShape>;
export type TraceStep = z.infer<typeof step>;
export type CallStep = z.infer<typeof call>;
export type Told = Pick<CallStep, keyof typeof told>;

/** One step a line, so that traces can be read, and compared by tools that know of lines. Same trace, same bytes. */
export function writeTrace({ steps, ...head }: Trace): string {
  const start = JSON.stringify(head, null, 2).replace(/\n\}$/, '');
  return `${start},\n  "steps": [\n${steps.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]\n}\n`;
}
