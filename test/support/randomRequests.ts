import fc from 'fast-check';
import type { AttemptRecord, RequestOutcome, RequestRecord } from '../../server/core/records.ts';
import { attempt, noon, request } from '../db/support/records.ts';

/** Random requests of a few minutes, alike enough that figures add up and different enough that they may be mixed up. */

const providers = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];
const outcomes: RequestOutcome[] = ['succeeded', 'succeeded', 'failed', 'refused', 'cancelled', 'interrupted'];

const nullOr = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { freq: 3 });
const cost = nullOr(fc.nat(2_000_000));
const ms = fc.double({ min: 0, max: 90_000, noNaN: true });
const moment = fc.integer({ min: noon, max: noon + 200_000 });

const step: fc.Arbitrary<AttemptRecord> = fc
  .record({
    provider: fc.constantFrom(...providers),
    how: fc.constantFrom(
      { outcome: 'succeeded', failureKind: null } as const,
      { outcome: 'failed', failureKind: 'serverError' } as const,
      { outcome: 'failed', failureKind: 'connect' } as const,
      { outcome: 'cancelled', failureKind: null } as const,
      { outcome: 'skipped', failureKind: 'open' } as const,
      { outcome: 'skipped', failureKind: 'connect' } as const,
    ),
    startedAt: moment,
    firstTokenMs: nullOr(ms),
    durationMs: ms,
    costNanoUsd: cost,
    usage: nullOr(
      fc.record({
        promptTokens: fc.nat(5_000),
        cachedTokens: fc.nat(500),
        completionTokens: fc.nat(900),
        estimated: fc.boolean(),
      }),
    ),
  })
  .map(({ how, ...changes }) => attempt({ ...how, ...changes }));

const one: fc.Arbitrary<RequestRecord> = fc
  .record({
    chain: fc.constantFrom('lucy', 'coder'),
    client: fc.constantFrom(null, 'chat-app', 'other-app'),
    startedAt: moment,
    firstTokenMs: nullOr(ms),
    outcome: fc.constantFrom(...outcomes),
    servedBy: nullOr(fc.constantFrom(...providers)),
    rescued: fc.boolean(),
    costNanoUsd: cost,
    costEstimated: fc.boolean(),
    attempts: fc.array(step, { maxLength: 4 }),
  })
  .map((changes) => request('', changes));

/** With ids `r0`, `r1`, … and their attempts numbered. */
export function randomRequests(maxLength: number): fc.Arbitrary<RequestRecord[]> {
  return fc.array(one, { minLength: 1, maxLength }).map((list) =>
    list.map((record, at) => ({
      ...record,
      id: `r${at}`,
      attempts: record.attempts.map((each, ordinal) => ({ ...each, ordinal })),
    })),
  );
}
