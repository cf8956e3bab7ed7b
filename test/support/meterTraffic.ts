import fc from 'fast-check';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';
import { Meter } from '../../server/journal/meter.ts';
import { Overviews } from '../../server/journal/overview.ts';
import { attempt, event, noon, request } from '../db/support/records.ts';
import { defaults, providerNamed, Rig } from './breaker.ts';

/** Requests at random over more than an hour, and two chains of three providers that they went through. */

export const names = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];
const backoff = { initialMs: 250, factor: 2, maxMs: 8_000, jitter: 'equal' } as const;
const more = { backoff, deadlineMs: 120_000, rescue: [], hedge: 'off' as const };
export const chains = [
  { name: 'lucy', providers: names, ...more },
  { name: 'solo', providers: ['qwen-72b'], ...more },
];
export const spanMs = 70 * 60_000;

/** A meter with everything around it, at a moment that a test moves. */
export function metered() {
  const { clock, board } = new Rig({ names });
  const providers = names.map((name) => providerNamed(name, defaults));
  const meter = new Meter({ chains, providers, clock });
  const overviews = new Overviews({ chains, providers, meter, circuits: () => board.list(), clock, demo: null });
  return { clock, meter, overviews };
}

type Step = Pick<AttemptRecord, 'provider' | 'outcome' | 'failureKind' | 'firstTokenMs' | 'durationMs'>;

const step: fc.Arbitrary<Step> = fc
  .record({
    provider: fc.constantFrom(...names),
    fate: fc.constantFrom(
      ['succeeded', null],
      ['failed', 'serverError'],
      ['failed', 'requestRefused'],
      ['cancelled', 'callerLeft'],
      ['skipped', 'open'],
      ['skipped', 'halfOpen'],
      ['skipped', 'busy'],
    ) as fc.Arbitrary<[Step['outcome'], string | null]>,
    firstTokenMs: fc.option(fc.integer({ min: 1, max: 9_000 })),
    durationMs: fc.integer({ min: 0, max: 9_000 }),
  })
  .map(({ provider, fate: [outcome, failureKind], ...times }) => ({
    ...times,
    provider,
    outcome,
    failureKind,
    ...(outcome === 'skipped' ? { firstTokenMs: null, durationMs: 0 } : {}),
  }));

const oneRequest: fc.Arbitrary<Omit<RequestRecord, 'id'>> = fc
  .record({
    // Half of them in the last minutes, where all windows look.
    endsAt: fc.oneof(fc.integer({ min: 0, max: spanMs }), fc.integer({ min: spanMs - 400_000, max: spanMs })),
    durationMs: fc.integer({ min: 0, max: 60_000 }),
    chain: fc.constantFrom('lucy', 'solo'),
    outcome: fc.constantFrom<RequestRecord['outcome'][]>(
      'succeeded',
      'succeeded',
      'failed',
      'refused',
      'cancelled',
      'interrupted',
    ),
    servedBy: fc.constantFrom(...names),
    steps: fc.array(step, { maxLength: 5 }),
  })
  .map(({ endsAt, durationMs, chain, outcome, servedBy, steps }) => {
    const { id: _, ...rest } = request('r', {
      chain,
      outcome,
      durationMs,
      startedAt: noon + endsAt - durationMs,
      servedBy: outcome === 'failed' ? null : servedBy,
      attempts: steps.map((made, ordinal) => attempt({ ...made, ordinal })),
    });
    return rest;
  });

/** In the order in which they end, which is the order in which the meter is told. */
export function someRequests(maxLength: number, minLength = 0): fc.Arbitrary<RequestRecord[]> {
  return fc
    .array(oneRequest, { minLength, maxLength })
    .map((list) =>
      list
        .sort((one, other) => endOf(one) - endOf(other))
        .map((rest, at) => ({ ...rest, id: `r${String(at).padStart(5, '0')}` })),
    );
}

export function endOf({ startedAt, durationMs }: Pick<RequestRecord, 'startedAt' | 'durationMs'>): number {
  return startedAt + durationMs;
}

/** Openings at those moments, each by the failures among the ten attempts of `deepseek-v3` that ended before. */
export function openingsOf(requests: RequestRecord[], moments: number[]): CircuitEvent[] {
  const sorted = [...moments].sort((one, other) => one - other);
  return sorted.flatMap((at, index) => {
    const evidence = requests
      .filter((one) => endOf(one) <= noon + at)
      .flatMap(({ id, attempts }) =>
        attempts
          .filter(({ provider, failureKind }) => provider === 'deepseek-v3' && failureKind === 'serverError')
          .map(({ ordinal }) => `${id}/${ordinal}`),
      )
      .slice(-3);
    const opened = event(index * 2 + 1, { at: noon + at, evidence, until: null });
    const closed = event(index * 2 + 2, { at: noon + at + 45_000, from: 'open', to: 'closed', automatic: 'closed' });
    return [opened, { ...closed, cause: 'probe' as const, evidence: [] }];
  });
}

/** Tells the meter everything at the moment at which it happened, and ends at the end of the span. */
export function live(requests: RequestRecord[], events: CircuitEvent[]): ReturnType<typeof metered> {
  const world = metered();
  const happenings = [
    ...events.map((one) => ({ at: one.at, tell: () => world.meter.transition(one) })),
    ...requests.map((one) => ({ at: endOf(one), tell: () => world.meter.request(one) })),
  ].sort((one, other) => one.at - other.at);
  for (const { at, tell } of happenings) {
    world.clock.advance(at - world.clock.wall());
    tell();
  }
  world.clock.advance(noon + spanMs - world.clock.wall());
  return world;
}
