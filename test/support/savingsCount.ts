import type { SavingsSlice, SavingsSpan } from '../../db/storage.ts';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import type { ProbeRecord, RequestRecord } from '../../server/core/records.ts';
import { dayIn } from '../../server/core/savings/days.ts';
import { nothing } from '../../server/core/savings/figures.ts';
import { openingsOf } from '../../server/core/savings/openings.ts';
import { failuresOf, sightingsOf, skippedOf } from '../../server/core/savings/record.ts';
import { SkipTally } from '../../server/core/savings/tally.ts';
import type { Figures } from '../../server/core/savings/types.ts';

interface WholeRecord {
  events: CircuitEvent[];
  requests: RequestRecord[];
  probes: ProbeRecord[];
}

/** What a storage counts, made of all records there are. */
export function countSlowly({ events, requests, probes }: WholeRecord, { from, to, zone }: SavingsSpan): SavingsSlice {
  const within = (at: number): boolean => at >= from && at < to;
  const pings = probes.map(({ node, provider, at, ok, durationMs }) => ({
    ...{ node, provider, ok },
    at: at + Math.round(durationMs),
  }));
  const openings = openingsOf({
    events,
    sightings: [...requests.flatMap(sightingsOf), ...pings],
    failures: new Map(requests.flatMap(failuresOf)),
  });
  const tally = new SkipTally(openings, dayIn(zone));
  for (const request of requests) {
    const skipped = skippedOf(request);
    const first = request.attempts.find(({ outcome }) => outcome === 'skipped');
    if (skipped && first && within(first.startedAt)) tally.request(skipped);
  }
  for (const probe of probes) if (within(probe.at)) tally.probe(probe);
  const trips = new Map<string, number>();
  for (const { cause, provider, at } of events) {
    if (cause === 'trip' && within(at)) trips.set(provider, (trips.get(provider) ?? 0) + 1);
  }
  return {
    openings,
    tallies: tally.list(),
    trips: [...trips].map(([provider, count]) => ({ provider, trips: count })),
    until: to,
  };
}

/** Of three skips with neither price, tokens nor failures in the record, and two probes without a price. */
export function unpricedFigures(): Figures {
  const leftOut = { skips: {}, unpriced: 3, unpricedAnswers: 2, untimed: 3 };
  return { ...nothing(), skips: 3, probes: { probes: 2, nanoUsd: 0, unpriced: 2 }, leftOut };
}
