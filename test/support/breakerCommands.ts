import fc from 'fast-check';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import { failure, neutral, poisoned, refused, success, throttled, timeout } from './breaker.ts';

/** What can happen to circuits, as plain data; indexes go round, so that every command makes sense in every state. */
export type Command =
  | { do: 'acquire'; at: number; leaseMs: number; heedRamp: boolean }
  | { do: 'last'; leaseMs: number }
  | { do: 'ping'; at: number; leaseMs: number }
  | { do: 'recovered'; at: number; stale: boolean }
  /** `which` from the youngest permit that is out. */
  | { do: 'answered'; which: number }
  | { do: 'settle'; which: number; seen: Settlement }
  /** So many calls one after the other, each settled so. */
  | { do: 'burst'; at: number; count: number; seen: Settlement }
  | { do: 'advance'; ms: number }
  /** To the next deadline of a provider, and so much beside it. */
  | { do: 'approach'; at: number; besideMs: number }
  | { do: 'stall'; ms: number }
  | { do: 'jump'; ms: number }
  | { do: 'trip'; at: number; forMs: number | null; epoch: 'right' | 'old' | 'none' }
  | { do: 'hold'; at: number; forMs: number }
  | { do: 'reset'; at: number; to: 'closed' | 'halfOpen' }
  | { do: 'release'; at: number }
  /** `lost`: so many automatic transitions had not been written. */
  | { do: 'restart'; lost: number; downMs: number };

export interface Variant {
  settings: BreakerSettings;
  concurrency: number;
}

const HOUR_MS = 3_600_000;
const at = fc.nat(1);
/** With a quarter, so that a lease never ends in the very millisecond of another deadline. */
const leaseMs = fc.constantFrom(2_000.25, 9_000.25, 30_000.25);
const whileMs = fc.oneof(
  fc.integer({ min: 1, max: 900 }),
  fc.integer({ min: 900, max: 12_000 }),
  fc.integer({ min: 12_000, max: 100_000 }),
);
const forMs = fc.integer({ min: 500, max: 60_000 });

const seen: fc.Arbitrary<Settlement> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(success) },
  { weight: 5, arbitrary: fc.constant(failure) },
  { weight: 3, arbitrary: fc.constant(timeout) },
  { weight: 3, arbitrary: fc.constant(neutral) },
  { weight: 2, arbitrary: fc.constantFrom(poisoned('x'), poisoned('y'), poisoned('z')) },
  { weight: 2, arbitrary: fc.constantFrom(null, 0, 700, 15_000, 200_000, 2 * HOUR_MS).map(throttled) },
  { weight: 1, arbitrary: fc.constantFrom('credentials' as const, 'balance' as const, 'model' as const).map(refused) },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('acquire' as const), at, leaseMs, heedRamp: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('last' as const), leaseMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ping' as const), at, leaseMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recovered' as const), at, stale: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('answered' as const), which: fc.nat(3) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(5), seen }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('burst' as const), at, count: fc.integer({ min: 2, max: 6 }), seen }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: whileMs }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('approach' as const), at, besideMs: fc.constantFrom(-1, 0, 0, 1, 3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stall' as const), ms: whileMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.constantFrom(-HOUR_MS, HOUR_MS) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('trip' as const),
      at,
      forMs: fc.option(forMs),
      epoch: fc.constantFrom('right' as const, 'old' as const, 'none' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const), at, forMs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reset' as const),
      at,
      to: fc.constantFrom('closed' as const, 'halfOpen' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), lost: fc.nat(2), downMs: whileMs }) },
);

/** Small numbers, so that everything happens often; no growth, growth, one probe, several. */
const variant: fc.Arbitrary<Variant> = fc
  .record({
    probes: fc.constantFrom(1, 1, 2, 3),
    successes: fc.constantFrom(1, 1, 2),
    openMaxMs: fc.constantFrom(20_000, 80_000),
    jitter: fc.constantFrom(0, 0.25),
    rampMs: fc.constantFrom(0, 6_000, 30_000),
    probe: fc.constantFrom('caller' as const, 'caller' as const, 'race' as const, 'ping' as const),
    concurrency: fc.constantFrom(3, 50),
  })
  .map(({ concurrency, ...varied }) => ({
    concurrency,
    settings: {
      failures: 4,
      timeouts: 3,
      rate: 0.5,
      calls: 6,
      windowMs: 15_000,
      openMs: 20_000,
      recheckMs: null,
      suspect: 5,
      ...varied,
    },
  }));

/** A run: `length` commands under one variant of the settings. */
export function runOf(length: number): fc.Arbitrary<{ variant: Variant; commands: Command[] }> {
  const commands = fc.array(command, { minLength: length, maxLength: length, size: 'max' });
  return fc.record({ variant, commands });
}
