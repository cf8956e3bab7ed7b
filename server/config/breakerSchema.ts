import type { z } from 'zod';
import { MOST_GHOSTS } from '../core/ghost.ts';
import { duration, named, number, oneOf, period, section, whole } from './leaves.ts';
import { DAY } from './names.ts';

/** The keys of `breaker`, bare of defaults, for a provider to override. */
const breakerKeys = {
  failures: whole(1, 10_000).describe('Failures in a row that open the circuit.'),
  timeouts: whole(1, 10_000).describe('Time-outs in a row that open it.'),
  rate: number(0, 1).describe(
    'Share of failures, 0 to 1, of at least `calls` calls within `window` that opens it; 0: a single failure does.',
  ),
  calls: whole(1, 100_000).describe('Calls within `window` before `rate` counts.'),
  window: duration(1, DAY).describe('How far back `rate` looks.'),
  open: duration(1, 7 * DAY).describe('How long a provider is left alone.'),
  openMax: duration(1, 7 * DAY).describe(
    'The open time doubles on each failed probe up to this. Default: as `open`, no growth.',
  ),
  jitter: number(0, 1).describe('Share of the open time that is drawn on top, so that several processes spread.'),
  probes: whole(1, 1_000).describe('Calls let through at once when half-open.'),
  successes: whole(1, 1_000).describe('Good probes that close it.'),
  probe: oneOf('race', 'caller', 'ping').describe(
    'Who finds out whether a provider is back: `race`, a caller for whom the next provider is tried beside it after a second; `caller`, one who waits for it; `ping`, a call of our own, and where its provider only finds fault with that, a caller as with `race`.',
  ),
  recheck: period(1, DAY).describe('Ping in the background this often while open, and close early; or off.'),
  ramp: duration(0, DAY).describe('From a tenth of the traffic to all of it after a recovery; 0s: at once.'),
  suspect: whole(0, 100_000).describe(
    'So many calls in flight, overdue and with nothing coming, raise suspicion: those that wait race the next provider. 0: off.',
  ),
};

const ghostName = {
  pattern: /^[A-Za-z][A-Za-z0-9._-]{0,31}$/,
  says: 'a name of letters, digits and . _ - that begins with a letter, at most 32 characters',
};

/** Other settings to compare with: each is a circuit that counts what the true one sees, and holds up nobody. */
const ghosts = named(section(optional(breakerKeys)), ghostName)
  .refine((all) => Object.keys(all).length <= MOST_GHOSTS, { error: `at most ${MOST_GHOSTS} ghosts` })
  .describe(
    'Other settings that are tried beside the circuit, on the same traffic, without letting anybody through or holding anybody up: what would have been. By name; any keys of `breaker` each.',
  );

export const breakerSchema = section({
  failures: breakerKeys.failures.prefault(5),
  timeouts: breakerKeys.timeouts.prefault(3),
  rate: breakerKeys.rate.prefault(0.5),
  calls: breakerKeys.calls.prefault(10),
  window: breakerKeys.window.prefault('60s'),
  open: breakerKeys.open.prefault('5m'),
  openMax: breakerKeys.openMax.exactOptional(),
  jitter: breakerKeys.jitter.prefault(0),
  probes: breakerKeys.probes.prefault(1),
  successes: breakerKeys.successes.prefault(1),
  probe: breakerKeys.probe.prefault('race'),
  recheck: breakerKeys.recheck.prefault('off'),
  ramp: breakerKeys.ramp.prefault('30s'),
  suspect: breakerKeys.suspect.prefault(5),
  ghosts: ghosts.prefault({}),
});

/** Any of the keys, with no defaults: what a provider says for itself. */
export const breakerOverrideSchema = section({ ...optional(breakerKeys), ghosts: ghosts.exactOptional() });

function optional<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const keys = Object.entries(shape).map(([key, schema]) => [key, schema.exactOptional()]);
  return Object.fromEntries(keys) as { [Key in keyof Shape]: z.ZodExactOptional<Shape[Key]> };
}
