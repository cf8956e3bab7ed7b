import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { migrateFile } from '../../db/sqlite/migrate.ts';
import { readIncident } from '../../db/sqlite/statements/readIncident.ts';
import { readMinutes } from '../../db/sqlite/statements/readTrouble.ts';
import { appendBatch, writeStatements } from '../../db/sqlite/statements/write.ts';
import type { FactsAsk } from '../../server/core/incidents/report.ts';
import type { AttemptRecord, RequestOutcome, RequestRecord } from '../../server/core/records.ts';
import { anyRecord, spanMs } from '../support/savingsRecords.ts';
import { batch, noon } from './support/records.ts';

/** What the database says of an incident against the same counted a second way, from whole records. */

const chains = ['lucy', 'luna', 'rita'];
const ends: [RequestOutcome, number][] = [
  ['succeeded', 200],
  ['succeeded', 200],
  ['failed', 503],
  ['refused', 400],
  ['interrupted', 200],
  ['cancelled', 499],
];

const anyCase = fc.record({
  record: anyRecord,
  ends: fc.array(fc.tuple(fc.constantFrom(...chains), fc.constantFrom(...ends)), { minLength: 40, maxLength: 40 }),
  providers: fc.subarray(['deepseek-v3', 'llama-3.3-70b'], { minLength: 0 }),
  own: fc.subarray(chains),
  from: fc.integer({ min: 0, max: spanMs }),
  length: fc.integer({ min: 1, max: spanMs }),
});

function databaseOf(requests: RequestRecord[]) {
  const sqlite = new Database(':memory:');
  const orm = drizzle(sqlite);
  migrateFile({ sqlite, orm, path: ':memory:', stamp: 0 });
  appendBatch({ sqlite, write: writeStatements(sqlite, orm) }, batch({ requests }));
  return { orm, [Symbol.dispose]: () => void sqlite.close() };
}

test('the figures of an incident are those of its requests, on random records', () => {
  fc.assert(
    fc.property(anyCase, ({ record, ends: fates, providers, own, from, length }) => {
      const requests = record.requests.map((made, index): RequestRecord => {
        const [chain, [outcome, status]] = fates[index] ?? ['lucy', ['succeeded', 200]];
        return { ...made, chain, outcome, status, servedBy: outcome === 'succeeded' ? made.servedBy : null };
      });
      using database = databaseOf(requests);
      const ask: FactsAsk = {
        incident: { beganAt: noon + from, detectedAt: noon + from + 1, providers, chains: own },
        to: noon + from + length,
        asOf: noon + 2 * spanMs,
        window: { from: noon, to: noon + 2 * spanMs },
        tickMs: 60_000,
        closes: providers.map((provider) => ({ provider, at: noon + from + length })),
      };
      const { facts } = readIncident(database.orm, ask);
      const { first, mitigation, firstError, backs } = facts;
      expect({ first, mitigation, firstError, backs }).toEqual(firstsFromRecords(requests, ask));
      const expected = countedFromRecords(requests, ask);
      expect(facts.impact).toEqual(expected.impact);
      expect([...facts.failures].sort(byText)).toEqual(expected.failures.sort(byText));
      expect(facts.ticks.reduce((sum, { count }) => sum + count, 0)).toBe(
        expected.failedOnLanes(facts.called.map(({ provider }) => provider)),
      );
    }),
    { numRuns: 40 },
  );
});

test('the minutes of a span add up to its requests and attempts', () => {
  fc.assert(
    fc.property(anyRecord, ({ requests }) => {
      using database = databaseOf(requests);
      const { chains: told, providers } = readMinutes(database.orm, { from: 0, to: noon + 2 * spanMs });
      expect(told.reduce((sum, minute) => sum + minute.requests, 0)).toBe(requests.length);
      const calls = requests.flatMap(({ attempts }) => attempts).filter(({ outcome }) => outcome !== 'skipped');
      expect(providers.reduce((sum, minute) => sum + minute.attempts, 0)).toBe(calls.length);
      expect(told.every(({ at }) => at % 60_000 === 0)).toBe(true);
      for (const { at, chain, providers: asked } of told) {
        const ofChain = requests.filter((one) => one.chain === chain).flatMap(({ attempts }) => attempts);
        const within = ofChain.filter(({ startedAt }) => startedAt >= at && startedAt < at + 60_000);
        expect([...asked].sort()).toEqual([...new Set(within.map(({ provider }) => provider))].sort());
      }
    }),
    { numRuns: 10 },
  );
});

function byText(one: object, other: object): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

const isAnswered = ({ outcome }: RequestRecord) => outcome === 'succeeded';
const isMoved = (one: RequestRecord) =>
  isAnswered(one) && one.servedBy !== null && one.servedBy !== one.attempts[0]?.provider;
const isError = ({ outcome }: RequestRecord) => outcome === 'interrupted' || outcome === 'failed';

/** Requests of its time, of the chains that it touched. */
function countedRequests(all: RequestRecord[], { incident, to }: FactsAsk): RequestRecord[] {
  const within = all.filter(({ startedAt }) => startedAt >= incident.beganAt && startedAt < to);
  const touched = new Set(incident.chains);
  for (const { chain, attempts } of within) {
    if (attempts.some(({ provider }) => incident.providers.includes(provider))) touched.add(chain);
  }
  return within.filter(({ chain }) => touched.has(chain));
}

/** What the milestones and the first rows of the timeline are told from. */
function firstsFromRecords(all: RequestRecord[], ask: FactsAsk) {
  const { incident, to, closes } = ask;
  const requests = [...all].sort((one, other) => one.startedAt - other.startedAt || (one.id < other.id ? -1 : 1));
  const counted = countedRequests(requests, ask);
  const made = requests
    .flatMap((whole) => whole.attempts.map((attempt) => ({ whole, attempt })))
    .sort(
      (one, other) =>
        one.attempt.startedAt - other.attempt.startedAt ||
        (one.whole.id === other.whole.id
          ? one.attempt.ordinal - other.attempt.ordinal
          : one.whole.id < other.whole.id
            ? -1
            : 1),
    );
  const failed = made.find(
    ({ attempt: { provider, outcome, startedAt } }) =>
      incident.providers.includes(provider) && outcome === 'failed' && startedAt >= incident.beganAt && startedAt < to,
  );
  const standIn = counted.find(
    (one) => isMoved(one) && one.startedAt >= incident.detectedAt && !incident.providers.includes(one.servedBy ?? ''),
  );
  const error = counted.find(isError);
  return {
    first: failed
      ? {
          ...{ requestId: failed.whole.id, provider: failed.attempt.provider, word: failed.attempt.word },
          ...{ at: failed.attempt.startedAt, durationMs: failed.attempt.durationMs, outcome: failed.whole.outcome },
          ...{ servedBy: failed.whole.servedBy, answeredAfterMs: failed.whole.firstTokenMs },
        }
      : null,
    mitigation:
      standIn && incident.providers.length > 0
        ? { provider: standIn.servedBy, at: standIn.startedAt, requestId: standIn.id }
        : null,
    firstError: error ? { chain: error.chain, at: error.startedAt, requestId: error.id } : null,
    backs: closes.flatMap((close) => {
      const back = made.find(
        ({ attempt: { provider, outcome, startedAt } }) =>
          provider === close.provider && outcome === 'succeeded' && startedAt >= close.at,
      );
      return back ? [{ provider: close.provider, at: back.attempt.startedAt, requestId: back.whole.id }] : [];
    }),
  };
}

function countedFromRecords(all: RequestRecord[], ask: FactsAsk) {
  const { incident, to, window } = ask;
  const counted = countedRequests(all, ask);
  const waits = counted
    .filter(isMoved)
    .flatMap((one) =>
      one.attempts
        .filter(({ provider, outcome }) => provider === one.servedBy && outcome === 'succeeded')
        .map(({ startedAt }) => startedAt - one.startedAt),
    );
  waits.sort((one, other) => one - other);
  const middle =
    waits.length === 0 ? null : ((waits[(waits.length - 1) >> 1] ?? 0) + (waits[waits.length >> 1] ?? 0)) / 2;
  const count = (rows: RequestRecord[]) => ({
    requests: rows.length,
    answered: rows.filter(isAnswered).length,
    moved: rows.filter(isMoved).length,
    errors: rows.filter(isError).length,
  });
  const byChain = chains
    .map((chain) => ({ chain, ...count(counted.filter((one) => one.chain === chain)) }))
    .filter(({ requests }) => requests > 0);
  const sum = count(counted);
  const failed = all.flatMap(({ attempts }) => attempts).filter(({ outcome }) => outcome === 'failed');
  const ofIncident = failed.filter(
    ({ provider, startedAt }) =>
      incident.providers.includes(provider) && startedAt >= incident.beganAt && startedAt < to,
  );
  return {
    impact: {
      ...sum,
      others: sum.requests - sum.answered - sum.errors,
      addedWait: { medianMs: middle, worstMs: waits.at(-1) ?? null },
      byChain,
    },
    failures: failureCounts(ofIncident),
    failedOnLanes: (names: string[]) =>
      failed.filter(({ provider, startedAt }) => names.includes(provider) && startedAt < window.to).length,
  };
}

function failureCounts(failed: AttemptRecord[]): { provider: string; kind: string; count: number }[] {
  const counts = new Map<string, { provider: string; kind: string; count: number }>();
  for (const { provider, failureKind } of failed) {
    const key = `${provider} ${failureKind}`;
    const entry = counts.get(key) ?? { provider, kind: failureKind ?? '', count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  return [...counts.values()];
}
